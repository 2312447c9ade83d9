"""Which characters a text may hold, so that every store can keep it and every answer can show it."""

import unicodedata
from typing import Final

_BREAKS: Final = frozenset("\n\r\t")


def is_plain(text: str) -> bool:
    """
    Say whether a text holds no control character but line breaks and tabs, and no half of a surrogate pair.

    Source: reliability rules INP-3.
    """
    return not any(_is_barred(character) for character in text)


def _is_barred(character: str) -> bool:
    category = unicodedata.category(character)
    return category == "Cs" or (category == "Cc" and character not in _BREAKS)
