"""pawaPay's callbacks, in our words."""

from collections.abc import Mapping
from typing import Final

from zerofee.adapters.providers.pawapay.requests import DEPOSITS, PAYOUTS, REFUNDS
from zerofee.adapters.providers.pawapay.responses import read_record
from zerofee.domain.ports.provider import ProviderEvent, RawEvent

_SINGULAR: Final[Mapping[str, str]] = {DEPOSITS: "deposit", PAYOUTS: "payout", REFUNDS: "refund"}


def is_signed(raw: RawEvent) -> bool:
    """Say whether a callback claims to be signed; one that does is never treated as one that does not."""
    return any(name in raw.headers for name in ("signature", "signature-input"))


def translate(body: bytes) -> ProviderEvent:
    """
    Translate a callback; one that is no record tells nothing.

    A signature proves that pawaPay sent it, not for whom: its keys are published and
    the same for every account, and whoever has an account can choose our id and our address for a deposit of
    theirs. So each is a reason to ask at once, in the name of our own account.
    """
    record = read_record(body)
    if record is None or record.id is None:
        return ProviderEvent(event_id=None, type="unreadable")
    return ProviderEvent(
        event_id=None,
        type=f"{_SINGULAR[record.kind]}.{record.status.lower()}",
        our_reference=record.id,
        reference=record.id,
    )
