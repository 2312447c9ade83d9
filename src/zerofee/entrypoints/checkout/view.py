"""What the page shows of a session: values for the templates, every one of them for the customer's eyes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

from zerofee.application.checkout.see_session import Seen
from zerofee.domain.checkout import LineItem
from zerofee.domain.choosing import Stage
from zerofee.domain.country import Country
from zerofee.domain.currency import Currency
from zerofee.domain.method import MOBILE_MONEY
from zerofee.domain.money import Money
from zerofee.domain.next_action import Display, NextAction, Otp, Redirect, UssdPush
from zerofee.domain.offering import Offer
from zerofee.domain.payment_status import PaymentStatus
from zerofee.domain.scope import Environment
from zerofee.entrypoints.checkout.amounts import amount_text, time_text
from zerofee.entrypoints.checkout.phrases import LANGUAGE_NAMES, PHRASES, failure_words
from zerofee.entrypoints.http.names import country_name, icon_path, offer_name

_TELLS: Final = frozenset({Stage.CHOOSE, Stage.ACT})
_WAITS: Final = frozenset({Stage.CHECKING, Stage.ACT})
# By what a number of the country looks like, for the sake of an example; numbers that nobody has.
_EXAMPLES: Final = {"CI": "+225 07 00 00 00 00", "SN": "+221 77 000 00 00", "CM": "+237 6 70 00 00 00"}
_EXAMPLE: Final = "+225 07 00 00 00 00"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """How the page was asked for: the language, the country, what was wrong, and whether another site frames it."""

    language: str
    country: Country | None = None
    wrong: str | None = None
    typed: str = ""
    going: bool = False
    framed: bool = False


def values(seen: Seen, asked: Asked, offers: Sequence[Offer], countries: Sequence[Country]) -> Mapping[str, Any]:
    """Give everything that the template of the session's stage needs."""
    payment, session, language = seen.payment, seen.session, asked.language
    amount = amount_text(payment.money, language)
    told = failure_words(seen.failure.code, language) if seen.failure and seen.stage in _TELLS else None
    return {
        "t": _words(language, amount, asked.country, payment.next_action),
        "lang": language,
        "languages": [(code, name) for code, name in LANGUAGE_NAMES.items() if code != language],
        "path": f"/checkout/{session.id}",
        "session_id": session.id,
        "stage": seen.stage.value,
        "waits": seen.stage in _WAITS,
        "version": payment.version,
        "turn": session.pays,
        "amount": amount,
        "description": payment.description,
        "sandbox": session.scope.environment is Environment.SANDBOX,
        "lines": [_line(line, payment.money.currency, language) for line in session.line_items],
        "expires": time_text(payment.expires_at, language) if payment.expires_at else None,
        "expires_at": payment.expires_at.isoformat() if payment.expires_at else None,
        "expired": payment.status is PaymentStatus.EXPIRED,
        "failure": told,
        "wrong": asked.wrong,
        "country": asked.country,
        "countries": [(code, country_name(code, language)) for code in countries],
        "offers": [_choice(offer, language) for offer in offers],
        "needs_phone": any(offer.method == MOBILE_MONEY for offer in offers),
        "phone": asked.typed or (payment.customer.phone if payment.customer else None) or "",
        "action": _action(payment.next_action),
        "going": asked.going and not asked.framed,
        "framed": asked.framed,
        "back": _back(payment.return_url, session.id),
        "given_up": payment.cancel_url,
        "shop_origin": _origin(payment.return_url),
    }


def _words(language: str, amount: str, where: Country | None, action: NextAction | None) -> Mapping[str, str]:
    code = action.ussd_code if isinstance(action, UssdPush | Otp) else None
    example = _EXAMPLES.get(where or "", _EXAMPLE)
    said = PHRASES[language].items()
    return {name: phrase.format(amount=amount, example=example, code=code or "") for name, phrase in said}


def _line(line: LineItem, code: Currency, language: str) -> Mapping[str, Any]:
    money = Money(line.amount_minor * line.quantity, code)
    return {"name": line.name, "quantity": line.quantity, "amount": amount_text(money, language)}


def _choice(offer: Offer, language: str) -> Mapping[str, Any]:
    value = offer.method if offer.operator is None else f"{offer.method}:{offer.operator}"
    return {
        "value": value,
        "name": offer_name(offer, language),
        "icon": icon_path(offer),
        "operator": offer.operator,
    }


def _action(action: NextAction | None) -> Mapping[str, Any]:
    match action:
        case Redirect(url):
            return {"type": "redirect", "url": url}
        case UssdPush(_, code):
            return {"type": "ussd_push", "code": code}
        case Otp(_, code, length):
            return {"type": "otp", "code": code, "length": length}
        case Display(message):
            return {"type": "display", "message": message}
        case None:
            return {"type": "none"}


def _back(url: str | None, session_id: str) -> str | None:
    """Name the session, which proves nothing: the shop must ask what became of it."""
    if url is None:
        return None
    plain, _, fragment = url.partition("#")
    joined = f"{plain}{'&' if '?' in plain else '?'}{urlencode({'session_id': session_id})}"
    return f"{joined}#{fragment}" if fragment else joined


def _origin(url: str | None) -> str | None:
    if url is None:
        return None
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
