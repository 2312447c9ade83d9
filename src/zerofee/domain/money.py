"""An amount and its currency as one value, with the only arithmetic that is safe on it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

from zerofee.domain.currency import Currency, currency, exponent
from zerofee.domain.errors import DomainError

MAX_MINOR: Final = 999_999_999_999
# Far above MAX_MINOR: this is what a sum may reach, and what a column of either database holds.
_INT64: Final = range(-(2**63), 2**63)
# Thirty digits hold any amount there is, and keep a hostile text from becoming a huge integer.
_DECIMAL: Final = re.compile(r"(-?[0-9]{1,30})(?:\.([0-9]{1,30}))?")


class AmountInvalid(DomainError):
    """What was given is not an amount."""

    code: ClassVar[str] = "amount_invalid"

    def __init__(self, detail: str) -> None:
        super().__init__(detail, field="amount")


class AmountOverflow(DomainError):
    """An amount left the range that is counted exactly everywhere."""

    code: ClassVar[str] = "amount_overflow"

    def __init__(self, code: Currency) -> None:
        super().__init__(
            f"This amount of {code} does not fit into 64 bits: use smaller amounts.",
            field="amount",
        )


class AmountNotRepresentable(DomainError):
    """An amount is finer than what the other side counts in."""

    code: ClassVar[str] = "amount_not_representable"

    def __init__(self, code: Currency, source: int, target: int) -> None:
        super().__init__(
            f"This amount of {code}, counted with {source} decimal digits, has no exact form "
            f"with {target}: use a multiple of {10 ** (source - target)}.",
            field="amount",
        )


class CurrencyMismatch(DomainError):
    """Two currencies met where only one can be."""

    code: ClassVar[str] = "currency_mismatch"

    def __init__(self, expected: Currency, given: Currency) -> None:
        super().__init__(
            f"{given} cannot be counted together with {expected}: use {expected}.",
            field="currency",
        )


@dataclass(frozen=True, slots=True)
class Money:
    """
    So many minor units of one currency; zero and less are allowed, as a ledger needs them.

    Every result fits into 64 bits or raises `AmountOverflow`; adding or comparing across
    currencies raises `CurrencyMismatch`. Equality never raises: other currencies are just unequal.
    """

    minor: int
    currency: Currency

    def __post_init__(self) -> None:
        if type(self.minor) is not int:
            raise TypeError(f"minor units are an int, not {type(self.minor).__name__}")
        if self.minor not in _INT64:
            raise AmountOverflow(self.currency)

    def __add__(self, other: "Money") -> "Money":
        return Money(self.minor + self._minor_of(other), self.currency)

    def __sub__(self, other: "Money") -> "Money":
        return Money(self.minor - self._minor_of(other), self.currency)

    def __neg__(self) -> "Money":
        return Money(-self.minor, self.currency)

    # `>` and `>=` are these two with the sides swapped; Python does that by itself.
    def __lt__(self, other: "Money") -> bool:
        return self.minor < self._minor_of(other)

    def __le__(self, other: "Money") -> bool:
        return self.minor <= self._minor_of(other)

    def split(self, weights: Sequence[int]) -> tuple["Money", ...]:
        """
        Share the amount out by weight, one part per weight, with nothing lost.

        Each part is rounded towards zero; what remains goes, a minor unit each, to the first
        parts that have a weight. Raises `ValueError` unless every weight is an integer of at
        least 0 and one is above 0.
        """
        if any(type(weight) is not int or weight < 0 for weight in weights) or not any(weights):
            raise ValueError("weights are integers from 0, at least one of them above 0")
        total, sign = sum(weights), -1 if self.minor < 0 else 1
        parts = [divmod(abs(self.minor) * weight, total)[0] for weight in weights]
        weighted = [place for place, weight in enumerate(weights) if weight]
        for place in weighted[: abs(self.minor) - sum(parts)]:
            parts[place] += 1
        return tuple(Money(sign * part, self.currency) for part in parts)

    def _minor_of(self, other: "Money") -> int:
        if other.currency != self.currency:
            raise CurrencyMismatch(self.currency, other.currency)
        return other.minor


def payable(amount: object, code: object) -> Money:
    """
    Read what an app wants to collect: 1 to `MAX_MINOR` minor units of a known currency.

    Raises `UnknownCurrency` or `AmountInvalid`, each about its own field.
    """
    known = currency(code)
    if type(amount) is not int or not 1 <= amount <= MAX_MINOR:
        raise AmountInvalid(
            f"Give the amount as an integer from 1 to {MAX_MINOR}, "
            f"in the minor unit of {known}: 1 {known} is {10 ** exponent(known)}."
        )
    return Money(amount, known)


def to_units(money: Money, *, digits: int) -> int:
    """
    Count an amount as a provider does that gives this currency `digits` decimal digits.

    Raises `AmountNotRepresentable` when the provider's unit is too coarse for it.
    """
    return _recount(money.minor, money.currency, exponent(money.currency), digits)


def from_units(units: int, code: Currency, *, digits: int) -> Money:
    """
    Read an integer of a provider that gives this currency `digits` decimal digits.

    Raises `AmountNotRepresentable` when our minor unit is too coarse for it.
    """
    return Money(_recount(units, code, digits, exponent(code)), code)


def to_major(money: Money, *, digits: int) -> str:
    """
    Write an amount in major units with exactly `digits` decimal digits: `"10.50"`, `"1050"`.

    Raises `AmountNotRepresentable` when that many digits cannot hold it.
    """
    units = to_units(money, digits=digits)
    text = str(abs(units)).zfill(digits + 1)
    whole, fraction = text[: len(text) - digits], text[len(text) - digits :]
    return f"{'-' if units < 0 else ''}{whole}{'.' if fraction else ''}{fraction}"


def from_major(text: str, code: Currency, *, digits: int) -> Money:
    """
    Read a decimal in major units from a provider that counts `digits` decimal digits.

    Zeros beyond those digits are harmless and are taken: `"1000.0000"` is 1000 XOF. Raises
    `AmountInvalid` for what is no plain decimal (`"1e3"`, `"1,000"`), `AmountNotRepresentable`
    for one that is finer than the provider or our minor unit counts.
    """
    found = _DECIMAL.fullmatch(text)
    if found is None:
        raise AmountInvalid("The amount must be a plain decimal, such as 1050 or 10.50.")
    whole, fraction = found[1], found[2] or ""
    units = _recount(int(whole + fraction), code, len(fraction), digits)
    return from_units(units, code, digits=digits)


def _recount(value: int, code: Currency, source: int, target: int) -> int:
    if source < 0 or target < 0:
        raise ValueError("decimal digits are counted from 0")
    ratio: int = 10 ** abs(target - source)
    if target >= source:
        return value * ratio
    units, rest = divmod(value, ratio)
    if rest:
        raise AmountNotRepresentable(code, source, target)
    return units
