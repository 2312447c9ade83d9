import csv
from pathlib import Path
from typing import Final

import pytest
from phonenumbers.carrierdata import CARRIER_DATA

from zerofee.adapters.carriers import OPERATORS, Carriers
from zerofee.adapters.providers.hub2.operators import OPERATORS as HUB2
from zerofee.adapters.providers.pawapay.operators import OFFERS, operator_of
from zerofee.domain.country import Country
from zerofee.domain.ports.operators import Guess, Operators

DATA: Final = Path(__file__).parents[2] / "contracts" / "data"
SERVED: Final = {(offer.country, operator_of(offer.code)) for offer in OFFERS} | {
    (operator.country, operator.names[0]) for operator in HUB2
}
# Wave gives its accounts to numbers of every operator.
NO_RANGE: Final = {(country, "wave") for country in ("CI", "SN")}


def guess(phone: str) -> Guess | None:
    operators: Operators = Carriers()
    return operators.guess(phone)


@pytest.mark.parametrize(
    ("phone", "country", "operator", "portable"),
    [
        ("+22601234567", "BF", "moov", False),
        ("+22607345678", "BF", "orange", False),
        ("+2290142345678", "BJ", "mtn", True),
        ("+2290145345678", "BJ", "moov", True),
        ("+243813456789", "CD", "vodacom", False),
        ("+243973456789", "CD", "airtel", False),
        ("+243893456789", "CD", "orange", False),
        ("+242053456789", "CG", "airtel", False),
        ("+242063456789", "CG", "mtn", False),
        ("+2250734567890", "CI", "orange", False),
        ("+2250503456789", "CI", "mtn", False),
        ("+2250103456789", "CI", "moov", False),
        ("+237653456789", "CM", "mtn", True),
        ("+237693456789", "CM", "orange", True),
        ("+251700000000", "ET", "mpesa", False),
        ("+24174345678", "GA", "airtel", False),
        ("+24105345678", "GA", "moov", False),
        ("+24106345678", "GA", "moov", False),
        ("+233593456789", "GH", "mtn", True),
        ("+233273456789", "GH", "airteltigo", True),
        ("+233503456789", "GH", "vodafone", True),
        ("+224621234567", "GN", "orange", False),
        ("+224661234567", "GN", "mtn", False),
        ("+254703456789", "KE", "mpesa", True),
        ("+26657123456", "LS", "mpesa", False),
        ("+22370123456", "ML", "orange", False),
        ("+22366123456", "ML", "moov", False),
        ("+265993456789", "MW", "airtel", False),
        ("+265883456789", "MW", "tnm", False),
        ("+258861234567", "MZ", "movitel", False),
        ("+258841234567", "MZ", "vodacom", False),
        ("+2347011234567", "NG", "airtel", True),
        ("+2348134567899", "NG", "mtn", True),
        ("+250733456789", "RW", "airtel", False),
        ("+250783456789", "RW", "mtn", False),
        ("+23276123456", "SL", "orange", False),
        ("+221773456789", "SN", "orange", False),
        ("+221763456789", "SN", "free", False),
        ("+221703456789", "SN", "emoney", False),
        ("+22890123456", "TG", "tmoney", False),
        ("+22896123456", "TG", "moov", False),
        ("+255683456789", "TZ", "airtel", False),
        ("+255763456789", "TZ", "vodacom", False),
        ("+255713456789", "TZ", "tigo", False),
        ("+255623456789", "TZ", "halotel", False),
        ("+256753456789", "UG", "airtel", False),
        ("+256783456789", "UG", "mtn", False),
        ("+260973456789", "ZM", "airtel", False),
        ("+260763456789", "ZM", "mtn", False),
        ("+260953456700", "ZM", "zamtel", False),
    ],
)
def test_guesses_the_operator_of_a_range(phone: str, country: str, operator: str, portable: bool) -> None:
    assert guess(phone) == Guess(country=Country(country), operator=operator, portable=portable)


@pytest.mark.parametrize(
    "phone",
    [
        "",
        "+",
        "0700000000",
        "+2250000000000",
        "+33612345678",
        "+14155550123",
        "+22997",
        "+2290128345678",
        "+" + "9" * 40,
    ],
)
def test_guesses_nothing_where_no_provider_serves_the_range(phone: str) -> None:
    assert guess(phone) is None


def test_guesses_every_operator_that_has_ranges_and_no_other() -> None:
    """A new operator in a provider's table, or a carrier that the library renamed, shows here."""
    guessed = {(country, operator) for country, names in OPERATORS.items() for operator in names.values()}

    assert guessed == SERVED - NO_RANGE


def test_every_carrier_named_is_one_that_the_library_knows() -> None:
    names = {entry["en"] for entry in CARRIER_DATA.values() if "en" in entry}

    assert {carrier for carriers in OPERATORS.values() for carrier in carriers} <= names


def test_agrees_with_the_sandbox_numbers_of_pawapay() -> None:
    """AIRTEL_NGA's number lies in a range of MTN's; some others are no valid numbers, and so are nobody's."""
    rows = csv.DictReader((DATA / "pawapay" / "providers.csv").read_text().splitlines())
    guesses = {row["provider_v2"]: guess(f"+{row['sandbox_msisdn_completed']}") for row in rows}

    wrong = {code for code, found in guesses.items() if found is not None and found.operator != operator_of(code)}
    nobody = {code for code, found in guesses.items() if found is None}
    assert wrong == {"AIRTEL_NGA"}
    assert nobody == {"MTN_MOMO_BEN", "MOOV_BEN", "MPESA_LSO", "MOVITEL_MOZ", "VODACOM_MOZ", "WAVE_CIV", "WAVE_SEN"}
