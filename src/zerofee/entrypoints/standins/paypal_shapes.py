"""What PayPal's stand-in is asked, checked as PayPal documents it, and its answers of no."""

import re
import secrets
from collections.abc import Mapping
from typing import Any, Final, TypeVar

import msgspec

from zerofee.domain.currency import Currency
from zerofee.domain.errors import DomainError
from zerofee.domain.money import Money, from_major, to_major

Body = TypeVar("Body")

# Source: PayPal, "Currency codes".
_TWO: Final = "AUD BRL CAD CHF CNY CZK DKK EUR GBP HKD ILS MXN MYR NOK NZD PHP PLN SEK SGD THB USD"
_NONE: Final = "HUF JPY TWD"
DIGITS: Final[Mapping[str, int]] = {**dict.fromkeys(_TWO.split(), 2), **dict.fromkeys(_NONE.split(), 0)}
_DECIMAL: Final = re.compile(r"(-?[0-9]+)|(-?([0-9]+)?[.][0-9]+)")
_ALPHABET: Final = "0123456789ABCDEFGHJKLMNPRSTUVWXY"

# Source: PayPal's OpenAPI files, the schemas `error_400` to `error_500`.
_NAMES: Final[Mapping[int, tuple[str, str]]] = {
    400: ("INVALID_REQUEST", "Request is not well-formed, syntactically incorrect, or violates schema."),
    401: (
        "AUTHENTICATION_FAILURE",
        "Authentication failed due to missing authorization header, or invalid authentication credentials.",
    ),
    403: ("NOT_AUTHORIZED", "Authorization failed due to insufficient permissions."),
    404: ("RESOURCE_NOT_FOUND", "The specified resource does not exist."),
    409: ("RESOURCE_CONFLICT", "The server has detected a conflict while processing this request."),
    415: ("UNSUPPORTED_MEDIA_TYPE", "The server does not support the request payload's media type."),
    422: (
        "UNPROCESSABLE_ENTITY",
        "The requested action could not be performed, semantically incorrect, or failed business validation.",
    ),
    500: ("INTERNAL_SERVER_ERROR", "An internal server error occurred."),
}


class PayPalError(Exception):
    """An answer of no, in the form of PayPal's v2."""

    def __init__(self, status: int, issue: str | None = None, *, field: str | None = None, url: str = "") -> None:
        """Keep what the body will say; `url` is where the payer can mend it."""
        super().__init__(issue)
        self.status = status
        self.issue = issue
        self.field = field
        self.url = url

    def shown(self) -> dict[str, Any]:
        """Write the body."""
        name, message = _NAMES[self.status]
        told: dict[str, Any] = {"name": name, "message": message, "debug_id": secrets.token_hex(7)[:13], "links": []}
        if self.issue is not None:
            told["details"] = [{"issue": self.issue, **({"field": self.field} if self.field else {})}]
        if self.url:
            told["links"] = [{"href": self.url, "rel": "redirect", "method": "GET"}]
        return told


class WantedAmount(msgspec.Struct, frozen=True):
    """An amount as it was sent."""

    currency_code: str
    value: str


class WantedUnit(msgspec.Struct, frozen=True):
    """What is to be bought."""

    amount: WantedAmount
    reference_id: str = "default"
    custom_id: str | None = None
    description: str | None = None


class Experience(msgspec.Struct, frozen=True):
    """Where the payer goes afterwards."""

    return_url: str | None = None
    cancel_url: str | None = None
    user_action: str = "CONTINUE"


class Wallet(msgspec.Struct, frozen=True):
    """That the payer pays with PayPal itself."""

    experience_context: Experience = Experience()


class Source(msgspec.Struct, frozen=True):
    """How the payer pays; of all that PayPal takes, the stand-in knows the wallet."""

    paypal: Wallet | None = None


class NewOrder(msgspec.Struct, frozen=True):
    """The body of a create."""

    intent: str
    purchase_units: list[WantedUnit]
    payment_source: Source | None = None
    application_context: Experience = Experience()


class NewCapture(msgspec.Struct, frozen=True):
    """The body of a capture of what is held."""

    amount: WantedAmount | None = None
    final_capture: bool = False


class NewRefund(msgspec.Struct, frozen=True):
    """The body of a refund; without an amount it is all that is left."""

    amount: WantedAmount | None = None
    custom_id: str | None = None


class NewListener(msgspec.Struct, frozen=True):
    """The body of a new webhook."""

    url: str
    event_types: list[dict[str, str]]


def read(body: bytes, shape: type[Body]) -> Body:
    """Read a body; raise `PayPalError` (400) as PayPal would."""
    try:
        return msgspec.json.decode(body or b"{}", type=shape)
    except msgspec.ValidationError as wrong:
        missing = "missing required field" in str(wrong)
        issue = "MISSING_REQUIRED_PARAMETER" if missing else "INVALID_PARAMETER_SYNTAX"
        raise PayPalError(400, issue, field="/" + str(wrong).partition("$")[2].strip("`.").replace(".", "/")) from None
    except (ValueError, RecursionError):
        raise PayPalError(400, "MALFORMED_REQUEST_JSON") from None


def money_of(wanted: WantedAmount, too_fine: str) -> Money:
    """Read an amount by PayPal's rules; `too_fine` is the issue for decimals that the currency has not."""
    if not _DECIMAL.fullmatch(wanted.value):
        raise PayPalError(400, "INVALID_PARAMETER_SYNTAX", field="/amount/value")
    digits = DIGITS.get(wanted.currency_code)
    if digits is None:
        raise PayPalError(422, "INVALID_CURRENCY_CODE", field="/amount/currency_code")
    _, point, fraction = wanted.value.partition(".")
    if len(fraction) > digits or (point and not digits):
        raise PayPalError(422, too_fine, field="/amount/value")
    try:
        money = from_major(wanted.value, Currency(wanted.currency_code), digits=digits)
    except DomainError:
        raise PayPalError(400, "INVALID_PARAMETER_SYNTAX", field="/amount/value") from None
    if money.minor <= 0:
        raise PayPalError(422, "CANNOT_BE_ZERO_OR_NEGATIVE", field="/amount/value")
    return money


def amount_of(money: Money) -> dict[str, str]:
    """Write an amount as PayPal does."""
    return {"currency_code": money.currency, "value": to_major(money, digits=DIGITS[money.currency])}


def new_id() -> str:
    """Make an id of PayPal's form."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(17))
