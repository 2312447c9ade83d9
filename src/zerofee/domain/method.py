"""How a customer can pay: methods, operators, and the one-word codes that name both."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, NewType

from zerofee.domain.country import Country, country
from zerofee.domain.errors import DomainError

Method = NewType("Method", str)

MOBILE_MONEY: Final = Method("mobile_money")
CARD: Final = Method("card")
PAYPAL: Final = Method("paypal")
BANK_TRANSFER: Final = Method("bank_transfer")

METHODS: Final[Mapping[Method, str]] = {
    MOBILE_MONEY: "Mobile money",
    CARD: "Card",
    PAYPAL: "PayPal",
    BANK_TRANSFER: "Bank transfer",
}

_OPERATOR: Final = re.compile(r"[a-z][a-z0-9_]{1,29}")
_CODE: Final = re.compile(r"PAYIN_([A-Z][A-Z0-9_]{1,29})_([A-Z]{2})")


class UnknownMethod(DomainError):
    """A payment method that is none of ours."""

    code = "payment_method_unknown"


class InvalidOperator(DomainError):
    """An operator's name in a form that no operator has."""

    code = "operator_invalid"


@dataclass(frozen=True, slots=True, kw_only=True)
class MethodChoice:
    """A method, and as much of operator and country as was said with it."""

    method: Method
    operator: str | None = None
    country: Country | None = None


def method_choice(text: str) -> MethodChoice:
    """
    Read a method's name, or a code of the form `PAYIN_ORANGE_CI`.

    Raises `UnknownMethod`, or `UnknownCountry` for a code's last two letters.
    """
    if text in METHODS:
        return MethodChoice(method=Method(text))
    if code := _CODE.fullmatch(text):
        return MethodChoice(method=MOBILE_MONEY, operator=code[1].lower(), country=country(code[2]))
    known = ", ".join(METHODS)
    detail = f"payment_method is none of ours. Send one of {known}, or a code such as PAYIN_ORANGE_CI."
    raise UnknownMethod(detail, field="payment_method")


def operator(text: str) -> str:
    """Read an operator's name (`orange`, `mtn`); raise `InvalidOperator` for what cannot be one."""
    name = text.lower()
    if not _OPERATOR.fullmatch(name):
        detail = "operator is a short lower-case name such as orange, mtn, moov or wave."
        raise InvalidOperator(detail, field="operator")
    return name
