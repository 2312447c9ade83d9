"""What a merchant asks for when asking for an API key, checked for meaning."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from zerofee.domain.app import KeyKind
from zerofee.domain.budget import Budget
from zerofee.domain.new_payment import InvalidField, text
from zerofee.domain.scope import Permission, Scope

LONGEST_NAME: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class NewKey:
    """A key to be made. A publishable one has no permissions: what it may do is fixed."""

    scope: Scope
    kind: KeyKind
    name: str
    permissions: frozenset[Permission]
    expires_at: datetime | None = None
    rate_limit: Budget | None = None


def new_key(
    *,
    scope: Scope,
    kind: KeyKind,
    name: str,
    scopes: Collection[Permission] | None,
    now: datetime,
    expires_at: datetime | None = None,
    rate_limit: Budget | None = None,
) -> NewKey:
    """
    Check what was asked for. A secret key that names no scopes gets all of them.

    Raises `InvalidField`: a name out of bounds, scopes for a publishable key or none for a secret one, an end that
    has passed.
    """
    if kind is KeyKind.PUBLISHABLE and scopes:
        raise InvalidField("A publishable key has no scopes: leave them out.", field="scopes")
    if kind is KeyKind.SECRET and scopes is not None and not scopes:
        raise InvalidField("A key with no scopes may do nothing: name some, or leave them out for all.", field="scopes")
    if expires_at is not None and expires_at <= now:
        raise InvalidField("expires_at has passed: send a time to come.", field="expires_at")
    wanted = {Permission.ALL} if scopes is None else scopes
    return NewKey(
        scope=scope,
        kind=kind,
        name=text("name", name, LONGEST_NAME) or name,
        permissions=frozenset(wanted) if kind is KeyKind.SECRET else frozenset(),
        expires_at=expires_at,
        rate_limit=rate_limit,
    )
