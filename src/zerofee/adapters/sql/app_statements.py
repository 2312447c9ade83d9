"""What an app's people manage, and the operator's walks over all apps: each statement compiled once."""

from dataclasses import dataclass
from typing import Any, Final, Self

from sqlalchemy import ColumnElement, Integer, Select, Table, bindparam, select, tuple_

from zerofee.adapters.sql.columns import Word
from zerofee.adapters.sql.dialects import SqlDialect
from zerofee.adapters.sql.prepared import Prepared, prepare
from zerofee.adapters.sql.tables import API_KEYS, APPS, CONNECTIONS, ROUTES, SCOPED_ID

_LIMIT: Final = bindparam("limit", type_=Integer)


@dataclass(frozen=True, slots=True, kw_only=True)
class AppStatements:
    """
    One for each question of the `Apps` and `Everybody` ports.

    Those of an app bind its two environments, or one of them twice: so its things are found by the primary key's
    first two columns, whichever is asked for.
    """

    app: Prepared
    apps: Prepared
    key: Prepared
    keys: Prepared
    connection: Prepared
    connections: Prepared
    route: Prepared
    routes: Prepared
    app_ids: Prepared
    all_connections: Prepared

    @classmethod
    def of(cls, sql: SqlDialect) -> Self:
        """Compile for one dialect."""

        def ready(name: str, statement: Select[Any]) -> Prepared:
            return prepare(name, statement, sql.dialect)

        def one(table: Table) -> Prepared:
            return ready(f"managed {table.name}", of_app(table).where(table.c.id == bindparam("id")))

        def page(table: Table) -> Prepared:
            return ready(f"manage {table.name}", newest_first(of_app(table), table))

        theirs = select(APPS).where(APPS.c.owner_id == bindparam("owner_id"))
        place = tuple(CONNECTIONS.c[name] for name in SCOPED_ID)
        last = (bindparam(f"after_{name}", type_=Word) for name in SCOPED_ID)
        return cls(
            app=ready("read apps", select(APPS).where(APPS.c.id == bindparam("id"))),
            apps=ready("manage apps", newest_first(theirs, APPS)),
            key=one(API_KEYS),
            keys=page(API_KEYS),
            connection=one(CONNECTIONS),
            connections=page(CONNECTIONS),
            route=one(ROUTES),
            routes=page(ROUTES),
            app_ids=ready(
                "walk apps", select(APPS.c.id).where(APPS.c.id > bindparam("after")).order_by(APPS.c.id).limit(_LIMIT)
            ),
            all_connections=ready(
                "walk connections",
                select(CONNECTIONS).where(tuple_(*place) > tuple_(*last)).order_by(*place).limit(_LIMIT),
            ),
        )


def of_app(table: Table) -> Select[Any]:
    """Select what is an app's, in one environment or in both."""
    environments = [bindparam("environment", type_=Word), bindparam("other_environment", type_=Word)]
    mine: ColumnElement[bool] = table.c.app_id == bindparam("app_id")
    return select(table).where(mine, table.c.environment.in_(environments))


def newest_first(statement: Select[Any], table: Table) -> Select[Any]:
    """Cut a page out of it, newest first."""
    return statement.where(table.c.id < bindparam("after")).order_by(table.c.id.desc()).limit(_LIMIT)
