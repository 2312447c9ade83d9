"""Operators guessed from phone numbers, by the numbering plans that the library `phonenumbers` carries."""

from collections.abc import Mapping
from typing import Final

from phonenumbers import NumberParseException, carrier, is_mobile_number_portable_region, parse, region_code_for_number

from zerofee.domain.country import Country
from zerofee.domain.ports.operators import Guess

# Left is the carrier as the library names it, right the operator in the providers' tables. Where the names differ the
# carrier was renamed (Tigo and Free are Yas now, Vodafone Ghana is Telecel), or its money has a name of its own.
# fmt: off
OPERATORS: Final[Mapping[str, Mapping[str, str]]] = {
    "BF": {"Moov Africa": "moov", "Orange": "orange"},
    "BJ": {"MTN": "mtn", "Moov": "moov"},
    "CD": {"Airtel": "airtel", "Orange": "orange", "Vodacom": "vodacom"},
    "CG": {"Airtel": "airtel", "Warid": "airtel", "MTN": "mtn"},
    "CI": {"MTN": "mtn", "Moov": "moov", "Orange": "orange"},
    "CM": {"MTN Cameroon": "mtn", "Orange": "orange"},
    "ET": {"Safaricom": "mpesa"},
    "GA": {"Airtel": "airtel", "Libertis": "moov", "Moov": "moov"},
    "GH": {"MTN": "mtn", "Telecel": "vodafone", "at": "airteltigo"},
    "GN": {"Areeba": "mtn", "Orange": "orange"},
    "KE": {"Safaricom": "mpesa"},
    "LS": {"Vodacom Lesotho (Pty) Ltd": "mpesa"},
    "ML": {"Orange": "orange", "Sotelma": "moov"},
    "MW": {"Airtel": "airtel", "TNM": "tnm"},
    "MZ": {"Movitel": "movitel", "Vodacom": "vodacom"},
    "NG": {"Airtel": "airtel", "MTN": "mtn"},
    "RW": {"Airtel": "airtel", "MTN": "mtn"},
    "SL": {"Orange": "orange"},
    "SN": {"Expresso": "emoney", "Orange": "orange", "Yas": "free"},
    "TG": {"Moov": "moov", "Togo Telecom": "tmoney"},
    "TZ": {"Airtel": "airtel", "Viettel": "halotel", "Vodacom": "vodacom", "Yas": "tigo"},
    "UG": {"Airtel": "airtel", "MTN": "mtn"},
    "ZM": {"Airtel": "airtel", "MTN": "mtn", "ZAMTEL": "zamtel"},
}
# fmt: on


class Carriers:
    """The `Operators` port over the library's data."""

    def guess(self, phone: str) -> Guess | None:
        try:
            number = parse(phone)
        except NumberParseException:
            return None
        region = region_code_for_number(number) or ""
        # The carrier to whom the range was given: the library hides it where numbers are carried over, we say so.
        operator = OPERATORS.get(region, {}).get(carrier.name_for_number(number, "en"))
        if operator is None:
            return None
        return Guess(country=Country(region), operator=operator, portable=is_mobile_number_portable_region(region))
