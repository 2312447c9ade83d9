"""A person with an account: who may log in, and what an account is made of."""

import unicodedata
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from zerofee.domain.contact import e164, email_address
from zerofee.domain.ids import UserId
from zerofee.domain.new_payment import InvalidField
from zerofee.domain.plain_text import is_plain

_NAME_LENGTH: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """
    A merchant's person.

    `email` is normalised and unique. `password_hash` is `None` while nobody can say whose password it would be: then
    a one-time code is the only way in. `session_version` goes up when all sessions are to end. `verified_at`: when
    the address was first proven to be theirs.
    """

    id: UserId
    email: str
    name: str | None = None
    phone: str | None = None
    password_hash: str | None = field(default=None, repr=False)
    session_version: int = 1
    verified_at: datetime | None = None
    disabled_at: datetime | None = None
    created_at: datetime
    updated_at: datetime
    version: int = 1


def account_email(text: str) -> str:
    """
    Read the address of an account: as `email_address` does, compatibility forms folded (NFKC), all in lower case.

    Mail goes to the folded address and to no other, so two spellings are one account and one mailbox. Raises
    `InvalidField`.
    """
    address = email_address(unicodedata.normalize("NFKC", text))
    if address is None:
        raise InvalidField("email must be an e-mail address of at most 254 characters.", field="email")
    return address.lower()


def account_phone(text: str) -> str:
    """Read a phone number's form into E.164; raise `InvalidField`."""
    number = e164(text)
    if number is None:
        raise InvalidField(
            "phone must be a number in E.164: + and 7 to 15 ASCII digits, such as +2250700000000.", field="phone"
        )
    return number


def account_name(text: str) -> str:
    """Read a person's name, trimmed and composed; raise `InvalidField`."""
    name = unicodedata.normalize("NFC", text).strip()
    if not 1 <= len(name) <= _NAME_LENGTH or not is_plain(name) or not name.isprintable():
        raise InvalidField(f"name must have 1 to {_NAME_LENGTH} characters, all of them printable.", field="name")
    return name


def verified(user: User, now: datetime) -> User:
    """Note that the address is theirs, if it is not known yet."""
    if user.verified_at is not None:
        return user
    return replace(user, verified_at=now, updated_at=now, version=user.version + 1)


def with_password(user: User, password_hash: str, now: datetime) -> User:
    """Give the user a new password, which ends every session there is."""
    return replace(
        user,
        password_hash=password_hash,
        session_version=user.session_version + 1,
        updated_at=now,
        version=user.version + 1,
    )


def rehashed(user: User, password_hash: str) -> User:
    """Keep the same password under a newer hash; nobody is logged out for it."""
    return replace(user, password_hash=password_hash, version=user.version + 1)


def contested(user: User, now: datetime) -> User:
    """
    Drop the password of an account that a second party has registered before anybody proved the address.

    Whoever proves it is let in, and a password that a stranger may have chosen must not let the stranger in too.
    """
    return replace(user, password_hash=None, updated_at=now, version=user.version + 1)
