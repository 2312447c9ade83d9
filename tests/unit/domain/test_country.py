"""Countries are known by the assigned alpha-2 codes of ISO 3166-1, and by nothing else."""

import pytest

from zerofee.domain.country import NAMES, Country, UnknownCountry, country, name


@pytest.mark.parametrize(
    ("code", "shown"),
    (("CI", "Côte d'Ivoire"), ("CD", "Congo (Democratic Republic of the)"), ("FR", "France")),
)
def test_names_a_country(code: str, shown: str) -> None:
    assert name(country(code)) == shown


def test_holds_the_whole_standard() -> None:
    assert len(NAMES) == 249


def test_gives_no_name_to_two_countries() -> None:
    assert len(set(NAMES.values())) == len(NAMES)


def test_is_in_the_order_of_the_codes() -> None:
    assert list(NAMES) == sorted(NAMES)


@pytest.mark.parametrize("given", ("UK", "EU", "XK", "AN", "ci", "CIV", "C", "", " CI", None, 384, ["CI"]))
def test_refuses_what_is_not_exactly_a_code(given: object) -> None:
    with pytest.raises(UnknownCountry):
        country(given)


def test_says_which_field_was_wrong_and_what_to_give() -> None:
    with pytest.raises(UnknownCountry) as refused:
        country("UK", field="countries")

    assert refused.value.code == "country_unknown"
    assert refused.value.field == "countries"
    assert str(refused.value) == refused.value.detail
    assert "'UK'" in refused.value.detail
    assert "two upper-case letters of ISO 3166-1" in refused.value.detail


def test_keeps_a_long_wrong_code_out_of_its_answer() -> None:
    with pytest.raises(UnknownCountry) as refused:
        country("X" * 100_000)

    assert len(refused.value.detail) < 200


def test_refuses_to_name_an_unknown_code() -> None:
    with pytest.raises(UnknownCountry):
        name(Country("XK"))
