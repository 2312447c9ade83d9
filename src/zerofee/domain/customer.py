"""Who pays, as the merchant tells it."""

import unicodedata
from dataclasses import dataclass, replace
from typing import Final

from zerofee.domain.contact import e164, email_address
from zerofee.domain.errors import DomainError
from zerofee.domain.plain_text import is_plain

_NAME_LENGTH: Final = 200


class InvalidCustomer(DomainError):
    """A name, an address or a number that cannot be one."""

    code = "customer_invalid"


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    """The payer: any of a name, an e-mail address and a phone number in E.164."""

    name: str | None = None
    email: str | None = None
    phone: str | None = None


def customer(wanted: Customer) -> Customer:
    """Normalise what was sent: trimmed name, lower-case mail host, phone in E.164; raise `InvalidCustomer`."""
    return replace(
        wanted,
        name=None if wanted.name is None else _name(wanted.name),
        email=None if wanted.email is None else _email(wanted.email),
        phone=None if wanted.phone is None else phone(wanted.phone),
    )


def phone(text: str) -> str:
    """Read a phone number into E.164; raise `InvalidCustomer`."""
    number = e164(text)
    if number is None:
        detail = "customer.phone must be a number in E.164: + and 7 to 15 ASCII digits, such as +2250700000000."
        raise InvalidCustomer(detail, field="customer.phone")
    return number


def _name(text: str) -> str:
    name = unicodedata.normalize("NFC", text).strip()
    if not 1 <= len(name) <= _NAME_LENGTH or not is_plain(name):
        detail = f"customer.name must have 1 to {_NAME_LENGTH} characters, none of them a control character."
        raise InvalidCustomer(detail, field="customer.name")
    return name


def _email(text: str) -> str:
    address = email_address(text)
    if address is None:
        detail = "customer.email must be an e-mail address of at most 254 characters."
        raise InvalidCustomer(detail, field="customer.email")
    return address
