import pytest

from tests.providers.paypal.samples import (
    CLIENT_ID,
    CLIENT_SECRET,
    CREATE,
    ORDER,
    TOKEN,
    a_line,
    a_token,
    an_order,
    opened,
    replied,
    secrets,
)
from zerofee.adapters.provider_kind import CredentialsInvalid
from zerofee.adapters.providers.paypal.adapter import PROVIDER, PayPalKind
from zerofee.adapters.providers.paypal.capabilities import CAPABILITIES
from zerofee.domain.capabilities import Operation
from zerofee.domain.ports.vault import Secret


def test_shows_no_more_than_the_last_four_characters() -> None:
    assert PROVIDER.hints(secrets()) == {
        "client_id": "…fBP4",
        "client_secret": "…QvQS",
        "webhook_id": "…214C",
    }
    assert PROVIDER.hints(secrets(client_secret="short", webhook_id=None))["client_secret"] == "…"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("client_id", None),
        ("client_id", "  "),
        ("client_id", "two words"),
        ("client_id", "a:b"),
        ("client_secret", None),
        ("client_secret", "pässword"),
        ("client_secret", "line\nbreak"),
        ("webhook_id", "https://pay.example/v1/webhooks"),
        ("client_key", "unknown"),
    ],
)
def test_names_the_credential_that_is_wrong_and_never_its_value(field: str, value: str | None) -> None:
    with pytest.raises(CredentialsInvalid) as raised:
        PROVIDER.hints(secrets(**{field: value}))

    assert raised.value.field == field
    assert value is None or not value.strip() or value not in str(raised.value)


def test_takes_credentials_with_the_spaces_of_a_copy() -> None:
    assert PROVIDER.hints({**secrets(), "client_id": Secret(f" {CLIENT_ID}\n")})["client_id"] == "…fBP4"


async def test_lets_no_secret_into_any_text() -> None:
    line, kind = a_line({CREATE: replied(201, an_order()), TOKEN: a_token("A21AAVerySecret")}), PayPalKind()
    paypal = opened(line, kind=kind)

    outcome = await paypal.charge(ORDER)

    told = f"{paypal!r} {kind!r} {line.calls!r} {outcome!r} {paypal.door!r} {paypal.verifier!r}"
    for secret in (CLIENT_SECRET, "A21AAVerySecret"):
        assert secret not in told


def test_declares_what_it_does() -> None:
    assert PROVIDER.capabilities == CAPABILITIES
    assert Operation.PAYOUT not in CAPABILITIES.operations
    assert {field.name for field in CAPABILITIES.credentials if field.required} == {"client_id", "client_secret"}
