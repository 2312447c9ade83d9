"""The one redactor: what a line may not tell is taken out of it, last of all."""

import re
from collections.abc import Callable
from typing import Final

_SHOWN: Final = 4
_WORDS: Final = (
    r"authorization|proxy-authorization|cookie|set-cookie|password|passwd|secret|secret[_-]key|client[_-]secret|"
    r"token|access[_-]token|refresh[_-]token|api[_-]key|pepper|signature|[a-z-]*-signature|otp|one[_-]time[_-]code|pin"
)
# `name: value`, `name=value`, `"name": "value"`, also inside a JSON text that is itself quoted.
_NAMED: Final = re.compile(
    rf"""(?ix) (?<![A-Za-z0-9]) ({_WORDS}) (\\?["']? \s* [:=] \s*)
    (?: \\?"(?:[^"\\]|\\.)*?\\?" | '[^']*' | (?:(?:bearer|basic)\s+)? [^\s,;&"'}})\]]+ )"""
)
_SCHEME: Final = re.compile(r"(?i)\b(bearer|basic)\s+[A-Za-z0-9._~+/=-]{8,}")
_KEY: Final = re.compile(r"\b((?:sk|pk|rk)_(?:live|sand|test)_|whsec_|rt_)[A-Za-z0-9+/=_-]+")
_JWT: Final = re.compile(r"\beyJ[A-Za-z0-9_-]{5,}\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*")
_IN_URL: Final = re.compile(r"(://[^/\s:@]*):[^/\s@]+@")
_DIGITS: Final = re.compile(r"(?<![\w-])\d(?:[ -]?\d){12,18}(?![\w-])", re.ASCII)
_PHONE: Final = re.compile(r"(?<!\w)\+\d(?:[ .()-]{0,2}\d){6,14}(?!\d)", re.ASCII)
_MAIL: Final = re.compile(r"\b([A-Za-z0-9])[A-Za-z0-9._%+-]*@([A-Za-z0-9.-]+\.[A-Za-z]{2,})\b")


def redact(text: str) -> str:
    """
    Take out of a text what no log may hold, and leave enough to recognise it by.

    Keys and tokens of every form we know, `Authorization` and other named secrets, passwords in URLs, card numbers
    (13 to 19 digits that pass Luhn's check) go; phone numbers and mail addresses are shortened.

    Source: reliability rules LOG-1.
    """
    for pattern, shown in _RULES:
        text = pattern.sub(shown, text)
    return text


def _card(found: re.Match[str]) -> str:
    digits = re.sub(r"\D", "", found[0])
    return f"…{digits[-_SHOWN:]}" if _passes_luhn(digits) else found[0]


def _phone(found: re.Match[str]) -> str:
    digits = re.sub(r"\D", "", found[0])
    return f"+{digits[:3]}…{digits[-2:]}"


def _passes_luhn(digits: str) -> bool:
    total = 0
    for place, digit in enumerate(reversed(digits)):
        doubled = int(digit) * (1 + place % 2)
        total += doubled - 9 if doubled > 9 else doubled  # noqa: PLR2004  the digits of a number above 9 add up so
    return total % 10 == 0


_RULES: Final[tuple[tuple[re.Pattern[str], str | Callable[[re.Match[str]], str]], ...]] = (
    (_JWT, "eyJ…"),
    (_KEY, r"\1…"),
    (_NAMED, r"\1\2…"),
    (_SCHEME, r"\1 …"),
    (_IN_URL, r"\1:…@"),
    (_DIGITS, _card),
    (_PHONE, _phone),
    (_MAIL, r"\1…@\2"),
)
