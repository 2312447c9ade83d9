"""What Hub2 refuses at once: the checks of its stand-in on an order."""

from collections.abc import Mapping
from typing import Final

from zerofee.adapters.providers.hub2.operators import NATIONS, OPERATORS, Approach, Operator
from zerofee.domain.country import Country
from zerofee.domain.currency import Currency
from zerofee.domain.money import Money
from zerofee.entrypoints.standins.hub2_shapes import Hub2Error, MobileMoney, NewAttempt

CURRENCIES: Final = frozenset(nation.currency for nation in NATIONS.values())


def currency_of(code: str) -> Currency:
    """Take one of Hub2's currencies."""
    if code not in CURRENCIES:
        raise Hub2Error(400, "invalid-currency", f"The currency must be one of {', '.join(sorted(CURRENCIES))}.")
    return Currency(code)


def operator_of(wanted: NewAttempt, money: Money) -> Operator:
    """Take an operator that there is in the country, for an amount that it takes."""
    if wanted.payment_method != "mobile_money":
        raise Hub2Error(400, "bad_parameters", "paymentMethod must be mobile_money.")
    for operator in OPERATORS:
        if (operator.country, operator.value) == (Country(wanted.country), wanted.provider):
            break
    else:
        raise Hub2Error(400, "bad_parameters", f"{wanted.provider} is no provider in {wanted.country}.")
    if money.currency != operator.nation.currency:
        raise Hub2Error(400, "invalid-currency", f"{wanted.country} takes {operator.nation.currency}.")
    limits = operator.payin
    if limits is not None and not (limits.least_minor or 0) <= money.minor <= (limits.most_minor or money.minor):
        raise Hub2Error(400, "bad_parameters", "The amount is outside of the operator's limits.")
    return operator


def approach_of(operator: Operator, agreement: MobileMoney) -> Approach:
    """Take the workflow that was asked for, with what it needs."""
    if len(operator.approaches) == 1:
        return operator.approaches[0]
    if agreement.workflow is None and Approach.PUSH in operator.approaches:
        return Approach.PUSH
    if agreement.workflow not in {Approach.CODE_FIRST, Approach.REDIRECT}:
        raise Hub2Error(400, "bad_parameters", "mobileMoney.workflow must be otp or redirection.")
    approach = Approach(agreement.workflow)
    if approach is Approach.CODE_FIRST and not agreement.otp:
        raise Hub2Error(400, "bad_parameters", "mobileMoney.otp is required.")
    return approach


def ways_back(operator: Operator, agreement: MobileMoney) -> tuple[str, str]:
    """Take the two addresses under the names that the operator wants them by."""
    if operator.value == "wave":
        given: Mapping[str, str | None] = {
            "onSuccessRedirectionUrl": agreement.on_success_redirection_url,
            "onFailedRedirectionUrl": agreement.on_failed_redirection_url,
        }
    else:
        given = {
            "onFinishRedirectionUrl": agreement.on_finish_redirection_url,
            "onCancelRedirectionUrl": agreement.on_cancel_redirection_url,
        }
    for name, url in given.items():
        if not url:
            raise Hub2Error(400, "bad_parameters", f"mobileMoney.{name} is required.")
    back, away = (url or "" for url in given.values())
    return back, away
