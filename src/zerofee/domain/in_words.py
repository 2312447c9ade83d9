"""What an app's people manage, field by field in words, for the audit log; none of it is secret."""

from collections.abc import Mapping
from datetime import datetime
from typing import assert_never

from zerofee.domain.app import ApiKey, App
from zerofee.domain.audit import AuditAction, Deed, changes_between
from zerofee.domain.connection import Connection
from zerofee.domain.fee import FeeRule
from zerofee.domain.routing import Route

Managed = App | ApiKey | Connection | Route | FeeRule
Words = Mapping[str, str | None]


def in_words(thing: Managed | None) -> Words:
    """Say what may be shown of a thing, under the API's names; nothing has no fields."""
    match thing:
        case None:
            return {}
        case App():
            return {"name": thing.name, "routing_strategy": thing.strategy.value}
        case ApiKey():
            return _key(thing)
        case Connection():
            return _connection(thing)
        case Route():
            return _route(thing)
        case FeeRule():
            return _fee_rule(thing)
        case never:
            assert_never(never)


def deed(action: AuditAction, *, before: Managed | None = None, after: Managed | None = None) -> Deed:
    """Tell what was done to a thing by how it was and how it became; one of them may be nothing."""
    subject = after or before
    if subject is None:
        raise ValueError("a deed is about a thing")
    return Deed(
        action=action,
        object_id=subject.id,
        environment=None if isinstance(subject, App) else subject.scope.environment,
        changes=changes_between(in_words(before), in_words(after)),
    )


def _key(key: ApiKey) -> Words:
    limit = key.rate_limit
    return {
        "kind": key.kind.value,
        "name": key.name,
        "hint": key.hint,
        "scopes": _set(frozenset(permission.value for permission in key.permissions)),
        "rate_limit": None if limit is None else f"{limit.requests}/{limit.seconds}",
        "expires_at": _time(key.expires_at),
        "revoked_at": _time(key.revoked_at),
    }


def _connection(connection: Connection) -> Words:
    return {
        "provider": connection.provider_id,
        "active": _flag(on=connection.active),
        "credential_version": str(connection.credential_version),
        **{f"credentials.{name}": hint for name, hint in connection.hints.items()},
        **{f"settings.{name}": value for name, value in connection.settings.items()},
    }


def _route(route: Route) -> Words:
    return {
        "provider_id": route.connection_id,
        "priority": str(route.priority),
        "weight": str(route.weight),
        "countries": _set(route.countries),
        "currencies": _set(route.currencies),
        "methods": _set(route.methods),
        "operators": _set(route.operators),
        "min_amount": _number(route.min_amount_minor),
        "max_amount": _number(route.max_amount_minor),
        "retry_declined": _flag(on=route.retry_declined),
        "active": _flag(on=route.active),
    }


def _fee_rule(rule: FeeRule) -> Words:
    return {
        "method": rule.method,
        "currency": rule.currency,
        "basis_points": str(rule.basis_points),
        "fixed": str(rule.fixed_minor),
    }


def _set(values: frozenset[str]) -> str | None:
    return ",".join(sorted(values)) or None


def _number(value: int | None) -> str | None:
    return None if value is None else str(value)


def _flag(*, on: bool) -> str:
    return "true" if on else "false"


def _time(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()
