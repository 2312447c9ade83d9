"""Money that is the app's already and cannot be withdrawn yet: a connection may settle days after the payment."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from zerofee.domain.ids import PaymentId
from zerofee.domain.money import Money
from zerofee.domain.new_payment import InvalidField
from zerofee.domain.scope import Scope

SETTLEMENT_DELAY: Final = "settlement_delay_days"
LONGEST_DELAY_DAYS: Final = 90


@dataclass(frozen=True, slots=True, kw_only=True)
class PendingCredit:
    """
    What is still pending of one payment, and when that becomes available. `turns` counts how often any of it did.

    A refund takes from here first. One that fails gives back to here, and what is given back after the time has come
    matures at once.
    """

    id: PaymentId
    scope: Scope
    left: Money
    matures_at: datetime
    turns: int = 0
    version: int = 1


def delay_days(settings: Mapping[str, str]) -> int:
    """Read a connection's settlement delay; none where nothing is set."""
    text = settings.get(SETTLEMENT_DELAY, "0")
    return int(text) if is_delay(text) else 0


def is_delay(text: str) -> bool:
    """Say whether a text is a number of days that a connection may take to settle."""
    return text.isascii() and text.isdigit() and len(text) <= len(str(LONGEST_DELAY_DAYS)) and _in_range(int(text))


def refuse_delay(settings: Mapping[str, str]) -> None:
    """Raise `InvalidField` for a settlement delay that is no number of days."""
    if not is_delay(settings.get(SETTLEMENT_DELAY, "0")):
        detail = f"{SETTLEMENT_DELAY} is a whole number of days, 0 to {LONGEST_DELAY_DAYS}."
        raise InvalidField(detail, field=f"settings.{SETTLEMENT_DELAY}")


def matures_at(now: datetime, days: int) -> datetime:
    """Say when what comes in now becomes available."""
    return now + timedelta(days=days)


def _in_range(days: int) -> bool:
    return 0 <= days <= LONGEST_DELAY_DAYS
