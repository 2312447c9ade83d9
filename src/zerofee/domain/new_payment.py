"""What a merchant asks for when asking for a payment, checked for meaning."""

import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final, TypeVar
from urllib.parse import urlsplit

from zerofee.domain.country import Country, country
from zerofee.domain.customer import Customer, customer
from zerofee.domain.errors import DomainError
from zerofee.domain.method import MOBILE_MONEY, Method, method_choice, operator
from zerofee.domain.money import Money
from zerofee.domain.plain_text import is_plain
from zerofee.domain.scope import Environment, Scope
from zerofee.domain.wish import CaptureMode, Wish

T = TypeVar("T")

LONGEST_EXPIRY_S: Final = 7 * 24 * 3600
_LONGEST_REFERENCE: Final = 100
_LONGEST_DESCRIPTION: Final = 1000
_LONGEST_URL: Final = 2048
_MOST_METADATA: Final = 50
_LONGEST_METADATA_KEY: Final = 40
_LONGEST_METADATA_VALUE: Final = 500
_METADATA_BYTES: Final = 16 * 1024
_LOCAL_HOSTS: Final = frozenset({"localhost", "127.0.0.1"})


class InvalidField(DomainError):
    """A value that has the right type and no right meaning; `field` names it."""

    code = "invalid_field"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPayment:
    """A wish to be paid. `method` is `None` when the customer is to choose on the hosted page."""

    scope: Scope
    money: Money
    method: Method | None = None
    country: Country | None = None
    operator: str | None = None
    customer: Customer | None = None
    reference: str | None = None
    description: str | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)
    return_url: str | None = None
    cancel_url: str | None = None
    capture: CaptureMode = CaptureMode.AUTOMATIC
    provider_id: str | None = None
    expires_in_s: int | None = None

    @property
    def wish(self) -> Wish | None:
        """Give the facts that routing asks about; `None` without a method."""
        if self.method is None:
            return None
        return Wish(
            money=self.money,
            method=self.method,
            country=self.country,
            operator=self.operator,
            capture=self.capture,
        )


def new_payment(  # noqa: PLR0913  these are the fields of the request
    *,
    scope: Scope,
    money: Money,
    payment_method: str | None = None,
    country_code: str | None = None,
    payer: Customer | None = None,
    operator_name: str | None = None,
    reference: str | None = None,
    description: str | None = None,
    metadata: Mapping[str, str] | None = None,
    return_url: str | None = None,
    cancel_url: str | None = None,
    capture: CaptureMode = CaptureMode.AUTOMATIC,
    provider_id: str | None = None,
    expires_in_s: int | None = None,
) -> NewPayment:
    """
    Check what was asked for, and bring it into one form.

    Raises a `DomainError` that names the field: unknown method or country, a code that contradicts `country` or
    `operator`, a payer without a phone for mobile money, text or metadata out of bounds, a URL that is not https.
    """
    choice = _optional(payment_method, method_choice)
    chosen_country = _agreed("country", choice.country if choice else None, _optional(country_code, country))
    chosen_operator = _agreed("operator", choice.operator if choice else None, _optional(operator_name, operator))
    who = None if payer is None else customer(payer)
    if choice is not None and choice.method == MOBILE_MONEY and (who is None or who.phone is None):
        detail = "Mobile money needs the payer's number: send customer.phone, such as +2250700000000."
        raise InvalidField(detail, field="customer.phone")
    return NewPayment(
        scope=scope,
        money=money,
        method=choice.method if choice else None,
        country=chosen_country,
        operator=chosen_operator,
        customer=who,
        reference=text("reference", reference, _LONGEST_REFERENCE),
        description=text("description", description, _LONGEST_DESCRIPTION),
        metadata=metadata_of(metadata or {}),
        return_url=_url("return_url", return_url, scope.environment),
        cancel_url=_url("cancel_url", cancel_url, scope.environment),
        capture=capture,
        provider_id=provider_id,
        expires_in_s=_expiry(expires_in_s),
    )


def wish_of(
    money: Money, payment_method: str, country_code: str | None, operator_name: str | None, capture: CaptureMode
) -> Wish:
    """Read the facts of a payment that is only imagined; raise what `new_payment` raises for them."""
    choice = method_choice(payment_method)
    return Wish(
        money=money,
        method=choice.method,
        country=_agreed("country", choice.country, _optional(country_code, country)),
        operator=_agreed("operator", choice.operator, _optional(operator_name, operator)),
        capture=capture,
    )


def text(name: str, value: str | None, longest: int) -> str | None:
    """Bring a text into NFC; refuse an empty or too long one, and control characters."""
    if value is None:
        return None
    normal = _normal(name, value)
    if not 1 <= len(normal) <= longest:
        raise InvalidField(f"{name} must have 1 to {longest} characters.", field=name)
    return normal


def metadata_of(wanted: Mapping[str, str]) -> Mapping[str, str]:
    """Check metadata: at most 50 keys of 1 to 40 characters, values of at most 500, 16 KiB in all."""
    if len(wanted) > _MOST_METADATA:
        raise InvalidField(f"metadata may have at most {_MOST_METADATA} keys.", field="metadata")
    kept = {_normal("metadata", key): _normal("metadata", value) for key, value in wanted.items()}
    if len(kept) < len(wanted):
        raise InvalidField("metadata has two keys that read the same: rename one.", field="metadata")
    for key, value in kept.items():
        if not 1 <= len(key) <= _LONGEST_METADATA_KEY or len(value) > _LONGEST_METADATA_VALUE:
            detail = "metadata keys have 1 to 40 characters, values at most 500."
            raise InvalidField(detail, field=f"metadata.{key[:_LONGEST_METADATA_KEY]}")
    if sum(len(k.encode()) + len(v.encode()) for k, v in kept.items()) > _METADATA_BYTES:
        raise InvalidField("metadata may have at most 16 KiB in all.", field="metadata")
    return kept


def _normal(name: str, value: str) -> str:
    if not is_plain(value):
        detail = f"{name} holds a control character or half of a surrogate pair; leave it out."
        raise InvalidField(detail, field=name)
    return unicodedata.normalize("NFC", value)


def _url(name: str, value: str | None, environment: Environment) -> str | None:
    if value is None:
        return None
    whole = value.isprintable() and " " not in value
    if not whole or len(value) > _LONGEST_URL or not _may_return_to(value, environment):
        detail = f"{name} must be an https URL of at most {_LONGEST_URL} characters; http://localhost in the sandbox."
        raise InvalidField(detail, field=name)
    return value


def _may_return_to(url: str, environment: Environment) -> bool:
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return False
    local = environment is Environment.SANDBOX and host in _LOCAL_HOSTS
    return bool(host) and parts.username is None and (parts.scheme == "https" or (local and parts.scheme == "http"))


def _expiry(seconds: int | None) -> int | None:
    if seconds is not None and not 1 <= seconds <= LONGEST_EXPIRY_S:
        raise InvalidField(f"expires_in must be 1 to {LONGEST_EXPIRY_S} seconds.", field="expires_in")
    return seconds


def _optional(value: str | None, read: Callable[[str], T]) -> T | None:
    return None if value is None else read(value)


def _agreed(name: str, of_code: T | None, sent: T | None) -> T | None:
    if of_code is not None and sent is not None and of_code != sent:
        detail = f"{name} says {sent}, payment_method says {of_code}; send one of them, or the same in both."
        raise InvalidField(detail, field=name)
    return of_code if of_code is not None else sent
