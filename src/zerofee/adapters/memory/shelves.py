"""Dictionaries that hold what tables hold: keys, unique values, and the way back when a set is refused."""

from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Generic, TypeVar

from zerofee.domain.change_set import Conflict, ConflictKind

T = TypeVar("T")
Unique = Callable[[T], Hashable | None]
Undo = list[Callable[[], None]]


@dataclass(slots=True)
class Shelf(Generic[T]):
    """
    Things of one kind by their key, which is unique, as is each value that one of `uniques` gives; `None` is free.

    Every writing adds to an undo list what takes it back.
    """

    name: str
    uniques: tuple[Unique[T], ...] = ()
    conflict: ConflictKind = ConflictKind.UNIQUE
    rows: dict[Hashable, T] = field(default_factory=dict)
    _taken: dict[tuple[int, Hashable], Hashable] = field(default_factory=dict)

    def insert(self, key: Hashable, value: T, undo: Undo) -> None:
        """Keep a new thing; raise `Conflict` when its key or a unique value is taken."""
        if key in self.rows:
            raise Conflict(self.conflict, self.name)
        self._take(key, value, undo)
        self.rows[key] = value
        undo.append(partial(self.rows.__delitem__, key))

    def replace(self, key: Hashable, value: T, undo: Undo) -> None:
        """Keep another value under a key that there is; raise `Conflict` when a unique value is taken."""
        old = self.rows[key]
        self._release(key, old, undo)
        self._take(key, value, undo)
        self.rows[key] = value
        undo.append(partial(self.rows.__setitem__, key, old))

    def remove(self, key: Hashable, undo: Undo | None = None) -> None:
        """Forget a thing, for good if nothing takes it back."""
        taken_back = [] if undo is None else undo
        value = self.rows.pop(key)
        taken_back.append(partial(self.rows.__setitem__, key, value))
        self._release(key, value, taken_back)

    def by(self, unique: int, value: Hashable) -> T | None:
        """Find what has a unique value, by the place of its function among `uniques`."""
        key = self._taken.get((unique, value))
        return None if key is None else self.rows[key]

    def __iter__(self) -> Iterator[T]:
        return iter(self.rows.values())

    def _values(self, value: T) -> Iterator[tuple[int, Hashable]]:
        for place, unique in enumerate(self.uniques):
            found = unique(value)
            if found is not None:
                yield place, found

    def _take(self, key: Hashable, value: T, undo: Undo) -> None:
        for unique in self._values(value):
            if unique in self._taken:
                raise Conflict(ConflictKind.UNIQUE, self.name)
            self._taken[unique] = key
            undo.append(partial(self._taken.__delitem__, unique))

    def _release(self, key: Hashable, value: T, undo: Undo) -> None:
        for unique in self._values(value):
            del self._taken[unique]
            undo.append(partial(self._taken.__setitem__, unique, key))
