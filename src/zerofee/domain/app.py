"""An app, its API keys, and what each key may do."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from zerofee.domain.budget import Budget
from zerofee.domain.ids import AppId, KeyId, UserId
from zerofee.domain.ordering import Strategy
from zerofee.domain.scope import Permission, Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """
    What a merchant builds; it owns payments, connections and routes in two environments.

    `strategy` says how its routes are put in order (`ordering`).
    """

    id: AppId
    owner_id: UserId
    name: str
    webhook_url: str | None = None
    strategy: Strategy = Strategy.PRIORITY
    created_at: datetime
    updated_at: datetime
    version: int = 1


class KeyKind(StrEnum):
    """A secret key acts for the merchant; a publishable one may stand in a web page."""

    SECRET = "secret"  # noqa: S105  the name of a kind
    PUBLISHABLE = "publishable"


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKey:
    """
    A key as we keep it: never the key itself, but its keyed hash (`digest`) and the id of that hash's pepper.

    `hint` shows its beginning and its last four characters. `rate_limit` is its own budget, `None` the house's.
    `last_used_at` is written now and then, so it may be a minute old.
    """

    id: KeyId
    scope: Scope
    kind: KeyKind
    name: str
    digest: str
    pepper_id: str
    hint: str
    permissions: frozenset[Permission]
    rate_limit: Budget | None = None
    expires_at: datetime | None = None
    revoked_at: datetime | None = None
    last_used_at: datetime | None = None
    created_at: datetime
    version: int = 1


def is_usable(key: ApiKey, now: datetime) -> bool:
    """Say whether the key is neither revoked nor past its time."""
    return key.revoked_at is None and (key.expires_at is None or now < key.expires_at)


def allows(key: ApiKey, permission: Permission) -> bool:
    """Say whether a secret key's permissions hold `permission`; a publishable key has none."""
    if key.kind is not KeyKind.SECRET:
        return False
    return Permission.ALL in key.permissions or permission in key.permissions
