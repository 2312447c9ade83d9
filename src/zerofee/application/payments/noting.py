"""What calls and their ends tell of the ways they went: noted after each, and asked before the next."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from zerofee.domain.attempt import OPEN_ATTEMPT, Attempt, AttemptKind, AttemptState
from zerofee.domain.health import Way
from zerofee.domain.outcome import NotSent, Outcome, Unknown
from zerofee.domain.ports.watch import Watch

_PAID: Final = frozenset({AttemptState.SUCCEEDED, AttemptState.AUTHORIZED})
# The customer let it be, or the app did: that says nothing of the way.
_SAYS_NOTHING: Final = OPEN_ATTEMPT | {AttemptState.CANCELLED}


@dataclass(frozen=True, slots=True)
class Noting:
    """Keeps the watch informed."""

    watch: Watch

    async def call(
        self, attempt: Attempt, operator: str | None, deadline_s: int, call: Callable[[], Awaitable[Outcome]]
    ) -> Outcome:
        """Make a call and note how it went, or say that its way is closed off for now; `deadline_s` is the call's."""
        way = Way(attempt.connection_id, operator)
        if not self.watch.lets_through(way):
            return NotSent("too many calls have failed there of late, so it is left alone for some seconds")
        loop = asyncio.get_running_loop()
        began_at = loop.time()
        outcome = await call()
        faulty = isinstance(outcome, Unknown | NotSent)
        self.watch.called(way, faulty=faulty, slow=2 * (loop.time() - began_at) >= deadline_s)
        return outcome

    def end(self, before: Attempt, after: Attempt | None, operator: str | None) -> None:
        """Note how a charge ended, once; `after` is `None` when it ended with a no, and another was opened."""
        if before.kind is not AttemptKind.CHARGE or before.state not in OPEN_ATTEMPT:
            return
        state = AttemptState.REFUSED if after is None else after.state
        if state not in _SAYS_NOTHING:
            self.watch.ended(Way(before.connection_id, operator), paid=state in _PAID)
