"""A statement compiled once: its text for one dialect, and where each value goes."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any, Final

from sqlalchemy import Dialect, Select
from sqlalchemy.sql import Executable
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.dml import UpdateBase
from sqlalchemy.sql.elements import ClauseElement

OLD: Final = "of_"
"""What a guard asks of the stored row is bound under this prefix, so that it is not taken for what is written."""

Args = tuple[Any, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Prepared:
    """
    `sql` takes its values by place, in the order of `names`; `fixed` are those that the statement brings itself.

    `columns` name what a query gives. `sort_key` orders rows to be written, so that all writers take their locks
    in one order (reliability rules DB-3).
    """

    name: str
    sql: str
    names: tuple[str, ...]
    pick: Callable[[Mapping[str, Any]], Args]
    fixed: Mapping[str, Any] = field(default_factory=dict)
    columns: tuple[str, ...] = ()
    sort_key: Callable[[Args], Any] = itemgetter(0)
    counted: bool = False

    def args(self, values: Mapping[str, Any]) -> Args:
        """Put values in their places."""
        return self.pick({**self.fixed, **values} if self.fixed else values)

    def rows(self, found: Sequence[Sequence[Any]]) -> list[dict[str, Any]]:
        """Give each row of an answer its columns' names."""
        return [dict(zip(self.columns, row, strict=True)) for row in found]


def prepare(
    name: str, statement: Executable, dialect: Dialect, *, key: tuple[str, ...] = (), counted: bool = False
) -> Prepared:
    """
    Compile a statement.

    `key` names the values that identify what is written; `counted`: as many rows as were given must be hit.
    """
    assert isinstance(statement, ClauseElement)  # noqa: S101  what SQLAlchemy's types do not say
    compiled = statement.compile(dialect=dialect)
    assert isinstance(compiled, SQLCompiler)  # noqa: S101  the same
    places = tuple(compiled.positiontup or ())
    names = tuple(place.removeprefix(OLD) for place in places)
    return Prepared(
        name=name,
        sql=compiled.string,
        names=names,
        pick=_picker(names),
        fixed={place: value for place, value in compiled.params.items() if value is not None},
        columns=_columns(statement),
        sort_key=itemgetter(*(_last(names, part) for part in key)) if key else itemgetter(0),
        counted=counted,
    )


def _columns(statement: ClauseElement) -> tuple[str, ...]:
    match statement:
        case Select():
            return tuple(column.name for column in statement.selected_columns)
        case UpdateBase() if statement.exported_columns:
            return tuple(column.name for column in statement.exported_columns)
        case _:
            return ()


def _picker(names: tuple[str, ...]) -> Callable[[Mapping[str, Any]], Args]:
    """Make what picks values by name: in C for all but the shortest, as every row that is written passes here."""
    if len(names) > 1:
        return itemgetter(*names)
    return lambda values: tuple(values[name] for name in names)


def _last(names: tuple[str, ...], name: str) -> int:
    return len(names) - 1 - names[::-1].index(name)
