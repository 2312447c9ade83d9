"""When each key was used last: noted in memory by each request, written down now and then."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from zerofee.domain.app import ApiKey
from zerofee.domain.change_set import ChangeSet, KeyUsed
from zerofee.domain.ids import KeyId
from zerofee.domain.ports.store import Commit

# More keys than one process sees within a round; beyond that, the rest is noted in the next one.
_MOST: Final = 10_000


@dataclass(slots=True)
class KeyUses:
    """Costs a request one look into a dictionary. What was noted and not written when a process dies is lost."""

    commit: Commit
    _noted: dict[KeyId, tuple[ApiKey, datetime]] = field(default_factory=dict, repr=False)

    def note(self, key: ApiKey, at: datetime) -> None:
        """Note that a key was used."""
        if key.id in self._noted or len(self._noted) < _MOST:
            self._noted[key.id] = key, at

    async def write(self) -> int:
        """
        Write down what was noted since the last time, in one commit; give how many keys there were.

        What cannot be written is noted still, and `Commit`'s fault raised.
        """
        noted, self._noted = self._noted, {}
        if not noted:
            return 0
        try:
            await self.commit(ChangeSet(tuple(KeyUsed(key.scope, key.id, at) for key, at in noted.values())))
        except BaseException:
            self._noted = noted | self._noted
            raise
        return len(noted)
