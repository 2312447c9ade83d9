"""What a stand-in remembers of money, so that its record can be compared with ours."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from enum import StrEnum

from zerofee.domain.money import Money


class Kind(StrEnum):
    """What moved, or was to move."""

    CHARGE = "charge"
    REFUND = "refund"
    PAYOUT = "payout"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """
    One charge, refund or payout at the provider.

    `id` is the provider's, `reference` is ours as the provider was told it, `status` is the provider's word.
    `moved`: the money has left whom it was taken from. `charge_id` is what a refund is of.
    """

    kind: Kind
    id: str
    reference: str | None
    money: Money
    status: str
    moved: bool = False
    charge_id: str | None = None


@dataclass(slots=True)
class Book:
    """Every entry of one stand-in in the order in which it was first written; it forgets with the process."""

    _entries: dict[str, Entry] = field(default_factory=dict)

    def write(self, entry: Entry) -> Entry:
        """Keep an entry, in the place of an earlier one with its id."""
        self._entries[entry.id] = entry
        return entry

    def change(self, entry_id: str, status: str, *, moved: bool | None = None) -> Entry:
        """Give an entry another status, and say whether its money has moved; raise `KeyError` if there is none."""
        entry = self._entries[entry_id]
        return self.write(replace(entry, status=status, moved=entry.moved if moved is None else moved))

    def find(self, entry_id: str) -> Entry | None:
        """Give one entry by the provider's id."""
        return self._entries.get(entry_id)

    def entries(self, kind: Kind | None = None, reference: str | None = None) -> tuple[Entry, ...]:
        """List entries, of one kind or of one reference of ours if asked so."""
        return tuple(self._matching(kind, reference))

    def moved(self, kind: Kind, reference: str | None = None) -> tuple[Entry, ...]:
        """List the entries whose money has moved: more than one for a reference is a double charge."""
        return tuple(entry for entry in self._matching(kind, reference) if entry.moved)

    def _matching(self, kind: Kind | None, reference: str | None) -> Iterator[Entry]:
        for entry in self._entries.values():
            if kind in {None, entry.kind} and reference in {None, entry.reference}:
                yield entry
