"""Forget what is past its time."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from zerofee.domain.ports.clock import Clock
from zerofee.domain.ports.work import Work

_BATCH: Final = 500


@dataclass(frozen=True, slots=True)
class Reap:
    """Forgets finished idempotency claims once `keep` has passed; at least 24 hours in production."""

    work: Work
    clock: Clock
    keep: timedelta = timedelta(hours=24)

    async def claims(self) -> int:
        """Forget one batch; give how many there were, so that the caller can go on."""
        return await self.work.reap_claims(self.clock.now() - self.keep, _BATCH)
