"""Tables whose rows are never changed or taken away: the database itself refuses it, on both engines."""

from typing import Final

from sqlalchemy import DDL, Table, event

_SQLITE: Final = (
    "CREATE TRIGGER {table}_no_{what} BEFORE {action} ON {table}"
    " BEGIN SELECT RAISE(ABORT, '{table} are only appended'); END"
)
_POSTGRES_REFUSAL: Final = (
    "CREATE FUNCTION refuse_{table}_{what}() RETURNS trigger LANGUAGE plpgsql AS"
    " $$ BEGIN RAISE EXCEPTION '{table} are only appended'; END $$"
)
_POSTGRES: Final = (
    "CREATE TRIGGER {table}_no_{what} BEFORE {action} ON {table}"
    " FOR EACH {each} EXECUTE FUNCTION refuse_{table}_{what}()"
)


def appended_only(table: str, dialect: str) -> tuple[str, ...]:
    """Write the statements that make a table one of these, for `sqlite` or `postgresql`."""
    if dialect == "sqlite":
        return tuple(_SQLITE.format(table=table, what=action.lower(), action=action) for action in ("UPDATE", "DELETE"))
    refusal = _POSTGRES_REFUSAL.format(table=table, what="change")
    rows = _POSTGRES.format(table=table, what="change", action="UPDATE OR DELETE", each="ROW")
    whole = _POSTGRES.format(table=table, what="change", action="TRUNCATE", each="STATEMENT")
    return (refusal, rows, whole.replace(f"{table}_no_change BEFORE", f"{table}_no_truncate BEFORE"))


def dropped_refusal(table: str) -> str:
    """Write the statement that takes PostgreSQL's function away, once the table is gone with its triggers."""
    return f"DROP FUNCTION refuse_{table}_change()"


def keep_appended(table: Table) -> None:
    """Make the table's own triggers whenever the table is made from the metadata."""
    for dialect in ("sqlite", "postgresql"):
        for statement in appended_only(table.name, dialect):
            made = DDL(statement)  # type: ignore[no-untyped-call]
            event.listen(table, "after_create", made.execute_if(dialect=dialect))
