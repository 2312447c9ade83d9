"""How many sets become one transaction, and how they are tried one by one when that fails. Pure: it only converses."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from zerofee.adapters.sql.dialects import Refused, Rule, TryAgain
from zerofee.adapters.sql.engine import Conversation, Look, Savepoint, Write
from zerofee.adapters.sql.prepared import Args, Prepared
from zerofee.adapters.sql.units import Unit
from zerofee.adapters.sql.write_statements import WriteStatements, Writing
from zerofee.domain.change_set import BrokenRule, Conflict, ConflictKind
from zerofee.domain.ports.store import StorageUnavailable

T = TypeVar("T")


class Missed(Exception):
    """A guard left a row unhit somewhere in a merged transaction."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of each set, by its place: `None` when it is written. Sets in no place wait for the next round."""

    answers: dict[int, Exception | None]


def together(units: Sequence[Unit], statements: WriteStatements, known_claims: Prepared) -> Conversation[Outcome]:
    """
    Write all sets that do not touch one another, merged by statement.

    Sets whose claim is taken are refused at once, and sets that touch an earlier one wait for the next round. So
    the sets that are merged commute, and the transaction equals writing them one after another. Raises `Missed`
    or `Refused` when any of them cannot be written.
    """
    answers: dict[int, Exception | None] = {}
    taken = yield Look(known_claims, tuple(claim for unit in units for claim in unit.claims))
    free = []
    for place, unit in enumerate(units):
        if taken and not taken.isdisjoint(unit.claims):
            answers[place] = Conflict(ConflictKind.CLAIM, "claims")
        else:
            free.append(place)
    chosen = list(_apart(units, free))
    merged: dict[Writing, list[Args]] = {}
    for place in chosen:
        for writing, lines in units[place].lines:
            merged.setdefault(writing, []).extend(lines)
    for writing in statements.ordered:
        if writing in merged:
            # Sorted, so that two processes take their locks in one order; rows of one key stay in their sets' order.
            rows = sorted(merged[writing], key=writing.prepared.sort_key)
            if writing.join is not None:
                rows = writing.join(rows)
            hit = yield Write(writing.prepared, rows)
            if writing.prepared.counted and hit != len(rows):
                raise Missed
    answers.update(dict.fromkeys(chosen))
    return Outcome(answers)


def one_by_one(units: Sequence[Unit], known_claims: Prepared) -> Conversation[Outcome]:
    """Write each set by itself under a savepoint, so that what is wrong with one is nobody else's matter."""
    answers: dict[int, Exception | None] = {}
    yield Look(known_claims, ())
    for place, unit in enumerate(units):
        yield Savepoint.MARK
        try:
            yield from _alone(unit)
        except (StorageUnavailable, TryAgain):
            raise
        except Exception as refusal:  # noqa: BLE001  whatever it is, it is this set's answer
            answers[place] = refusal
            yield Savepoint.BACK
        else:
            answers[place] = None
        yield Savepoint.KEEP
    return Outcome(answers)


def _alone(unit: Unit) -> Conversation[None]:
    for writing, rows in unit.lines:
        # Row by row, so that the first that cannot be written tells why.
        for row in rows:
            try:
                hit = yield Write(writing.prepared, [row])
            except Refused as refused:
                raise _meaning(writing, refused) from refused
            if writing.prepared.counted and hit != 1:
                raise Conflict(writing.missed, writing.what)


def _meaning(writing: Writing, refused: Refused) -> Exception:
    if refused.rule is Rule.UNIQUE:
        return Conflict(writing.taken, writing.what)
    if refused.rule is Rule.REFERENCE and writing.referred is not None:
        return Conflict(writing.referred, writing.what)
    return BrokenRule(f"{writing.what}: {refused}")


def _apart(units: Sequence[Unit], places: Sequence[int]) -> Iterator[int]:
    """Choose, in order, the sets that touch nothing that one before them writes, and write nothing it touches."""
    written: set[str] = set()
    touched: set[str] = set()
    for place in places:
        unit = units[place]
        alone = touched.isdisjoint(unit.writes) and written.isdisjoint(unit.reads)
        written |= unit.writes
        touched |= unit.writes
        touched |= unit.reads
        if alone:
            yield place
