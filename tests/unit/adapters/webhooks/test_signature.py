import time

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from zerofee.adapters.webhooks.signature import NoSecret, key_of, secret_of, signed_headers
from zerofee.domain.ports.vault import Secret

BODY = b'{"type":"payment.succeeded","data":{"description":"\xc3\xa9t\xc3\xa9"}}'
OLD, NEW = secret_of(b"o" * 24), secret_of(b"n" * 64)


def test_the_librarys_own_verifier_takes_what_we_sign() -> None:
    headers = dict(signed_headers("evt_1", int(time.time()), BODY, [key_of(NEW)]))

    verified = Webhook(NEW.reveal()).verify(BODY, headers)

    assert verified["type"] == "payment.succeeded"
    with pytest.raises(WebhookVerificationError):
        Webhook(OLD.reveal()).verify(BODY, headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(NEW.reveal()).verify(BODY + b" ", headers)


def test_after_a_rotation_both_secrets_verify() -> None:
    headers = dict(signed_headers("evt_1", int(time.time()), BODY, [key_of(NEW), key_of(OLD)]))

    assert headers["webhook-signature"].count(" ") == 1
    for secret in (NEW, OLD):
        Webhook(secret.reveal()).verify(BODY, headers)


def test_each_try_has_its_own_timestamp_and_the_same_id() -> None:
    first, second = (signed_headers("evt_1", at_s, BODY, [key_of(NEW)]) for at_s in (1, 2))

    assert first["webhook-id"] == second["webhook-id"] == "evt_1"
    assert first["webhook-signature"] != second["webhook-signature"]


@pytest.mark.parametrize(
    "text", ["", "whsec_", "whsec_!", secret_of(b"k" * 23).reveal(), secret_of(b"k" * 65).reveal()]
)
def test_refuses_what_is_no_secret(text: str) -> None:
    with pytest.raises(NoSecret):
        key_of(Secret(text))
