"""How often something was done within an hour, exactly: limits that hold when every cache is gone."""

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, NewType

from zerofee.domain.errors import DomainError

TallyId = NewType("TallyId", str)

WINDOW: Final = timedelta(hours=1)


class TooManyTries(DomainError):
    """The same was done too often within an hour; the header `Retry-After` says when it may be done again."""

    code = "too_many_tries"

    def __init__(self, retry_after_s: int) -> None:
        """Say how many seconds to wait."""
        super().__init__(f"This was tried too often. Try again in {retry_after_s} seconds.")
        self.retry_after_s = retry_after_s


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """
    The moments of the last hour at which one thing was done, the oldest first.

    It is written in the commit of what it counts, guarded by its version: two that race are both counted.
    """

    id: TallyId
    moments: tuple[datetime, ...]
    version: int = 1


def tally_id(what: str, whose: str) -> TallyId:
    """Name the tally of one thing for one address; the name does not tell whose it is."""
    return TallyId(hashlib.sha256(f"{what}\n{whose}".encode()).hexdigest())


def counted(tally: Tally | None, tally_name: TallyId, most: int, now: datetime) -> Tally:
    """
    Count once more; raise `TooManyTries` when `most` were counted within the hour that ends now.

    What is refused is not counted, so whoever waits gets in.
    """
    recent = () if tally is None else tuple(at for at in tally.moments if at > now - WINDOW)
    if len(recent) >= most:
        raise TooManyTries(_seconds(recent[len(recent) - most] + WINDOW - now))
    if tally is None:
        return Tally(id=tally_name, moments=(now,))
    return replace(tally, moments=(*recent, now), version=tally.version + 1)


def _seconds(wait: timedelta) -> int:
    return max(1, -(-wait // timedelta(seconds=1)))
