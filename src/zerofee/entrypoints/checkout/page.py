"""The customer's page: what is to be paid, how, and what becomes of it; whole without a script, quicker with one."""

import secrets
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import cache
from importlib.resources import files
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode

import msgspec
from jinja2 import Environment, PackageLoader, StrictUndefined
from litestar import get, post
from litestar.params import FromPath
from litestar.types import ASGIApp, ControllerRouterHandler

from zerofee.application.checkout.see_session import Seen
from zerofee.domain.checkout import session_state
from zerofee.domain.choosing import Choice, Stage
from zerofee.domain.country import Country, UnknownCountry, country
from zerofee.domain.customer import Customer, InvalidCustomer, customer
from zerofee.domain.errors import DomainError
from zerofee.domain.idempotency import Answer
from zerofee.domain.ids import CheckoutId, is_id
from zerofee.domain.method import MOBILE_MONEY, Method
from zerofee.domain.next_action import Otp, Redirect
from zerofee.domain.ports.store import NotFound
from zerofee.entrypoints.checkout.live import EventStream, LiveStatus
from zerofee.entrypoints.checkout.phrases import PHRASES, language_of
from zerofee.entrypoints.checkout.view import Asked, values
from zerofee.entrypoints.http.call import Call
from zerofee.entrypoints.http.limits import read_body
from zerofee.entrypoints.http.names import icon
from zerofee.entrypoints.http.needs import public
from zerofee.entrypoints.http.refusals import BadRequest, NoSuchRoute
from zerofee.entrypoints.http.reply import Header, Reply, json_reply
from zerofee.entrypoints.http.services import Services

_HTML: Final = "text/html; charset=utf-8"
_FILES: Final[Mapping[str, str]] = {
    "page.css": "text/css; charset=utf-8",
    "page.js": "text/javascript; charset=utf-8",
}
_MOST_FORM: Final = 4096
_MOST_FIELDS: Final = 20
_TEMPLATES: Final = Environment(
    loader=PackageLoader("zerofee.entrypoints.checkout"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_OPEN: Final = public(gives={200: _HTML})


def checkout_pages(services: Services) -> Sequence[ControllerRouterHandler]:
    """Make the page's routes; they share one watch over all open pages."""
    live = LiveStatus(services.checkout.checkouts, services.readiness)

    @get("/checkout/{session_id:str}/live", opt=_OPEN, include_in_schema=False)
    async def watch(request: Call, session_id: FromPath[str]) -> ASGIApp:
        """Tell the page when there is something new to show."""
        since = _query(request).get("since", "")
        if live.full or not is_id(CheckoutId, session_id) or not since.isdecimal():
            return Reply(Answer(status=204, body=b""))
        return EventStream(live, CheckoutId(session_id), int(since))

    return [show, pay, hand_over_code, watch, read_status, guess, read_file, read_icon, read_button_script]


@get("/checkout/{session_id:str}", opt=_OPEN, include_in_schema=False)
async def show(request: Call, session_id: FromPath[str]) -> ASGIApp:
    """Show the session as it stands; while a provider is at work, it is asked, as often as asking may be."""
    try:
        seen = await _seen(request, session_id)
    except NotFound:
        return _missing(request)
    if seen.stage in {Stage.CHECKING, Stage.ACT} and seen.charge is not None:
        await request.services.come_back(seen.payment.id)
        seen = await _seen(request, session_id)
    return await _page(request, seen)


@post("/checkout/{session_id:str}/pay", opt=_OPEN, include_in_schema=False)
async def pay(request: Call, session_id: FromPath[str]) -> ASGIApp:
    """Take the customer's choice, once, and go on to the page, which shows what to do next."""
    seen, form = await _seen(request, session_id), await _form(request)
    language = form.get("lang", "")
    try:
        choice, turn = _choice(form), form.get("turn", "")
        await request.services.checkout.pay(
            seen.session.id, choice, turn=int(turn) if turn.isdecimal() else seen.session.pays
        )
    except InvalidCustomer:
        return await _page(request, seen, form, wrong="phone_bad")
    except DomainError as refusal:
        # What is under way is shown by the page itself; what was not understood is asked again.
        wrong = "phone_bad" if refusal.field == "customer.phone" else "choose_one"
        if refusal.field is not None:
            return await _page(request, seen, form, wrong=wrong)
    shown = {"lang": language, "go": "1", **({"framed": "1"} if form.get("framed") else {})}
    return _see_other(f"/checkout/{seen.session.id}?{urlencode(shown)}")


@post("/checkout/{session_id:str}/code", opt=_OPEN, include_in_schema=False)
async def hand_over_code(request: Call, session_id: FromPath[str]) -> ASGIApp:
    """Hand the customer's one-time code to the provider, and go on to the page."""
    seen, form = await _seen(request, session_id), await _form(request)
    code = "".join(form.get("code", "").split())
    if code and isinstance(seen.payment.next_action, Otp):
        # When somebody was faster, or it is under way, the page shows which.
        with suppress(DomainError):
            await request.services.authenticate_payment(seen.session.scope, seen.payment.id, code[:32])
    shown = {"lang": form.get("lang", ""), **({"framed": "1"} if form.get("framed") else {})}
    return _see_other(f"/checkout/{seen.session.id}?{urlencode(shown)}")


@get("/checkout/{session_id:str}/status", opt=_OPEN, include_in_schema=False)
async def read_status(request: Call, session_id: FromPath[str]) -> ASGIApp:
    """Tell whether there is something new to show, for browsers that cannot wait to be told."""
    seen = await _seen(request, session_id)
    shown = {"version": seen.payment.version, "status": session_state(seen.payment).value}
    return json_reply(msgspec.json.encode(shown))


@get("/checkout/{session_id:str}/guess", opt=_OPEN, include_in_schema=False)
async def guess(request: Call, session_id: FromPath[str]) -> ASGIApp:
    """Say whose a number seems to be; nobody is asked and nothing is kept."""
    if not is_id(CheckoutId, session_id):
        raise NotFound("checkout session")
    found = request.services.checkout.operators.guess(_digits(_query(request).get("phone", "")))
    shown = {"operator": found.operator if found else None, "country": found.country if found else None}
    return json_reply(msgspec.json.encode(shown))


@get("/checkout/assets/{name:str}", opt=_OPEN, include_in_schema=False)
async def read_file(name: FromPath[str]) -> ASGIApp:
    """Give the style or the script of the page."""
    if name not in _FILES:
        raise NoSuchRoute
    return Reply(Answer(status=200, body=_file(name), content_type=_FILES[name]))


@get("/checkout/icons/{name:str}", opt=_OPEN, include_in_schema=False)
async def read_icon(name: FromPath[str]) -> ASGIApp:
    """Draw the icon of a method or an operator."""
    stem, _, kind = name.partition(".")
    if kind != "svg" or not stem.replace("_", "").isalnum() or not stem.isascii() or len(stem) > 30:  # noqa: PLR2004  an operator's longest name
        raise NoSuchRoute
    return Reply(Answer(status=200, body=icon(stem).encode(), content_type="image/svg+xml"))


@get("/checkout.js", opt=_OPEN, include_in_schema=False)
async def read_button_script() -> ASGIApp:
    """Give the script with which a shop opens the page."""
    body = _file("button.js")
    return Reply(Answer(status=200, body=body, content_type="text/javascript; charset=utf-8"))


async def _seen(request: Call, session_id: str) -> Seen:
    if not is_id(CheckoutId, session_id):
        raise NotFound("checkout session")
    return await request.services.checkout.see(CheckoutId(session_id))


async def _page(request: Call, seen: Seen, form: Mapping[str, str] | None = None, wrong: str | None = None) -> ASGIApp:
    named = form if form is not None else _query(request)
    services = request.services
    countries: tuple[Country, ...] = ()
    offers: tuple[Any, ...] = ()
    chosen: Country | None = None
    if seen.stage is Stage.CHOOSE:
        countries = await services.checkout.offer.countries(seen.session.scope)
        chosen = _country(seen, named.get("country", ""), countries)
        offers = await services.checkout.offer.for_session(seen, chosen)
    language = language_of(named.get("lang"), seen.session.locale, request.headers.get("accept-language", ""))
    asked = Asked(
        language=language,
        country=chosen,
        wrong=wrong,
        typed=named.get("phone", "")[:40],
        going="go" in named and isinstance(seen.payment.next_action, Redirect),
        framed="framed" in named,
    )
    shown = values(seen, asked, offers, countries)
    return _written("page.html", request, 200 if wrong is None else 422, **shown)


def _missing(request: Call) -> Reply:
    language = language_of(None, None, request.headers.get("accept-language", ""))
    return _written("missing.html", request, 404, t=PHRASES[language], lang=language)


def _written(name: str, request: Call, status: int, **shown: object) -> Reply:
    nonce = secrets.token_urlsafe(16)
    body = _TEMPLATES.get_template(name).render(nonce=nonce, **shown).encode()
    return Reply(Answer(status=status, body=body, content_type=_HTML), _headers(request.services, nonce))


def _headers(services: Services, nonce: str) -> Sequence[Header]:
    frames = " ".join(origin for origin in services.settings.cors_origins if origin != "*") or "'none'"
    policy = (
        f"default-src 'none'; script-src 'nonce-{nonce}'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        f"form-action 'self'; base-uri 'none'; frame-ancestors {frames}"
    )
    return (
        (b"content-security-policy", policy.encode()),
        (b"cross-origin-opener-policy", b"same-origin"),
    )


def _country(seen: Seen, asked: str, countries: Sequence[Country]) -> Country | None:
    """Choose the country whose ways are shown: the customer's word, the payment's, the number's, the currency's."""
    try:
        wanted = country(asked) if asked else seen.payment.country
    except UnknownCountry:
        wanted = None
    phone = seen.payment.customer.phone if seen.payment.customer else None
    if wanted in countries or not countries:
        return wanted
    for code in countries:
        if phone is not None and code in _COUNTRY_OF_PREFIX and phone.startswith(_COUNTRY_OF_PREFIX[code]):
            return code
    first = _FIRST.get(seen.payment.money.currency)
    return first if first in countries else countries[0]


def _choice(form: Mapping[str, str]) -> Choice:
    method, _, operator = form.get("method", "").partition(":")
    phone = _digits(form.get("phone", ""))
    return Choice(
        method=Method(method),
        country=country(form["country"]) if form.get("country") else None,
        operator=operator or None,
        customer=customer(Customer(phone=phone)) if method == MOBILE_MONEY else None,
    )


def _digits(typed: str) -> str:
    """Drop what people write between the digits of a number."""
    return "".join(char for char in typed if char.isascii() and (char.isdigit() or char == "+"))


def _query(request: Call) -> Mapping[str, str]:
    return _named(request.scope["query_string"])


async def _form(request: Call) -> Mapping[str, str]:
    # The id in the address is the whole credential and no cookie goes along, so another site can forge nothing; a
    # browser that says it was sent by one is refused all the same.
    if request.headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
        raise BadRequest("This form belongs to our own page: open it there.")
    return _named(await read_body(request.receive, _MOST_FORM, request.services.settings.body_timeout_s))


def _named(form: bytes) -> Mapping[str, str]:
    try:
        return dict(
            parse_qsl(form.decode("ascii"), keep_blank_values=True, max_num_fields=_MOST_FIELDS, errors="strict")
        )
    except ValueError as fault:
        raise BadRequest("The page's address is not whole: open it as it was given.") from fault


def _see_other(url: str) -> Reply:
    return Reply(Answer(status=303, body=b"", content_type=_HTML, location=url))


@cache
def _file(name: str) -> bytes:
    return files("zerofee.entrypoints.checkout").joinpath("static", name).read_bytes()


# Where most who pay in a currency of several countries are, and by which digits numbers tell their country.
_FIRST: Final[Mapping[str, Country]] = {"XOF": Country("CI"), "XAF": Country("CM")}
_COUNTRY_OF_PREFIX: Final[Mapping[Country, str]] = {
    Country("BF"): "+226",
    Country("BJ"): "+229",
    Country("CI"): "+225",
    Country("CM"): "+237",
    Country("ML"): "+223",
    Country("SN"): "+221",
    Country("TG"): "+228",
}
