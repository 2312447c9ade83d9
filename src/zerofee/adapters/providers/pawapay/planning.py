"""How a charge is to be made: on the payer's own phone where the operator is known, on pawaPay's page elsewhere."""

from zerofee.adapters.providers.pawapay.configuration import DEPOSIT, PAYOUT, Configuration
from zerofee.adapters.providers.pawapay.operators import ISO3
from zerofee.adapters.providers.pawapay.requests import Plan, amount_text, digits_of
from zerofee.adapters.providers.pawapay.responses import Prediction
from zerofee.adapters.providers.pawapay.settings import FLOW, PAGE, Settings, chosen
from zerofee.domain.country import Country
from zerofee.domain.currency import exponent
from zerofee.domain.failure import FailureCode
from zerofee.domain.outcome import Refused
from zerofee.domain.ports.provider import ChargeOrder, PayoutOrder


def phone_of(order: ChargeOrder) -> str | None:
    """Give the payer's number in E.164, where there is one."""
    return None if order.customer is None else order.customer.phone


def wants_prediction(order: ChargeOrder, settings: Settings) -> bool:
    """Say whether pawaPay must be asked for the operator: only for a number of which nobody named it."""
    return phone_of(order) is not None and order.operator is None and chosen(settings, FLOW) != PAGE


def plan_charge(
    order: ChargeOrder, account: Configuration, settings: Settings, predicted: Prediction | None
) -> Plan | Refused:
    """
    Decide how to charge; the app's own `operator` goes before any prediction.

    Without a number, without an operator, or where the connection's setting says so, it is pawaPay's page. Raises
    `AmountNotRepresentable` when the operator counts in coarser units than the amount has.
    """
    phone = phone_of(order)
    if phone is None or chosen(settings, FLOW) == PAGE:
        return _page(order, phone)
    if order.operator is None:
        usable = predicted is not None and _is_of(order.country, predicted)
        plan = _deposit(order, account, predicted.provider, predicted.phone) if usable and predicted else None
        return plan or _page(order, phone)
    code = None if order.country is None else account.find(order.country, order.operator, order.money.currency, DEPOSIT)
    plan = None if code is None else _deposit(order, account, code, digits_of(phone))
    return plan or _no_such(order.operator, order.money.currency, order.country)


def plan_payout(order: PayoutOrder, account: Configuration, predicted: Prediction | None) -> Plan | Refused:
    """Decide where a payout goes; raise `AmountNotRepresentable` as `plan_charge` does."""
    phone, code = digits_of(order.phone), None
    if order.operator is not None:
        code = account.find(order.country, order.operator, order.money.currency, PAYOUT)
    elif predicted is not None and _is_of(order.country, predicted):
        phone, code = predicted.phone, predicted.provider
    terms = None if code is None else account.of(code, order.money.currency, PAYOUT)
    if terms is None:
        return _no_such(order.operator or "the operator of this number", order.money.currency, order.country)
    return Plan(amount=amount_text(order.money, digits=terms.digits), provider=code, phone=phone)


def _page(order: ChargeOrder, phone: str | None) -> Plan:
    # Which operator it will be, the customer says on the page; so our own digits must do.
    amount = amount_text(order.money, digits=exponent(order.money.currency))
    return Plan(amount=amount, phone=None if phone is None else digits_of(phone))


def _deposit(order: ChargeOrder, account: Configuration, code: str, phone: str) -> Plan | None:
    terms = account.of(code, order.money.currency, DEPOSIT)
    if terms is None:
        return None
    return Plan(
        amount=amount_text(order.money, digits=terms.digits),
        provider=code,
        phone=phone,
        auth=terms.auth,
        message=terms.message,
        ussd_code=terms.ussd_code,
    )


def _is_of(country: Country | None, predicted: Prediction) -> bool:
    return country is None or ISO3.get(country) == predicted.country_iso3


def _no_such(operator: str, currency: str, country: Country | None) -> Refused:
    where = country or "a country that was not named"
    return Refused(FailureCode.UNSUPPORTED, f"This pawaPay account does not serve {operator} in {where} in {currency}.")
