"""What pawaPay's active configuration says of an account, in the two shapes in which it is documented."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Final
from urllib.parse import unquote

import msgspec

from zerofee.adapters.providers.pawapay.operators import ISO3, Auth, codes_for, offer_of, operator_of
from zerofee.domain.country import Country
from zerofee.domain.currency import Currency

DEPOSIT: Final = "DEPOSIT"
PAYOUT: Final = "PAYOUT"
REFUND: Final = "REFUND"

APPROVE: Final = "Approve the payment on your phone with your mobile money PIN."
ONE_TIME_CODE: Final = "Get a one-time payment code from your operator and enter it."
_DIGITS: Final = {"NONE": 0, "TWO_PLACES": 2}
_USSD: Final = re.compile(r"\*[0-9*]{1,28}#")


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """
    How one of pawaPay's providers does one operation in one currency.

    `message` and `ussd_code` are for the customer; `None` where the account's configuration gives none.
    """

    digits: int
    auth: Auth
    message: str | None = None
    ussd_code: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Configuration:
    """
    What an account may do: `terms` by provider's code, currency and operation, `countries` by code.

    `signed_callbacks` and `signed_requests` are `None` where nothing is said.
    """

    terms: Mapping[tuple[str, str, str], Terms] = field(default_factory=dict)
    countries: Mapping[str, str] = field(default_factory=dict)
    signed_callbacks: bool | None = None
    signed_requests: bool | None = None
    callback_urls: frozenset[str] = frozenset()

    def find(self, country: Country, operator: str, currency: Currency, operation: str) -> str | None:
        """Give the code of an operator: the account's own, or that of the known table where it could not be read."""
        if not self.terms:
            return min(codes_for(country, operator, currency), default=None)
        mine = [
            code
            for code, currency_of, operation_of in self.terms
            if self.countries[code] == ISO3.get(country)
            and (currency_of, operation_of, operator_of(code)) == (currency, operation, operator)
        ]
        return min(mine, default=None)

    def of(self, code: str, currency: Currency, operation: str) -> Terms | None:
        """Give the terms of an operation: the account's own, or those of the known table where it could not be read."""
        if self.terms:
            return self.terms.get((code, currency, operation))
        known = offer_of(code, currency)
        if known is None:
            return None
        return Terms(digits=known.deposit_digits if operation == DEPOSIT else known.payout_digits, auth=known.auth)


UNREAD: Final = Configuration()


class _Currency(msgspec.Struct, frozen=True, rename="camel"):
    currency: str
    operation_types: dict[str, object] | list[dict[str, object]] = {}


class _Provider(msgspec.Struct, frozen=True):
    provider: str
    currencies: list[_Currency] = []


class _Country(msgspec.Struct, frozen=True):
    country: str
    providers: list[_Provider] = []


class _Signatures(msgspec.Struct, frozen=True, rename="camel"):
    signed_requests_only: bool | None = None
    signed_callbacks: bool | None = None


class _Account(msgspec.Struct, frozen=True, rename="camel"):
    countries: list[_Country] = []
    signature_configuration: _Signatures = _Signatures()


class _Line(msgspec.Struct, frozen=True):
    text: str = ""


class _Channel(msgspec.Struct, frozen=True, rename="camel"):
    quick_link: str | None = None
    instructions: dict[str, list[str | _Line]] = {}


class _Instructions(msgspec.Struct, frozen=True):
    channels: list[_Channel] = []


class _Operation(msgspec.Struct, frozen=True, rename="camel"):
    decimals_in_amount: str = "NONE"
    auth_type: str = Auth.PROVIDER.value
    callback_url: str | None = None
    pin_prompt_instructions: _Instructions = _Instructions()
    auth_token_instructions: _Instructions = _Instructions()


def read_configuration(body: bytes) -> Configuration | None:
    """
    Read an active configuration; `None` when it is not one. What it says in words unknown to us is left out.

    Source: pawaPay Merchant API v2, "Active configuration"; docs/providers/pawapay.md, "Active configuration".
    """
    try:
        account = msgspec.json.decode(body, type=_Account)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
    signatures = account.signature_configuration
    read = Configuration(
        countries={provider.provider: land.country for land in account.countries for provider in land.providers},
        signed_callbacks=signatures.signed_callbacks,
        signed_requests=signatures.signed_requests_only,
    )
    found = list(_operations(account))
    return replace(
        read,
        terms={key: _terms(operation) for key, operation in found if operation.auth_type in set(Auth)},
        callback_urls=frozenset(operation.callback_url for _, operation in found if operation.callback_url),
    )


def _operations(account: _Account) -> Iterator[tuple[tuple[str, str, str], _Operation]]:
    for land in account.countries:
        for provider in land.providers:
            for currency in provider.currencies:
                for name, value in _named(currency.operation_types):
                    try:
                        operation = msgspec.convert(value, type=_Operation)
                    except msgspec.ValidationError:
                        continue
                    yield (provider.provider, currency.currency, name), operation


def _named(kinds: dict[str, object] | list[dict[str, object]]) -> Iterator[tuple[str, object]]:
    """Walk an object keyed by operation, or a list whose items are such objects or name their operation."""
    if isinstance(kinds, dict):
        yield from kinds.items()
        return
    for kind in kinds:
        name = kind.get("operationType")
        if isinstance(name, str):
            yield name, kind
        else:
            yield from kind.items()


def _terms(operation: _Operation) -> Terms:
    auth = Auth(operation.auth_type)
    asked = operation.auth_token_instructions if auth is Auth.PREAUTH else operation.pin_prompt_instructions
    channel = next(iter(asked.channels), _Channel())
    lines = [line if isinstance(line, str) else line.text for line in channel.instructions.get("en", [])]
    ussd_code = _ussd_code([channel.quick_link or "", *lines])
    # A word that we do not know is read as the strictest: an amount without digits is right for both.
    digits = _DIGITS.get(operation.decimals_in_amount, 0)
    return Terms(digits=digits, auth=auth, message=" ".join(filter(None, lines)) or None, ussd_code=ussd_code)


def _ussd_code(texts: list[str]) -> str | None:
    for text in texts:
        if found := _USSD.search(unquote(text)):
            return found[0]
    return None
