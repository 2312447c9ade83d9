"""What a password must be like: long, not one of those that everybody tries first, and nothing else."""

import unicodedata
from typing import Final

from zerofee.domain.errors import DomainError

_SHORTEST: Final = 12
_MOST_BYTES: Final = 1024


class WeakPassword(DomainError):
    """A password that is too short, too long, or among the first that a stranger would try."""

    code = "password_weak"


def typed_password(text: str) -> str | None:
    """
    Fold what was typed as a password (NFKC), so that every keyboard types the same; `None` if it can be nobody's.

    Source: NIST SP 800-63B, 3.1.1.2; reliability rules AUT-1.
    """
    folded = unicodedata.normalize("NFKC", text)
    return folded if len(folded.encode("utf-8", "surrogatepass")) <= _MOST_BYTES else None


def new_password(text: str, email: str) -> str:
    """
    Read a password that somebody with the address `email` chooses; raise `WeakPassword`.

    Whether it is a common one is not known here.

    Source: reliability rules AUT-1.
    """
    folded = typed_password(text)
    if folded is None:
        raise WeakPassword(f"password may have at most {_MOST_BYTES} bytes.", field="password")
    if len(folded) < _SHORTEST:
        raise WeakPassword(f"password must have at least {_SHORTEST} characters; any will do.", field="password")
    if folded.lower() in {email, email.partition("@")[0]}:
        raise WeakPassword("password must not be the e-mail address.", field="password")
    return folded


def refuse_common() -> WeakPassword:
    """Make the refusal of a password that is among the first to be tried."""
    return WeakPassword("password is among the first that a stranger would try: choose another.", field="password")
