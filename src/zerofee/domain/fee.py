"""What the house keeps of each payment: rules of an app's, nothing where there is none."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from zerofee.domain.currency import Currency
from zerofee.domain.ids import FeeRuleId
from zerofee.domain.method import Method
from zerofee.domain.money import MAX_MINOR, Money
from zerofee.domain.new_payment import InvalidField
from zerofee.domain.scope import Scope

# One basis point is a hundredth of a per cent, so that many make the whole.
WHOLE: Final = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class FeeRule:
    """
    What is kept of a payment that was made by `method` in `currency`; `None` stands for any.

    It is `basis_points` of what was captured, rounded half up to the minor unit, plus `fixed_minor`; never more than
    what was captured. A refund does not give it back.
    """

    id: FeeRuleId
    scope: Scope
    method: Method | None = None
    currency: Currency | None = None
    basis_points: int = 0
    fixed_minor: int = 0
    created_at: datetime
    version: int = 1


def refuse_rule(rule: FeeRule) -> None:
    """Raise `InvalidField` for a share above the whole, a fixed part that is out of bounds or of no one currency."""
    if not 0 <= rule.basis_points <= WHOLE:
        raise InvalidField(f"The share must be 0 to {WHOLE} basis points.", field="basis_points")
    if not 0 <= rule.fixed_minor <= MAX_MINOR:
        raise InvalidField(f"The fixed part must be 0 to {MAX_MINOR} minor units.", field="fixed")
    if rule.fixed_minor and rule.currency is None:
        raise InvalidField("A fixed part counts in one currency: name it.", field="currency")


def fee_of(rules: Iterable[FeeRule], method: Method | None, captured: Money) -> Money:
    """
    Say what is kept of what was captured, by the one rule that fits best.

    A rule for the method and the currency goes before one for the method, then one for the currency, then one for all.
    """
    fitting = [rule for rule in rules if rule.method in {None, method} and rule.currency in {None, captured.currency}]
    if not fitting:
        return Money(0, captured.currency)
    best = max(fitting, key=lambda rule: (rule.method is not None, rule.currency is not None))
    # Half a minor unit and more is a whole one, in integers: twice the share, plus one, halved.
    share = (2 * captured.minor * best.basis_points + WHOLE) // (2 * WHOLE)
    return Money(min(share + best.fixed_minor, captured.minor), captured.currency)
