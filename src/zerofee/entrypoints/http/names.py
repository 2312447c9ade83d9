"""What methods, operators and countries are called, and the icons that we draw for them."""

from collections.abc import Mapping
from typing import Final

from babel import Locale

from zerofee.domain.country import Country
from zerofee.domain.method import CARD, MOBILE_MONEY, PAYPAL, Method
from zerofee.domain.offering import Offer

_METHODS: Final[Mapping[str, Mapping[Method, str]]] = {
    "en": {MOBILE_MONEY: "Mobile money", CARD: "Bank card", PAYPAL: "PayPal"},
    "fr": {MOBILE_MONEY: "Mobile money", CARD: "Carte bancaire", PAYPAL: "PayPal"},
}
_BANK: Final = {"en": "Bank transfer", "fr": "Virement bancaire"}
# Where people say another word than the tables do, capitalised.
_OPERATORS: Final = {
    "airteltigo": "AirtelTigo",
    "emoney": "E-Money",
    "free": "Free Money",
    "lonestar": "Lonestar",
    "moov": "Moov Money",
    "mpesa": "M-Pesa",
    "mtn": "MTN MoMo",
    "orange": "Orange Money",
    "tigo": "Tigo Pesa",
    "tmoney": "T-Money",
    "tnm": "TNM Mpamba",
    "wave": "Wave",
}
# Two colours that bear white letters, by what people know the operator for; grey for everybody else.
_COLOURS: Final = {
    "airtel": "#b3141b",
    "moov": "#00508f",
    "mpesa": "#1d7a32",
    "mtn": "#7a5c00",
    "orange": "#b84a00",
    "vodafone": "#b3141b",
    "wave": "#0b6f9e",
}
_GREY: Final = "#4b5563"
_GLYPHS: Final[Mapping[str, str]] = {
    CARD: '<rect x="6" y="11" width="28" height="18" rx="3"/><path d="M6 17h28"/><path d="M11 24h7"/>',
    PAYPAL: '<rect x="7" y="12" width="26" height="18" rx="4"/><path d="M25 21h8"/><path d="M11 12l13-4 4 4"/>',
    MOBILE_MONEY: '<rect x="13" y="6" width="14" height="28" rx="3"/><path d="M18 30h4"/>',
    "bank_transfer": '<path d="M7 17l13-9 13 9z"/><path d="M11 17v11M17 17v11M23 17v11M29 17v11M7 31h26"/>',
}
_SVG: Final = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 40" width="40" height="40">'
    '<rect width="40" height="40" rx="9" fill="{colour}"/>{inside}</svg>'
)


def method_name(method: Method, language: str) -> str:
    """Name a method."""
    return _METHODS[language].get(method, _BANK[language])


def operator_name(operator: str) -> str:
    """Name an operator as people do."""
    return _OPERATORS.get(operator, operator.replace("_", " ").title())


def offer_name(offer: Offer, language: str) -> str:
    """Name one way to pay."""
    return method_name(offer.method, language) if offer.operator is None else operator_name(offer.operator)


def country_name(country: Country, language: str) -> str:
    """Name a country."""
    return str(Locale(language).territories.get(country, country))


def icon_path(offer: Offer) -> str:
    """Say where the icon of one way to pay is."""
    return f"/checkout/icons/{offer.operator or offer.method}.svg"


def icon(name: str) -> str:
    """Draw an icon: a glyph for a method, letters on a colour for an operator."""
    if name in _GLYPHS:
        glyph = f'<g fill="none" stroke="#fff" stroke-width="2.4" stroke-linejoin="round">{_GLYPHS[name]}</g>'
        return _SVG.format(colour="#1f4e79", inside=glyph)
    letters = (name[:3] if name == "mtn" else name[:2]).upper()
    text = (
        f'<text x="20" y="26" font-family="system-ui,sans-serif" font-size="15" font-weight="700"'
        f' text-anchor="middle" fill="#fff">{letters}</text>'
    )
    return _SVG.format(colour=_COLOURS.get(name, _GREY), inside=text)
