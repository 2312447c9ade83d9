"""The one table that says how many digits each currency's minor unit has."""

import reprlib
from collections.abc import Mapping
from typing import ClassVar, Final, NewType

from zerofee.domain.errors import DomainError

Currency = NewType("Currency", str)

# Every code for which ISO 4217 names a minor unit, units of account such as CLF and COU included.
# Left out are those that have none, and which therefore no integer can count: metals (XAG, XAU,
# XPD, XPT), bond market units (XBA to XBD), XDR, XSU, XUA, XTS for tests and XXX for no currency.
# Codes that the standard has withdrawn are out as well, lately HRK, SLL, CUC, ANG, ZWL and BGN.
_CODES: Final[Mapping[int, str]] = {
    0: """
        BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF
    """,
    2: """
        AED AFN ALL AMD AOA ARS AUD AWG AZN
        BAM BBD BDT BMD BND BOB BOV BRL BSD BTN BWP BYN BZD
        CAD CDF CHE CHF CHW CNY COP COU CRC CUP CVE CZK
        DKK DOP DZD
        EGP ERN ETB EUR
        FJD FKP
        GBP GEL GHS GIP GMD GTQ GYD
        HKD HNL HTG HUF
        IDR ILS INR IRR
        JMD
        KES KGS KHR KPW KYD KZT
        LAK LBP LKR LRD LSL
        MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN
        NAD NGN NIO NOK NPR NZD
        PAB PEN PGK PHP PKR PLN
        QAR
        RON RSD RUB
        SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL
        THB TJS TMT TOP TRY TTD TWD TZS
        UAH USD USN UYU UZS
        VED VES
        WST
        XAD XCD XCG
        YER
        ZAR ZMW ZWG
    """,
    3: "BHD IQD JOD KWD LYD OMR TND",
    4: "CLF UYW",
}

EXPONENTS: Final[Mapping[Currency, int]] = {
    Currency(code): digits for digits, codes in _CODES.items() for code in codes.split()
}


class UnknownCurrency(DomainError):
    """No currency of today's ISO 4217 has this code."""

    code: ClassVar[str] = "currency_unknown"

    def __init__(self, given: object, *, field: str = "currency") -> None:
        super().__init__(
            f"{reprlib.repr(given)} is not a currency we know: "
            "give the three upper-case letters of ISO 4217, such as 'XOF' or 'USD'.",
            field=field,
        )


def currency(code: object, *, field: str = "currency") -> Currency:
    """
    Read a currency from what a caller gave.

    Raises `UnknownCurrency`, about the request's `field`, for all but an upper-case code of the
    table; nothing is trimmed or put into upper case for the caller.

    Source: ISO 4217, list one, as published on 2026-01-01.
    """
    if isinstance(code, str) and code in EXPONENTS:
        return Currency(code)
    raise UnknownCurrency(code, field=field)


def exponent(code: Currency) -> int:
    """
    Tell how many decimal digits the minor unit has: 0 for XOF, 2 for USD, 3 for KWD.

    Raises `UnknownCurrency` for a code that the table no longer holds.
    """
    return EXPONENTS[currency(code)]
