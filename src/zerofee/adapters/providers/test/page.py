"""The two signed answers that stand behind the buttons of the test provider's page."""

import hashlib
import hmac
from typing import Final
from urllib.parse import urlencode

import msgspec

from zerofee.domain.ports.provider import ChargeOrder, ForgedEvent
from zerofee.domain.ports.vault import Secret

PATH: Final = "/test-provider/pay"
HEADER: Final = "x-test-signature"


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """What the customer chose on the page: the body of the webhook that tells of it."""

    payment: str
    attempt: str
    approved: bool


def page_url(public_url: str, connection_id: str, order: ChargeOrder, secret: Secret) -> str:
    """
    Write the page's address: whose payment it shows, and a signature over each of the two verdicts.

    Amounts and addresses to return to are not in it, so that nobody can write others there.
    """
    named = {
        "connection": connection_id,
        "payment": order.payment_id,
        "attempt": order.attempt_id,
        "approve": sign(verdict(order.payment_id, order.attempt_id, approved=True), secret),
        "decline": sign(verdict(order.payment_id, order.attempt_id, approved=False), secret),
    }
    return f"{public_url}{PATH}?{urlencode(named)}"


def verdict(payment_id: str, attempt_id: str, *, approved: bool) -> bytes:
    """Write a verdict's body; the same attempt and choice give the same bytes."""
    return msgspec.json.encode(Verdict(payment=payment_id, attempt=attempt_id, approved=approved))


def sign(body: bytes, secret: Secret) -> str:
    """Sign a body with HMAC-SHA256, in hex."""
    return hmac.new(secret.reveal().encode(), body, hashlib.sha256).hexdigest()


def read_verdict(body: bytes, signature: str, secret: Secret) -> Verdict:
    """Verify, then read; raise `ForgedEvent` for a signature that is not ours or a body that is no verdict."""
    if not hmac.compare_digest(sign(body, secret).encode(), signature.encode(errors="replace")):
        raise ForgedEvent("the signature is not this connection's")
    try:
        return msgspec.json.decode(body, type=Verdict)
    except msgspec.MsgspecError as fault:
        raise ForgedEvent("the body is no verdict") from fault
