"""What pawaPay's stand-in refuses, and under which of the documented codes."""

import re
from collections.abc import Sequence
from typing import Any, Final, TypeVar
from uuid import UUID

import msgspec
from phonenumbers import country_code_for_region

from zerofee.adapters.carriers import Carriers
from zerofee.adapters.providers.pawapay.operators import ISO3, OFFERS, Auth, Offer, operator_of
from zerofee.domain.currency import currency
from zerofee.domain.errors import DomainError
from zerofee.domain.money import Money, from_major, to_major
from zerofee.entrypoints.standins.pawapay_shapes import FINAL, Account, Movement, NewRefund, Party, Rejected

LEAST: Final = 1
MOST: Final = 5_000_000
_AMOUNT: Final = re.compile(r"([0]|([1-9][0-9]{0,17}))([.][0-9]{0,3}[1-9])?")
_MESSAGE: Final = re.compile(r"[a-zA-Z0-9 ]{4,22}")
_PHONE: Final = re.compile(r"[1-9][0-9]{7,14}")
_PUNCTUATION: Final = re.compile(r"[^0-9]")
_UUID_VERSION: Final = 4
_MOST_METADATA: Final = 10

Body = TypeVar("Body")


def read_body(body: bytes, shape: type[Body]) -> Body:
    """Decode strictly; what is wrong is told under the code that pawaPay has for it."""
    try:
        return msgspec.json.decode(body, type=shape)
    except msgspec.ValidationError as wrong:
        words = str(wrong)
        kinds = {"unknown field": "UNSUPPORTED_PARAMETER", "missing required": "MISSING_PARAMETER"}
        code = next((code for part, code in kinds.items() if part in words), "INVALID_PARAMETER")
        raise Rejected(code, words, status=400) from wrong
    except (msgspec.DecodeError, UnicodeDecodeError) as wrong:
        raise Rejected("INVALID_INPUT", str(wrong), status=400) from wrong


def check_common(key: str, message: str, metadata: list[dict[str, str | bool]]) -> None:
    """Check what every order has: a UUID of version 4, a plain message, few and single metadata."""
    try:
        version = UUID(key).version
    except ValueError:
        version = None
    if version != _UUID_VERSION:
        raise Rejected("INVALID_PARAMETER", "The id must be a UUID of version 4.", status=400)
    if message and not _MESSAGE.fullmatch(message):
        raise Rejected("INVALID_PARAMETER", "customerMessage has 4 to 22 letters, digits and spaces.", status=400)
    names = [name for item in metadata for name in item if name != "isPII"]
    if len(metadata) > _MOST_METADATA:
        raise Rejected("INVALID_PARAMETER", f"metadata has at most {_MOST_METADATA} items.", status=400)
    if len(set(names)) != len(names):
        raise Rejected("DUPLICATE_METADATA_FIELD", "A metadata key is there twice.", status=400)


def offer_for(party: Party, code: str) -> Offer:
    """Find the operator of an account in a currency, and check its number."""
    if party.type != "MMO":
        raise Rejected("INVALID_PARAMETER", "type must be MMO.", status=400)
    account = party.account_details
    offers = [offer for offer in OFFERS if offer.code == account.provider]
    if not offers:
        raise Rejected("INVALID_PROVIDER", f"There is no provider {account.provider}.")
    found = next((offer for offer in offers if offer.currency == code), None)
    if found is None:
        raise Rejected("INVALID_CURRENCY", f"{account.provider} does not use {code}.")
    _check_phone(account, found)
    return found


def read_amount(text: str, code: str, digits: int) -> Money:
    """Read an amount with as many decimals as the operator takes, within the account's limits."""
    if not _AMOUNT.fullmatch(text):
        raise Rejected("INVALID_AMOUNT", "The amount is not in the documented form.")
    try:
        money = from_major(text, currency(code), digits=digits)
        whole = int(to_major(money, digits=digits).partition(".")[0])
    except DomainError as wrong:
        raise Rejected("INVALID_AMOUNT", wrong.detail) from wrong
    if not LEAST <= whole <= MOST:
        raise Rejected("AMOUNT_OUT_OF_BOUNDS", f"The amount must be from {LEAST} to {MOST}.")
    return money


def check_ways_back(offer: Offer, *, code: str, successful_url: str, failed_url: str) -> None:
    """Check what the operator's way of approval needs."""
    if offer.auth is Auth.PREAUTH and not code:
        raise Rejected("MISSING_PARAMETER", "preAuthorisationCode is needed.", status=400)
    if offer.auth is Auth.REDIRECT and not (successful_url and failed_url):
        raise Rejected("MISSING_PARAMETER", "successfulUrl and failedUrl are needed.", status=400)


def refundable(deposit: Movement, earlier: Sequence[Movement], wanted: NewRefund) -> Money:
    """Say what a refund gives back: all of a deposit when no amount is named, and never more than is left."""
    if deposit.status != "COMPLETED":
        raise Rejected("INVALID_STATE", "The deposit is not completed.")
    if bool(wanted.amount) != bool(wanted.currency):
        raise Rejected("MISSING_PARAMETER", "Give amount and currency, or neither.", status=400)
    if any(other.status not in FINAL for other in earlier):
        raise Rejected("REFUND_IN_PROGRESS", "Another refund is under way.")
    left = deposit.money.minor - sum(other.money.minor for other in earlier if other.status == "COMPLETED")
    if not left:
        raise Rejected("DEPOSIT_ALREADY_REFUNDED", "All of it has gone back.")
    money = _part(deposit, wanted) if wanted.amount else deposit.money
    if money.minor > left:
        raise Rejected("AMOUNT_TOO_LARGE", f"No more than {left} minor units are left.")
    return money


def predict(text: str) -> dict[str, Any]:
    """Name the operator of a number in any common form."""
    phone = _PUNCTUATION.sub("", text)
    guess = Carriers().guess(f"+{phone}")
    offers = [offer for offer in OFFERS if guess is not None and offer.country == guess.country]
    for offer in offers:
        if guess is not None and operator_of(offer.code) == guess.operator:
            return {"country": ISO3[offer.country], "provider": offer.code, "phoneNumber": phone}
    raise Rejected("INVALID_PHONE_NUMBER", "The number belongs to no known provider.", status=400)


def offers_in(country: str, code: str) -> list[Offer]:
    """List the operators whom a page offers for a country and currency."""
    found = [offer for offer in OFFERS if ISO3[offer.country] == country and offer.currency == code]
    if not found:
        raise Rejected("INVALID_CURRENCY", f"No provider of {country} uses {code}.")
    return found


def active_configuration(callback_url: str, country: str | None, operation: str | None) -> dict[str, Any]:
    """Show what the account may do, in the shape of the API reference."""
    lands = [
        {
            "country": iso3,
            "prefix": str(country_code_for_region(iso2)),
            "providers": _providers(iso2, callback_url, operation),
        }
        for iso2, iso3 in ISO3.items()
        if country in {None, iso3}
    ]
    signatures = {"signedRequestsOnly": False, "signedCallbacks": True}
    return {"companyName": "Stand-in", "signatureConfiguration": signatures, "countries": lands}


def _providers(country: str, callback_url: str, operation: str | None) -> list[dict[str, Any]]:
    by_code: dict[str, list[dict[str, Any]]] = {}
    for offer in OFFERS:
        if offer.country == country:
            kinds = {name: kind for name, kind in _operations(offer, callback_url).items() if operation in {None, name}}
            by_code.setdefault(offer.code, []).append({"currency": offer.currency, "operationTypes": kinds})
    return [{"provider": code, "displayName": code, "currencies": currencies} for code, currencies in by_code.items()]


def _operations(offer: Offer, callback_url: str) -> dict[str, dict[str, Any]]:
    def terms(digits: int) -> dict[str, Any]:
        decimals = "TWO_PLACES" if digits else "NONE"
        limits = {"minAmount": str(LEAST), "maxAmount": str(MOST)}
        return {**limits, "decimalsInAmount": decimals, "status": "OPERATIONAL", "callbackUrl": callback_url}

    deposit = {**terms(offer.deposit_digits), "authType": offer.auth.value}
    if offer.auth is Auth.PROVIDER:
        deposit["pinPrompt"] = "AUTOMATIC"
    return {"DEPOSIT": deposit, "PAYOUT": terms(offer.payout_digits), "REFUND": terms(offer.payout_digits)}


def _check_phone(account: Account, offer: Offer) -> None:
    prefix = str(country_code_for_region(offer.country))
    if not _PHONE.fullmatch(account.phone_number) or not account.phone_number.startswith(prefix):
        raise Rejected("INVALID_PHONE_NUMBER", f"The number must be digits that begin with {prefix}.")


def _part(deposit: Movement, wanted: NewRefund) -> Money:
    if wanted.currency != deposit.money.currency:
        raise Rejected("INVALID_CURRENCY", f"The deposit was in {deposit.money.currency}.")
    offer = next(o for o in OFFERS if (o.code, o.currency) == (deposit.provider, deposit.money.currency))
    return read_amount(wanted.amount, wanted.currency, offer.payout_digits)
