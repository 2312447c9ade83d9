"""Many moves of one balance in one transaction are one move, so that a busy wallet is written once for all of them."""

from collections.abc import Sequence
from itertools import groupby

from zerofee.adapters.sql.prepared import Args


def joined_openings(rows: Sequence[Args]) -> list[Args]:
    """Open each wallet once."""
    return list(dict.fromkeys(rows))


def joined_credits(rows: Sequence[Args]) -> list[Args]:
    """
    Add up what is only added, run by run; the rows of one wallet stand together.

    A row that takes anything away stays by itself, in its place: its guard must see what came before it and no more.
    """
    joined: list[Args] = []
    for (_, only_adds), run in groupby(rows, key=lambda row: (_names(row), _only_adds(row))):
        if only_adds:
            joined.append(tuple(_sum(*values) for values in zip(*run, strict=True)))
        else:
            joined.extend(run)
    return joined


def _names(row: Args) -> tuple[str, ...]:
    return tuple(value for value in row if isinstance(value, str))


def _only_adds(row: Args) -> bool:
    return all(value >= 0 for value in row if isinstance(value, int))


def _sum(*values: str | int) -> str | int:
    first = values[0]
    return first if isinstance(first, str) else sum(value for value in values if isinstance(value, int))
