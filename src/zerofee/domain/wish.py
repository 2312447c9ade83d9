"""What routing and providers are asked about: one amount, one way to pay."""

from dataclasses import dataclass
from enum import StrEnum

from zerofee.domain.country import Country
from zerofee.domain.method import Method
from zerofee.domain.money import Money


class CaptureMode(StrEnum):
    """Take the money at once, or hold it until `capture`."""

    AUTOMATIC = "automatic"
    MANUAL = "manual"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """The facts of a payment that decide who can take it."""

    money: Money
    method: Method
    country: Country | None = None
    operator: str | None = None
    capture: CaptureMode = CaptureMode.AUTOMATIC
