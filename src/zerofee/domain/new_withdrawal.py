"""What an app asks for when it withdraws its money, checked for meaning."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field

from zerofee.domain.contact import e164
from zerofee.domain.country import Country, country
from zerofee.domain.method import operator
from zerofee.domain.money import Money
from zerofee.domain.new_payment import InvalidField, metadata_of, text
from zerofee.domain.scope import Scope

_LONGEST_REFERENCE = 100
_LONGEST_DESCRIPTION = 1000
_LONGEST_NAME = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class NewWithdrawal:
    """A wish to have money sent out; country and operator may be left to what the number tells."""

    scope: Scope
    money: Money
    phone: str
    country: Country | None = None
    operator: str | None = None
    name: str | None = None
    provider_id: str | None = None
    reference: str | None = None
    description: str | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)


def new_withdrawal(  # noqa: PLR0913  these are the fields of the request
    *,
    scope: Scope,
    money: Money,
    phone: str,
    country_code: str | None = None,
    operator_name: str | None = None,
    name: str | None = None,
    provider_id: str | None = None,
    reference: str | None = None,
    description: str | None = None,
    metadata: Mapping[str, str] | None = None,
) -> NewWithdrawal:
    """Check what was asked for, and bring it into one form; raise a `DomainError` that names the field."""
    number = e164(phone)
    if number is None:
        detail = "destination.phone must be a number in E.164: + and 7 to 15 ASCII digits, such as +2250700000000."
        raise InvalidField(detail, field="destination.phone")
    return NewWithdrawal(
        scope=scope,
        money=money,
        phone=number,
        country=None if country_code is None else country(country_code),
        operator=None if operator_name is None else operator(operator_name),
        name=None if name is None else _name(name),
        provider_id=provider_id,
        reference=text("reference", reference, _LONGEST_REFERENCE),
        description=text("description", description, _LONGEST_DESCRIPTION),
        metadata=metadata_of(metadata or {}),
    )


def _name(given: str) -> str:
    trimmed = unicodedata.normalize("NFC", given).strip()
    return text("destination.name", trimmed, _LONGEST_NAME) or trimmed
