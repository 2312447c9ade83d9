"""Hub2's operators as a table: how each is named, paid through, limited and rounded."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from zerofee.domain.capabilities import Limits
from zerofee.domain.country import Country
from zerofee.domain.currency import Currency
from zerofee.domain.money import Money

XOF: Final = Currency("XOF")
XAF: Final = Currency("XAF")
GNF: Final = Currency("GNF")


class Approach(StrEnum):
    """
    How a payer agrees: on a prompt of the phone, with a code made beforehand, or on the operator's page.

    The value is what the connection's setting `workflow_<country>` holds to choose one.
    """

    PUSH = "push"
    CODE_FIRST = "otp"
    REDIRECT = "redirection"


@dataclass(frozen=True, slots=True, kw_only=True)
class Nation:
    """One country of Hub2's. Collected amounts are rounded up to a multiple of `rounding`, at the payer's cost."""

    currency: Currency
    calling_code: str
    rounding: int = 1


@dataclass(frozen=True, slots=True)
class PayoutLimits:
    """What one transfer may carry, in minor units, and what it must be a multiple of."""

    least_minor: int
    most_minor: int
    multiple: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Operator:
    """
    One operator in one country.

    `names` are ours, the usual one first; `value` is Hub2's. The first of `approaches` is taken unless the
    connection's settings say otherwise. `push_code` reaches a waiting prompt by hand, `otp_code` makes a one-time
    code; `{amount}` in it is the amount. No `payout`: Hub2's documents name none.
    """

    country: Country
    names: tuple[str, ...]
    value: str
    label: str
    approaches: tuple[Approach, ...]
    payin: Limits | None = None
    payout: PayoutLimits | None = None
    push_code: str | None = None
    otp_code: str | None = None

    @property
    def nation(self) -> Nation:
        """Give what holds for the whole country."""
        return NATIONS[self.country]

    def otp_code_for(self, money: Money) -> str | None:
        """Say what to dial for a one-time code for this amount."""
        return None if self.otp_code is None else self.otp_code.replace("{amount}", str(money.minor))


CI, SN, BJ, BF, CM = Country("CI"), Country("SN"), Country("BJ"), Country("BF"), Country("CM")
ML, TG, GN, GA = Country("ML"), Country("TG"), Country("GN"), Country("GA")

# fmt: off
NATIONS: Final[Mapping[Country, Nation]] = {
    CI: Nation(currency=XOF, calling_code="225"),
    SN: Nation(currency=XOF, calling_code="221", rounding=5),
    BJ: Nation(currency=XOF, calling_code="229"),
    BF: Nation(currency=XOF, calling_code="226", rounding=5),
    CM: Nation(currency=XAF, calling_code="237", rounding=5),
    ML: Nation(currency=XOF, calling_code="223", rounding=5),
    TG: Nation(currency=XOF, calling_code="228"),
    GN: Nation(currency=GNF, calling_code="224", rounding=1000),
    GA: Nation(currency=XAF, calling_code="241"),
}
_PUSH, _CODE, _PAGE = Approach.PUSH, Approach.CODE_FIRST, Approach.REDIRECT
_ROWS: Final = (
    # our names, the usual one first          Hub2's       label           how the payer agrees
    (CI, ("orange",),                         "orange",    "Orange Money", (_PAGE, _CODE)),
    (CI, ("mtn",),                            "mtn",       "MTN MoMo",     (_PUSH,)),
    (CI, ("moov",),                           "moov",      "Moov Money",   (_PUSH,)),
    (CI, ("wave",),                           "wave",      "Wave",         (_PAGE,)),
    (SN, ("orange",),                         "orange",    "Orange Money", (_PAGE, _CODE)),
    (SN, ("free",),                           "free",      "Free Money",   (_PUSH,)),
    (SN, ("emoney",),                         "emoney",    "E-Money",      (_PUSH,)),
    (SN, ("wave",),                           "wave",      "Wave",         (_PAGE,)),
    (BJ, ("mtn",),                            "mtn",       "MTN MoMo",     (_PUSH,)),
    (BJ, ("moov",),                           "moov",      "Moov Money",   (_PUSH,)),
    (BF, ("orange",),                         "orange",    "Orange Money", (_CODE, _PUSH)),
    (BF, ("moov", "mobicash"),                "mobicash",  "Moov Money",   (_PUSH,)),
    (CM, ("orange",),                         "orange",    "Orange Money", (_PUSH,)),
    (CM, ("mtn",),                            "mtn",       "MTN MoMo",     (_PUSH,)),
    (ML, ("orange",),                         "orange",    "Orange Money", (_PUSH,)),
    (ML, ("moov", "mobicash"),                "mobicash",  "Moov Money",   (_PUSH,)),
    (TG, ("moov",),                           "moov",      "Moov Money",   (_PUSH,)),
    (TG, ("tmoney", "togocel", "togocell"),   "togocell",  "T-Money",      (_PUSH,)),
    (GN, ("orange",),                         "orange",    "Orange Money", (_CODE, _PUSH)),
    (GN, ("mtn",),                            "mtn",       "MTN MoMo",     (_PUSH,)),
    (GA, ("airtel",),                         "airtel",    "Airtel Money", (_PUSH,)),
    (GA, ("moov", "mobicash"),                "mobicash",  "Moov Money",   (_PUSH,)),
)
_Key = tuple[Country, str]
_PAYIN: Final[Mapping[_Key, Limits]] = {
    (BJ, "mtn"):    Limits(100, 3_000_000),
    (BJ, "moov"):   Limits(100, 3_000_000),
    (CM, "orange"): Limits(500, 500_000),
    (CM, "mtn"):    Limits(500, 500_000),
}
_PAYOUT: Final[Mapping[_Key, PayoutLimits]] = {
    #                            least   most       multiple
    (CI, "orange"): PayoutLimits(200,    1_500_000, 5),
    (CI, "mtn"):    PayoutLimits(100,    2_000_000, 5),
    (CI, "moov"):   PayoutLimits(500,    2_000_000, 5),
    (SN, "orange"): PayoutLimits(100,    1_500_000, 5),
    (SN, "free"):   PayoutLimits(100,    1_500_000, 5),
    (SN, "emoney"): PayoutLimits(100,    1_500_000, 5),
    (BF, "orange"): PayoutLimits(100,    1_000_000, 5),
    (BF, "moov"):   PayoutLimits(500,    1_000_000, 5),
    (CM, "orange"): PayoutLimits(500,    500_000,   5),
    (CM, "mtn"):    PayoutLimits(500,    500_000,   5),
    (ML, "orange"): PayoutLimits(500,    1_500_000, 5),
    (ML, "moov"):   PayoutLimits(500,    1_500_000, 5),
    (GN, "orange"): PayoutLimits(10_000, 1_500_000, 1000),
    (GN, "mtn"):    PayoutLimits(10_000, 1_500_000, 1000),
    (GA, "airtel"): PayoutLimits(100,    1_000_000, 5),
    (GA, "moov"):   PayoutLimits(100,    1_000_000, 5),
}
# What to dial. Hub2's documents name none of these; they are what several public checkouts tell their customers.
_PUSH_CODES: Final[Mapping[_Key, str]] = {
    (CI, "mtn"):    "*133#",
    (CI, "moov"):   "*155#",
    (BJ, "mtn"):    "*880#",
    (BJ, "moov"):   "*155#",
    (CM, "orange"): "#150*50#",
    (CM, "mtn"):    "*126#",
    (TG, "moov"):   "*155#",
}
_OTP_CODES: Final[Mapping[_Key, str]] = {
    (CI, "orange"): "#144*82#",
    (SN, "orange"): "#144*391#",
    (BF, "orange"): "*144*4*6*{amount}#",
}
# fmt: on

OPERATORS: Final = tuple(
    Operator(
        country=country,
        names=names,
        value=value,
        label=label,
        approaches=approaches,
        payin=_PAYIN.get((country, names[0])),
        payout=_PAYOUT.get((country, names[0])),
        push_code=_PUSH_CODES.get((country, names[0])),
        otp_code=_OTP_CODES.get((country, names[0])),
    )
    for country, names, value, label, approaches in _ROWS
)
_BY_NAME: Final[Mapping[_Key, Operator]] = {
    (operator.country, name): operator for operator in OPERATORS for name in operator.names
}


def find_operator(country: Country, name: str) -> Operator | None:
    """Give the operator that goes by one of our names in a country."""
    return _BY_NAME.get((country, name))


def rounded_up(money: Money, operator: Operator) -> Money:
    """
    Say what the payer is charged: the amount, rounded up as the country's operators do.

    Source: Hub2 documentation, "Policies": the difference is a rounding fee of the customer's.
    """
    step = operator.nation.rounding
    return Money(-(-money.minor // step) * step, money.currency)
