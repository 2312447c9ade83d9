"""What is mailed to a person: kept until it is sent, and written when it is sent."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from zerofee.domain.ids import CodeId, LetterId

_WAITS_S: Final = (2, 5, 15, 30, 60)
"""Waits after tries that failed, all of them within the five minutes in which a code is of use."""


class LetterKind(StrEnum):
    """Why a letter is sent."""

    CODE = "code"
    ALREADY_REGISTERED = "already_registered"
    ENDPOINT_DISABLED = "endpoint_disabled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """
    A letter to one address; it holds no secret. `due_at` is `None` once it is sent or given up.

    `code_id` is the request that a `CODE` letter answers.
    """

    id: LetterId
    kind: LetterKind
    email: str
    code_id: CodeId | None = None
    tries: int = 0
    due_at: datetime | None
    sent_at: datetime | None = None
    created_at: datetime
    version: int = 1


@dataclass(frozen=True, slots=True)
class Mail:
    """What goes to the mail server."""

    to: str
    subject: str
    text: str


def code_mail(to: str, code: str) -> Mail:
    """Write the mail that holds a one-time code."""
    return Mail(
        to,
        f"{code} is your code for zerofee",
        f"Your code is {code}\n\nIt is good once, for five minutes. Nobody of ours will ever ask you for it.\n"
        "If you did not ask for a code, do nothing: without it nobody gets in.\n",
    )


def already_registered_mail(to: str) -> Mail:
    """Write the mail to an address that somebody has registered again."""
    return Mail(
        to,
        "You have an account with zerofee already",
        "Somebody has just registered this address, which has an account already. Nothing was changed.\n\n"
        "If it was you: log in with your password, or ask for a one-time code. Otherwise do nothing.\n",
    )


def endpoint_disabled_mail(to: str) -> Mail:
    """Write the mail to the owner of an app whose endpoint was given up."""
    return Mail(
        to,
        "A webhook endpoint of yours was disabled",
        "One of your webhook endpoints has failed for days, or has answered 410, so nothing more is sent to it.\n\n"
        "GET /v1/webhook-endpoints says which one and since when. Once it works again, enable it, and ask for what was "
        "given up with POST /v1/webhook-endpoints/{id}/redeliver.\n",
    )


def sent(letter: Letter, now: datetime) -> Letter:
    """Note that a letter went out."""
    return replace(letter, due_at=None, sent_at=now, version=letter.version + 1)


def given_up(letter: Letter) -> Letter:
    """Note that a letter is of no use any more."""
    return replace(letter, due_at=None, version=letter.version + 1)


def postponed(letter: Letter, now: datetime) -> Letter:
    """Plan the next try of a letter that did not go out; after the last one it is given up."""
    if letter.tries >= len(_WAITS_S):
        return given_up(letter)
    due_at = now + timedelta(seconds=_WAITS_S[letter.tries])
    return replace(letter, tries=letter.tries + 1, due_at=due_at, version=letter.version + 1)
