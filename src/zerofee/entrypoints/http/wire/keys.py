"""An API key as the API takes and shows it: the key itself once, its hint ever after."""

from datetime import datetime
from typing import Annotated, Literal

import msgspec

from zerofee.application.apps.write_keys import Issued
from zerofee.domain.app import ApiKey, KeyKind
from zerofee.domain.budget import Budget, budget
from zerofee.domain.ids import AppId
from zerofee.domain.new_key import NewKey, new_key
from zerofee.domain.scope import Environment, Permission, Scope
from zerofee.entrypoints.http.wire.parts import Time


class BudgetBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """At most `requests` (1 to 1000000) within any `seconds` (1 to 3600) on end."""

    requests: int
    seconds: int

    @classmethod
    def of(cls, limit: Budget | None) -> "BudgetBody | None":
        """Show a budget; nothing is shown as nothing."""
        return None if limit is None else cls(limit.requests, limit.seconds)


class NewKeyBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A key to be made. A secret key without `scopes` may do everything; a publishable one has none."""

    kind: KeyKind = KeyKind.SECRET
    environment: Environment
    name: Annotated[str, msgspec.Meta(description="1 to 100 characters.", examples=["Backend"])]
    scopes: list[Permission] | None = None
    expires_at: Annotated[Time | None, msgspec.Meta(description="RFC 3339; for ever when left out.")] = None
    rate_limit: Annotated[
        BudgetBody | None, msgspec.Meta(description="Its own budget; the server's when left out.")
    ] = None

    def to_order(self, app_id: AppId, now: datetime) -> NewKey:
        """Check the meaning of what was sent; raise a `DomainError` that names the field."""
        limit = self.rate_limit
        return new_key(
            scope=Scope(app_id, self.environment),
            kind=self.kind,
            name=self.name,
            scopes=self.scopes,
            now=now,
            expires_at=self.expires_at,
            rate_limit=None if limit is None else budget(limit.requests, limit.seconds),
        )


class KeyBody(msgspec.Struct, frozen=True, kw_only=True):
    """One key, by its hint. `last_used_at` may be a minute old."""

    id: str
    object: Literal["api_key"] = "api_key"
    environment: Environment
    kind: KeyKind
    name: str
    hint: str
    scopes: list[Permission]
    rate_limit: BudgetBody | None
    expires_at: Time | None
    revoked_at: Time | None
    last_used_at: Time | None
    created_at: Time

    @classmethod
    def of(cls, key: ApiKey) -> "KeyBody":
        """Show a key."""
        return cls(
            id=key.id,
            environment=key.scope.environment,
            kind=key.kind,
            name=key.name,
            hint=key.hint,
            scopes=sorted(key.permissions),
            rate_limit=BudgetBody.of(key.rate_limit),
            expires_at=key.expires_at,
            revoked_at=key.revoked_at,
            last_used_at=key.last_used_at,
            created_at=key.created_at,
        )


class IssuedKeyBody(KeyBody, frozen=True, kw_only=True):
    """A new key. `key` is the key itself: keep it now, for it is never shown again."""

    key: str

    @classmethod
    def issued(cls, issued: Issued) -> "IssuedKeyBody":
        """Show a key together with its text."""
        shown = KeyBody.of(issued.row)
        fields = {name: getattr(shown, name) for name in KeyBody.__struct_fields__}
        return cls(**fields, key=issued.text.reveal())
