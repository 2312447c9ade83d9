"""A payer's name, address and number come into one form or are refused."""

import pytest

from zerofee.domain.customer import Customer, InvalidCustomer, customer, phone


@pytest.mark.parametrize(
    "text", ["+2250700000000", "+225 07 00 00 00 00", "+225-07.00 00(00)00", "+225 (07) 00-00-00-00"]
)
def test_reads_a_number_into_one_form(text: str) -> None:
    assert phone(text) == "+2250700000000"


@pytest.mark.parametrize("text", ["+1234567", "+123456789012345"])
def test_takes_seven_to_fifteen_digits(text: str) -> None:
    assert phone(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "+",
        "2250700000000",
        "00225070000000",
        "+0250700000000",
        "+123456",
        "+1234567890123456",
        "+22507000000a0",
        "+225" + "\u0660" * 10,
        "+225" + "\uff10" * 10,
        "+225\u00a00700000000",
        "+2250700000000\n",
        "++2250700000000",
    ],
)
def test_refuses_what_is_no_number(text: str) -> None:
    """INP-3: digits of other scripts are refused, never folded."""
    with pytest.raises(InvalidCustomer, match="ASCII digits") as refused:
        phone(text)

    assert refused.value.field == "customer.phone"


def test_brings_a_payer_into_one_form() -> None:
    given = Customer(name="  Ame\u0301lie ", email=" Amelie@Shop.Example ", phone="+225 07 00 00 00 00")

    assert customer(given) == Customer(name="Amélie", email="Amelie@shop.example", phone="+2250700000000")


def test_may_know_nothing_of_the_payer() -> None:
    assert customer(Customer()) == Customer()


@pytest.mark.parametrize("name", ["", "  ", "x" * 201, "x\x00", "x\x1b[31m", "\ud800"])
def test_refuses_what_is_no_name(name: str) -> None:
    with pytest.raises(InvalidCustomer) as refused:
        customer(Customer(name=name))

    assert refused.value.field == "customer.name"


@pytest.mark.parametrize(
    "email",
    [
        "",
        "a",
        "a@b",
        "@b.co",
        "a@.co ",
        "a b@c.co",
        "a@b@c.co",
        "a\x00@b.co",
        "\ud800@b.co",
        "a" * 65 + "@b.co",
        "a@" + "b" * 250 + ".co",
    ],
)
def test_refuses_what_is_no_address(email: str) -> None:
    with pytest.raises(InvalidCustomer) as refused:
        customer(Customer(email=email))

    assert refused.value.field == "customer.email"
