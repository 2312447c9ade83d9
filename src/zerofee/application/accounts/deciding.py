"""A decision that lost a race is made again, a few times."""

from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

from zerofee.domain.change_set import Conflict
from zerofee.domain.ports.store import StorageUnavailable

T = TypeVar("T")

# Whoever wins a race for a tally has counted once more, and a full tally refuses without a commit. So the limits
# bound how often a race can be lost: 30 times, for what comes from one network address.
_MOST_TRIES: Final = 40


async def decided(decide: Callable[[], Awaitable[T]]) -> T:
    """
    Read, decide and commit, as often as another commit was faster.

    After 40 lost races it is `StorageUnavailable`: nothing was written, and whoever asks may ask again.
    """
    for _ in range(_MOST_TRIES):
        try:
            return await decide()
        except Conflict:
            continue
    raise StorageUnavailable
