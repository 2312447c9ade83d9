"""A code of six digits that proves an address: asked for, made when it is mailed, good once and for five minutes."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

from zerofee.domain.errors import DomainError
from zerofee.domain.ids import CodeId, UserId

CODE_LIFE: Final = timedelta(minutes=5)
CODE_DIGITS: Final = 6
_MOST_TRIES: Final = 5


class CodeRefused(DomainError):
    """A code that is wrong, used, burnt or too old, or of an address that has none: one answer for all of these."""

    code = "code_invalid"

    def __init__(self) -> None:
        """Say what to do, and not what was wrong."""
        super().__init__("This code is not good, or not any more. Ask for another one.")


@dataclass(frozen=True, slots=True, kw_only=True)
class OneTimeCode:
    """
    A request for a code.

    It is kept for an address without an account too, with no `user_id`, and then never gets a code. `digest` is the
    code's, bound to this request, and `None` until it is mailed: the code itself is nowhere.
    """

    id: CodeId
    email: str
    user_id: UserId | None
    digest: str | None = field(default=None, repr=False)
    tries: int = 0
    used_at: datetime | None = None
    expires_at: datetime
    created_at: datetime
    version: int = 1


def ask_for_code(code_id: CodeId, email: str, user_id: UserId | None, now: datetime) -> OneTimeCode:
    """Ask for a code."""
    return OneTimeCode(id=code_id, email=email, user_id=user_id, expires_at=now + CODE_LIFE, created_at=now)


def armed(code: OneTimeCode, digest: str, now: datetime) -> OneTimeCode:
    """Give a request its code, which is good for five minutes from now: it is mailed next."""
    return replace(code, digest=digest, expires_at=now + CODE_LIFE, version=code.version + 1)


def is_open(code: OneTimeCode, now: datetime) -> bool:
    """Say whether a code may still be tried: it is not used, not burnt by five tries, and not too old."""
    return code.used_at is None and code.tries < _MOST_TRIES and now < code.expires_at


def tried(code: OneTimeCode) -> OneTimeCode:
    """Count a try that failed."""
    return replace(code, tries=code.tries + 1, version=code.version + 1)


def used(code: OneTimeCode, now: datetime) -> OneTimeCode:
    """Use a code up."""
    return replace(code, used_at=now, version=code.version + 1)
