"""The table of mobile money operators that pawaPay is known to reach, and how each one is used."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from zerofee.domain.country import Country
from zerofee.domain.currency import Currency


class Auth(StrEnum):
    """How a customer of an operator approves a deposit, in pawaPay's words (`authType`)."""

    PROVIDER = "PROVIDER_AUTH"
    PREAUTH = "PREAUTH"
    REDIRECT = "REDIRECT_AUTH"


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """One of pawaPay's providers in one currency: how many decimal digits an amount may have, each way."""

    code: str
    country: Country
    currency: Currency
    auth: Auth
    deposit_digits: int
    payout_digits: int


# pawaPay names countries by three letters.
ISO3: Final[Mapping[Country, str]] = {
    Country("BF"): "BFA",
    Country("BJ"): "BEN",
    Country("CD"): "COD",
    Country("CG"): "COG",
    Country("CI"): "CIV",
    Country("CM"): "CMR",
    Country("ET"): "ETH",
    Country("GA"): "GAB",
    Country("GH"): "GHA",
    Country("KE"): "KEN",
    Country("LS"): "LSO",
    Country("MW"): "MWI",
    Country("MZ"): "MOZ",
    Country("NG"): "NGA",
    Country("RW"): "RWA",
    Country("SL"): "SLE",
    Country("SN"): "SEN",
    Country("TZ"): "TZA",
    Country("UG"): "UGA",
    Country("ZM"): "ZMB",
}

# fmt: off
_ROWS: Final = (
    # code               country currency  approval    digits of a deposit, of a payout
    ("MTN_MOMO_BEN",      "BJ", "XOF", Auth.PROVIDER, 0, 0),
    ("MOOV_BEN",          "BJ", "XOF", Auth.PROVIDER, 0, 0),
    ("MOOV_BFA",          "BF", "XOF", Auth.PROVIDER, 0, 0),
    ("ORANGE_BFA",        "BF", "XOF", Auth.PREAUTH,  0, 0),
    ("MTN_MOMO_CMR",      "CM", "XAF", Auth.PROVIDER, 0, 0),
    ("ORANGE_CMR",        "CM", "XAF", Auth.PROVIDER, 0, 0),
    ("MTN_MOMO_CIV",      "CI", "XOF", Auth.PROVIDER, 0, 0),
    ("ORANGE_CIV",        "CI", "XOF", Auth.PROVIDER, 0, 0),
    ("WAVE_CIV",          "CI", "XOF", Auth.REDIRECT, 0, 0),
    ("VODACOM_MPESA_COD", "CD", "CDF", Auth.PROVIDER, 0, 0),
    ("VODACOM_MPESA_COD", "CD", "USD", Auth.PROVIDER, 2, 2),
    ("AIRTEL_COD",        "CD", "CDF", Auth.PROVIDER, 2, 2),
    ("AIRTEL_COD",        "CD", "USD", Auth.PROVIDER, 2, 2),
    ("ORANGE_COD",        "CD", "CDF", Auth.PROVIDER, 2, 2),
    ("ORANGE_COD",        "CD", "USD", Auth.PROVIDER, 2, 2),
    ("MPESA_ETH",         "ET", "ETB", Auth.PROVIDER, 2, 2),
    ("AIRTEL_GAB",        "GA", "XAF", Auth.PROVIDER, 2, 2),
    ("MTN_MOMO_GHA",      "GH", "GHS", Auth.PROVIDER, 2, 2),
    ("AIRTELTIGO_GHA",    "GH", "GHS", Auth.PROVIDER, 2, 2),
    ("VODAFONE_GHA",      "GH", "GHS", Auth.PROVIDER, 2, 2),
    ("MPESA_KEN",         "KE", "KES", Auth.PROVIDER, 0, 2),
    ("MPESA_LSO",         "LS", "LSL", Auth.PROVIDER, 2, 2),
    ("AIRTEL_MWI",        "MW", "MWK", Auth.PROVIDER, 2, 2),
    ("TNM_MWI",           "MW", "MWK", Auth.PROVIDER, 2, 2),
    ("MOVITEL_MOZ",       "MZ", "MZN", Auth.PROVIDER, 0, 2),
    ("VODACOM_MOZ",       "MZ", "MZN", Auth.PROVIDER, 2, 2),
    ("AIRTEL_NGA",        "NG", "NGN", Auth.PROVIDER, 0, 0),
    ("MTN_MOMO_NGA",      "NG", "NGN", Auth.PROVIDER, 2, 2),
    ("AIRTEL_COG",        "CG", "XAF", Auth.PROVIDER, 0, 0),
    ("MTN_MOMO_COG",      "CG", "XAF", Auth.PROVIDER, 0, 0),
    ("AIRTEL_RWA",        "RW", "RWF", Auth.PROVIDER, 0, 0),
    ("MTN_MOMO_RWA",      "RW", "RWF", Auth.PROVIDER, 0, 0),
    ("FREE_SEN",          "SN", "XOF", Auth.PROVIDER, 0, 0),
    ("ORANGE_SEN",        "SN", "XOF", Auth.PROVIDER, 0, 0),
    ("WAVE_SEN",          "SN", "XOF", Auth.REDIRECT, 0, 0),
    ("ORANGE_SLE",        "SL", "SLE", Auth.PROVIDER, 2, 2),
    ("AIRTEL_TZA",        "TZ", "TZS", Auth.PROVIDER, 2, 2),
    ("VODACOM_TZA",       "TZ", "TZS", Auth.PROVIDER, 0, 0),
    ("TIGO_TZA",          "TZ", "TZS", Auth.PROVIDER, 0, 0),
    ("HALOTEL_TZA",       "TZ", "TZS", Auth.PROVIDER, 0, 0),
    ("AIRTEL_OAPI_UGA",   "UG", "UGX", Auth.PROVIDER, 0, 0),
    ("MTN_MOMO_UGA",      "UG", "UGX", Auth.PROVIDER, 2, 2),
    ("AIRTEL_OAPI_ZMB",   "ZM", "ZMW", Auth.PROVIDER, 2, 2),
    ("MTN_MOMO_ZMB",      "ZM", "ZMW", Auth.PROVIDER, 2, 2),
    ("ZAMTEL_ZMB",        "ZM", "ZMW", Auth.PROVIDER, 2, 2),
)
# fmt: on

OFFERS: Final = tuple(
    Offer(
        code=code,
        country=Country(country),
        currency=Currency(currency),
        auth=auth,
        deposit_digits=deposit_digits,
        payout_digits=payout_digits,
    )
    for code, country, currency, auth, deposit_digits, payout_digits in _ROWS
)


def operator_of(code: str) -> str:
    """
    Name the operator behind one of pawaPay's codes: its first word, `mtn` of `MTN_MOMO_CIV`.

    The rule covers codes that the table does not hold yet, and no two operators of one country share a word.
    """
    return code.partition("_")[0].lower()


def offer_of(code: str, currency: Currency) -> Offer | None:
    """Look up what is known of a code in a currency."""
    return next((offer for offer in OFFERS if offer.code == code and offer.currency == currency), None)


def codes_for(country: Country, operator: str, currency: Currency) -> tuple[str, ...]:
    """List the codes of the table under which an operator takes `currency` in `country`."""
    return tuple(
        offer.code
        for offer in OFFERS
        if (offer.country, offer.currency) == (country, currency) and operator_of(offer.code) == operator
    )
