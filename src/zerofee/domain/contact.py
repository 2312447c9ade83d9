"""How a person is reached: the forms of an e-mail address and of a phone number, whoever the person is."""

import re
import unicodedata
from typing import Final

_PHONE: Final = re.compile(r"\+[1-9][0-9]{6,14}")
_PUNCTUATION: Final = str.maketrans("", "", " -.()")
# RFC 5321 allows 254 characters in all; what comes before and after the @ is the mail server's business.
_EMAIL: Final = re.compile(r"[^@\s]{1,64}@[^@\s]+\.[^@\s]{2,}")
_EMAIL_LENGTH: Final = 254


def e164(text: str) -> str | None:
    """
    Read a phone number into E.164; `None` for what has not its form.

    Spaces and `-.()` are dropped; digits of other scripts are refused rather than folded silently.

    Source: ITU-T E.164; reliability rules INP-3.
    """
    number = text.translate(_PUNCTUATION)
    return number if _PHONE.fullmatch(number) else None


def email_address(text: str) -> str | None:
    """Read an e-mail address: trimmed, composed (NFC), its host in lower case; `None` for what has not its form."""
    address = unicodedata.normalize("NFC", text).strip()
    if len(address) > _EMAIL_LENGTH or not address.isprintable() or not _EMAIL.fullmatch(address):
        return None
    local, _, host = address.rpartition("@")
    return f"{local}@{host.lower()}"
