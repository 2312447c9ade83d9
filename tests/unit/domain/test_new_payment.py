"""A wish to be paid is checked field by field, and each refusal names its field."""

from functools import partial

import pytest

from zerofee.domain.country import UnknownCountry
from zerofee.domain.customer import Customer
from zerofee.domain.errors import DomainError
from zerofee.domain.method import CARD, MOBILE_MONEY, InvalidOperator, UnknownMethod
from zerofee.domain.money import Money
from zerofee.domain.new_payment import InvalidField, new_payment
from zerofee.domain.scope import Environment, Scope
from zerofee.domain.wish import CaptureMode, Wish
from zerofee.testing.builders import APP_ID, SCOPE, XOF

LIVE = Scope(APP_ID, Environment.LIVE)
PAYER = Customer(phone="+225 07 00 00 00 00")
ask = partial(new_payment, scope=SCOPE, money=Money(5000, XOF))


def test_needs_no_more_than_an_amount() -> None:
    order = ask()

    assert order.method is None
    assert order.wish is None


def test_reads_everything() -> None:
    order = ask(
        payment_method="mobile_money",
        country_code="CI",
        payer=PAYER,
        operator_name="Orange",
        capture=CaptureMode.MANUAL,
        provider_id="scripted",
        expires_in_s=60,
    )

    assert order.customer == Customer(phone="+2250700000000")
    assert order.wish == Wish(
        money=Money(5000, XOF),
        method=MOBILE_MONEY,
        country=order.country,
        operator="orange",
        capture=CaptureMode.MANUAL,
    )
    assert (order.country, order.provider_id, order.expires_in_s) == ("CI", "scripted", 60)


def test_a_code_says_method_operator_and_country() -> None:
    order = ask(payment_method="PAYIN_ORANGE_CI", payer=PAYER)

    assert (order.method, order.operator, order.country) == (MOBILE_MONEY, "orange", "CI")


@pytest.mark.parametrize(
    ("fields", "named"),
    [({"country_code": "SN"}, "country"), ({"operator_name": "mtn"}, "operator")],
)
def test_refuses_what_contradicts_the_code(fields: dict[str, str], named: str) -> None:
    with pytest.raises(InvalidField, match="payment_method") as refused:
        ask(payment_method="PAYIN_ORANGE_CI", payer=PAYER, **fields)  # type: ignore[arg-type]  # each is a text

    assert refused.value.field == named


def test_takes_what_agrees_with_the_code() -> None:
    assert ask(payment_method="PAYIN_ORANGE_CI", payer=PAYER, country_code="CI", operator_name="orange").country == "CI"


@pytest.mark.parametrize("payer", [None, Customer(), Customer(email="a@b.co")])
def test_mobile_money_needs_a_number(payer: Customer | None) -> None:
    with pytest.raises(InvalidField) as refused:
        ask(payment_method="mobile_money", payer=payer)

    assert refused.value.field == "customer.phone"


def test_a_card_needs_no_number() -> None:
    assert ask(payment_method="card").method == CARD


@pytest.mark.parametrize(
    ("field", "value", "error"),
    [
        ("payment_method", "cash", UnknownMethod),
        ("payment_method", "PAYIN_ORANGE_XX", UnknownCountry),
        ("country_code", "XX", UnknownCountry),
        ("country_code", "ci", UnknownCountry),
        ("operator_name", "", InvalidOperator),
        ("operator_name", "orange money", InvalidOperator),
    ],
)
def test_refuses_what_is_none_of_ours(field: str, value: str, error: type[DomainError]) -> None:
    with pytest.raises(error):
        ask(**{field: value})  # type: ignore[arg-type]  # each is a text


@pytest.mark.parametrize(("field", "longest"), [("reference", 100), ("description", 1000)])
class TestText:
    def test_may_be_as_long_as_allowed(self, field: str, longest: int) -> None:
        assert getattr(ask(**{field: "é" * longest}), field) == "é" * longest  # type: ignore[arg-type]

    @pytest.mark.parametrize("bad", ["", "x\x00", "x\x1b", "x\x7f", "x\x85", "\ud800"])
    def test_refuses_nothing_and_controls(self, field: str, longest: int, bad: str) -> None:
        with pytest.raises(InvalidField) as refused:
            ask(**{field: bad})  # type: ignore[arg-type]

        assert refused.value.field == field

    def test_refuses_one_more(self, field: str, longest: int) -> None:
        with pytest.raises(InvalidField, match=str(longest)):
            ask(**{field: "x" * (longest + 1)})  # type: ignore[arg-type]

    def test_is_counted_as_it_is_kept(self, field: str, longest: int) -> None:
        """NFC joins what was sent apart, and takes apart what has no joined form."""
        assert getattr(ask(**{field: "e\u0301" * longest}), field) == "é" * longest  # type: ignore[arg-type]
        with pytest.raises(InvalidField):
            ask(**{field: "\u0958" * longest})  # type: ignore[arg-type]


class TestMetadata:
    def test_may_be_as_much_as_allowed(self) -> None:
        wanted = {f"{number:02}" + "k" * 38: "v" * 200 for number in range(50)}

        assert ask(metadata=wanted).metadata == wanted

    @pytest.mark.parametrize(
        "bad",
        [
            {str(number): "" for number in range(51)},
            {"": "x"},
            {"k" * 41: "x"},
            {"k": "v" * 501},
            {"k": "\u0958" * 300},
            {"k": "\x00"},
            {"\x00": "v"},
            {"\ud800" * 41: "v"},
            {"k": "\udfff"},
            {f"{number:02}" + "k" * 38: "v" * 300 for number in range(50)},
            {"é": "1", "e\u0301": "2"},
        ],
    )
    def test_refuses_more_and_worse(self, bad: dict[str, str]) -> None:
        with pytest.raises(InvalidField) as refused:
            ask(metadata=bad)

        assert refused.value.field is not None
        assert refused.value.field.startswith("metadata")
        assert refused.value.field.isprintable()


@pytest.mark.parametrize("field", ["return_url", "cancel_url"])
class TestUrls:
    @pytest.mark.parametrize("url", ["https://shop.example", "https://shop.example:8443/back?order=7#top"])
    @pytest.mark.parametrize("scope", [SCOPE, LIVE])
    def test_are_https(self, field: str, url: str, scope: Scope) -> None:
        assert getattr(ask(**{"scope": scope, field: url}), field) == url  # type: ignore[arg-type]

    def test_may_be_local_in_the_sandbox(self, field: str) -> None:
        assert getattr(ask(**{field: "http://localhost:3000/back"}), field)  # type: ignore[arg-type]
        with pytest.raises(InvalidField):
            ask(**{"scope": LIVE, field: "http://localhost:3000/back"})  # type: ignore[arg-type]

    @pytest.mark.parametrize(
        "bad",
        [
            "",
            "shop.example",
            "http://shop.example",
            "ftp://localhost",
            "javascript:alert(1)",
            "https://",
            "https://user:secret@shop.example",
            "https://[::1",
            "https://shop.example:99999",
            "https://shop.example/\r\nSet-Cookie: a=b",
            "https://shop\n.example",
            "https://shop.example/a b",
            " https://shop.example",
            "https://shop.example/\x00",
            "https://shop.example/" + "a" * 2048,
        ],
    )
    def test_refuses_all_else(self, field: str, bad: str) -> None:
        with pytest.raises(InvalidField) as refused:
            ask(**{field: bad})  # type: ignore[arg-type]

        assert refused.value.field == field


@pytest.mark.parametrize("seconds", [1, 604_800])
def test_expires_within_a_week(seconds: int) -> None:
    assert ask(expires_in_s=seconds).expires_in_s == seconds


@pytest.mark.parametrize("seconds", [0, -1, 604_801])
def test_refuses_to_wait_longer(seconds: int) -> None:
    with pytest.raises(InvalidField) as refused:
        ask(expires_in_s=seconds)

    assert refused.value.field == "expires_in"
