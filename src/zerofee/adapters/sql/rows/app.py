"""Apps and their keys, from and to rows."""

from typing import Any

from zerofee.adapters.sql.rows.encoding import (
    Row,
    maybe_micros,
    maybe_time,
    micros,
    scope_of,
    sorted_json,
    time_of,
    words_of,
)
from zerofee.domain.app import ApiKey, App, KeyKind
from zerofee.domain.budget import Budget
from zerofee.domain.change_set import KeyUsed
from zerofee.domain.ordering import Strategy
from zerofee.domain.scope import Permission


def app_row(app: App) -> dict[str, Any]:
    """Write an app."""
    return {
        "id": app.id,
        "owner_id": app.owner_id,
        "name": app.name,
        "webhook_url": app.webhook_url,
        "strategy": app.strategy.value,
        "created_at": micros(app.created_at),
        "updated_at": micros(app.updated_at),
        "version": app.version,
    }


def app_of(row: Row) -> App:
    """Read an app."""
    return App(
        id=row["id"],
        owner_id=row["owner_id"],
        name=row["name"],
        webhook_url=row["webhook_url"],
        strategy=Strategy(row["strategy"]),
        created_at=time_of(row["created_at"]),
        updated_at=time_of(row["updated_at"]),
        version=row["version"],
    )


def api_key_row(key: ApiKey) -> dict[str, Any]:
    """Write a key, which is its digest and never itself."""
    return {
        "app_id": key.scope.app_id,
        "environment": key.scope.environment.value,
        "id": key.id,
        "kind": key.kind.value,
        "name": key.name,
        "digest": key.digest,
        "pepper_id": key.pepper_id,
        "hint": key.hint,
        "permissions": sorted_json(key.permissions),
        "rate_requests": key.rate_limit.requests if key.rate_limit else None,
        "rate_seconds": key.rate_limit.seconds if key.rate_limit else None,
        "expires_at": maybe_micros(key.expires_at),
        "revoked_at": maybe_micros(key.revoked_at),
        "last_used_at": maybe_micros(key.last_used_at),
        "created_at": micros(key.created_at),
        "version": key.version,
    }


def api_key_of(row: Row) -> ApiKey:
    """Read a key."""
    return ApiKey(
        id=row["id"],
        scope=scope_of(row),
        kind=KeyKind(row["kind"]),
        name=row["name"],
        digest=row["digest"],
        pepper_id=row["pepper_id"],
        hint=row["hint"],
        permissions=frozenset(map(Permission, words_of(row["permissions"]))),
        rate_limit=None if row["rate_requests"] is None else Budget(row["rate_requests"], row["rate_seconds"]),
        expires_at=maybe_time(row["expires_at"]),
        revoked_at=maybe_time(row["revoked_at"]),
        last_used_at=maybe_time(row["last_used_at"]),
        created_at=time_of(row["created_at"]),
        version=row["version"],
    )


def key_used_row(used: KeyUsed) -> dict[str, Any]:
    """Write when a key was used."""
    return {
        "app_id": used.scope.app_id,
        "environment": used.scope.environment.value,
        "id": used.key_id,
        "last_used_at": micros(used.at),
    }
