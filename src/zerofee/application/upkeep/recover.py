"""Orphans and unknowns: ask what became of them, never send them again."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from zerofee.application.payments.record_outcome import Known, RecordOutcome
from zerofee.application.payments.send_attempt import SendAttempt
from zerofee.application.wallets.record_payout import KnownPayout, RecordPayout
from zerofee.domain.attempt import Attempt, AttemptState
from zerofee.domain.outcome import NotSent, Outcome, Refused, Unknown
from zerofee.domain.ports.clock import Clock
from zerofee.domain.ports.provider import Provider, payout_order
from zerofee.domain.ports.work import DueAttempt, Work

_LOG: Final = logging.getLogger(__name__)
_LEASE: Final = timedelta(seconds=60)
# A living process says so each second. Taking one for dead by mistake costs its payment a failover, and nothing else.
_SILENCE: Final = timedelta(seconds=4)
_MOST_AT_ONCE: Final = 50
_GRACE_S: Final = 5
# How long an orphan's provider may think before its request is answered `processing`: the retry is waiting (PAY-12).
_PATIENCE_S: Final = 4


@dataclass(frozen=True, slots=True)
class Recover:
    """Asks about every attempt whose time to be asked about has come. Each step can be called alone."""

    work: Work
    record_outcome: RecordOutcome
    send_attempt: SendAttempt
    record_payout: RecordPayout
    clock: Clock

    async def orphans(self) -> int:
        """
        Ask once about each attempt whose process died, and record what is heard, which answers its request.

        What cannot be said in a few seconds is unknown, and is asked about like any other. Gives how many there
        were. Twice is once.
        """
        now = self.clock.now()
        found = await self.work.orphans(now, now - _SILENCE, _MOST_AT_ONCE)
        await self._each(found, self._orphan)
        return len(found)

    async def due(self) -> int:
        """Claim what is due and ask about it; give how much there was."""
        now = self.clock.now()
        claimed = await self.work.due_attempts(now, now + _LEASE, _MOST_AT_ONCE)
        await self._each(claimed, self._due)
        return len(claimed)

    async def ask(self, known: Known, patience_s: int | None = None) -> Known:
        """
        Ask the provider about one attempt, and record what it says.

        `patience_s` is for whoever cannot wait for a whole call's deadline, which is what `None` stands for. One
        that was still being sent is not sent again by anybody: what is heard now is the end of that call.
        """
        outcome = await self.asked(known.attempt, lambda provider: self._question(provider, known), patience_s)
        recorded = await self.record_outcome(known, outcome, asked=True, until=None)
        self.send_attempt.note_end(known, recorded)
        if recorded.opened is not None:
            return await self.send_attempt(recorded.known)
        return recorded.known

    async def ask_payout(self, known: KnownPayout, patience_s: int | None = None) -> KnownPayout:
        """Ask the provider about one payout, and record what it says, as `ask` does."""
        order = payout_order(known.withdrawal, known.attempt)
        outcome = await self.asked(known.attempt, lambda provider: provider.ask_payout(order), patience_s)
        return await self.record_payout(known, outcome, asked=True)

    async def _each(self, found: Sequence[DueAttempt], step: Callable[[DueAttempt], Awaitable[None]]) -> None:
        results = await asyncio.gather(*(step(due) for due in found), return_exceptions=True)
        for due, result in zip(found, results, strict=True):
            if isinstance(result, Exception):
                # One that cannot be recovered now stays due, and must not keep the others from their turn.
                _LOG.error("attempt %s could not be recovered", due.attempt_id, exc_info=result)

    async def _orphan(self, due: DueAttempt) -> None:
        if due.payout:
            payout = await self.record_payout.read(due.scope, due.attempt_id)
            if payout.attempt.state is AttemptState.SENDING:
                await self.ask_payout(payout, _PATIENCE_S)
            return
        known = await self.record_outcome.read(due.scope, due.attempt_id)
        if known.attempt.state is AttemptState.SENDING:
            await self.ask(known, _PATIENCE_S)

    async def _due(self, due: DueAttempt) -> None:
        if due.payout:
            payout = await self.record_payout.read(due.scope, due.attempt_id)
            if payout.attempt.ask_at is not None:
                await self.ask_payout(payout)
            return
        known = await self.record_outcome.read(due.scope, due.attempt_id)
        if known.attempt.ask_at is not None:
            await self.ask(known)

    async def asked(
        self, attempt: Attempt, question: Callable[[Provider], Awaitable[Outcome]], patience_s: int | None
    ) -> Outcome:
        """Put a question about an attempt to its provider; whatever proves nothing is `Unknown`."""
        provider = await self.send_attempt.open(attempt)
        if isinstance(provider, NotSent):
            return Unknown(provider.reason)
        try:
            async with asyncio.timeout(patience_s or provider.capabilities.call_timeout_s + _GRACE_S):
                outcome = await question(provider)
        except TimeoutError:
            return Unknown("asking took longer than its deadline")
        except Exception as fault:  # noqa: BLE001  as in SendAttempt: a bug of an adapter's proves nothing
            _LOG.exception("adapter of %s failed when asked about %s", attempt.provider_id, attempt.id)
            return Unknown(f"the adapter failed: {type(fault).__name__}")
        match outcome:
            case NotSent(reason):
                return Unknown(reason)
            case Refused(code, message):
                # The question was refused, which says nothing of the charge.
                return Unknown(f"{code}: {message}")
            case _:
                return outcome

    async def _question(self, provider: Provider, known: Known) -> Outcome:
        if known.refund is not None:
            return await provider.ask_refund(self.send_attempt.refund_order(known))
        return await provider.ask(self.send_attempt.charge_order(known))
