"""Connections and routes, from and to rows."""

from typing import Any

from zerofee.adapters.sql.rows.encoding import (
    Row,
    micros,
    scope_of,
    sorted_json,
    texts_json,
    texts_of,
    time_of,
    words_of,
)
from zerofee.domain.connection import Connection
from zerofee.domain.country import Country
from zerofee.domain.currency import Currency
from zerofee.domain.method import Method
from zerofee.domain.routing import Route


def connection_row(connection: Connection) -> dict[str, Any]:
    """Write a connection; its credentials are sealed before they come here."""
    return {
        "app_id": connection.scope.app_id,
        "environment": connection.scope.environment.value,
        "id": connection.id,
        "provider_id": connection.provider_id,
        "sealed": connection.sealed,
        "credential_version": connection.credential_version,
        "hints": texts_json(connection.hints),
        "settings": texts_json(connection.settings),
        "active": connection.active,
        "created_at": micros(connection.created_at),
        "updated_at": micros(connection.updated_at),
        "version": connection.version,
    }


def connection_of(row: Row) -> Connection:
    """Read a connection."""
    return Connection(
        id=row["id"],
        scope=scope_of(row),
        provider_id=row["provider_id"],
        sealed=row["sealed"],
        credential_version=row["credential_version"],
        hints=texts_of(row["hints"]),
        settings=texts_of(row["settings"]),
        active=bool(row["active"]),
        created_at=time_of(row["created_at"]),
        updated_at=time_of(row["updated_at"]),
        version=row["version"],
    )


def route_row(route: Route) -> dict[str, Any]:
    """Write a route."""
    return {
        "app_id": route.scope.app_id,
        "environment": route.scope.environment.value,
        "id": route.id,
        "connection_id": route.connection_id,
        "priority": route.priority,
        "weight": route.weight,
        "countries": sorted_json(route.countries),
        "currencies": sorted_json(route.currencies),
        "methods": sorted_json(route.methods),
        "operators": sorted_json(route.operators),
        "min_amount_minor": route.min_amount_minor,
        "max_amount_minor": route.max_amount_minor,
        "retry_declined": route.retry_declined,
        "active": route.active,
        "created_at": micros(route.created_at),
        "updated_at": micros(route.updated_at),
        "version": route.version,
    }


def route_of(row: Row) -> Route:
    """Read a route."""
    return Route(
        id=row["id"],
        scope=scope_of(row),
        connection_id=row["connection_id"],
        priority=row["priority"],
        weight=row["weight"],
        countries=frozenset(map(Country, words_of(row["countries"]))),
        currencies=frozenset(map(Currency, words_of(row["currencies"]))),
        methods=frozenset(map(Method, words_of(row["methods"]))),
        operators=words_of(row["operators"]),
        min_amount_minor=row["min_amount_minor"],
        max_amount_minor=row["max_amount_minor"],
        retry_declined=bool(row["retry_declined"]),
        active=bool(row["active"]),
        created_at=time_of(row["created_at"]),
        updated_at=time_of(row["updated_at"]),
        version=row["version"],
    )
