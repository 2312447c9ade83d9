"""Sending: what was written down goes out, and what comes back is recorded, until nothing is left to send."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final, TypeVar

from zerofee.application.payments.noting import Noting
from zerofee.application.payments.record_outcome import Known, Recorded, RecordOutcome
from zerofee.application.rules import PaymentRules
from zerofee.domain.attempt import Attempt, AttemptKind
from zerofee.domain.outcome import NotSent, Outcome, Unknown
from zerofee.domain.ports.provider import (
    CannotOpen,
    ChargeOrder,
    OperationOrder,
    Provider,
    Providers,
    RefundOrder,
    charge_order,
)
from zerofee.domain.ports.store import RoutingTables
from zerofee.domain.resending import RESENT_AFTER_S, after_resending, may_resend

T = TypeVar("T")

_LOG: Final = logging.getLogger(__name__)
# The adapter's own deadline comes first; this one only keeps a broken adapter from holding a request for ever.
_GRACE_S: Final = 5


@dataclass(frozen=True, slots=True)
class SendAttempt:
    """
    Sends the attempt that a committed plan opened, and each one that its outcome opens in turn.

    Once begun it is seen through: a caller that goes away cancels neither the call nor the record of its outcome.
    """

    providers: Providers
    tables: RoutingTables
    record_outcome: RecordOutcome
    rules: PaymentRules
    noting: Noting
    underway: set[asyncio.Task[Any]] = field(default_factory=set)

    async def __call__(self, known: Known, until: datetime | None = None, code: str | None = None) -> Known:
        """Send `known.attempt`, which the caller has just committed; give what is on disk in the end."""
        return await self.see_through(self._all(known, until, code))

    async def see_through(self, work: Coroutine[Any, Any, T]) -> T:
        """Do `work` to its end, whether or not the caller stays; `drain` waits for it."""
        task = asyncio.create_task(work)
        self.underway.add(task)
        task.add_done_callback(self.underway.discard)
        return await asyncio.shield(task)

    async def drain(self, seconds: int) -> bool:
        """Wait for everything under way; say whether it all ended in time."""
        if not self.underway:
            return True
        _, pending = await asyncio.wait(self.underway, timeout=seconds)
        return not pending

    async def _all(self, known: Known, until: datetime | None, code: str | None) -> Known:
        opened: Attempt | None = known.attempt
        while opened is not None:
            sending = partial(self._heard, known=known, code=code)
            outcome = await self.called(known.attempt, sending, known.payment.operator)
            recorded: Recorded = await self.record_outcome(known, outcome, asked=False, until=until)
            self.note_end(known, recorded)
            known, opened = recorded.known, recorded.opened
        return known

    def note_end(self, before: Known, recorded: Recorded) -> None:
        """Note how a charge ended, if that is what was recorded: routing learns from it."""
        after = recorded.known.attempt
        self.noting.end(before.attempt, after if after.id == before.attempt.id else None, before.payment.operator)

    async def called(
        self, attempt: Attempt, call: Callable[[Provider], Awaitable[Outcome]], operator: str | None = None
    ) -> Outcome:
        """Make the one call of an attempt; whatever goes wrong is an outcome too."""
        provider = await self.open(attempt)
        if isinstance(provider, NotSent):
            return provider
        deadline_s = provider.capabilities.call_timeout_s
        return await self.noting.call(attempt, operator, deadline_s, lambda: self._bounded(attempt, provider, call))

    async def _bounded(
        self, attempt: Attempt, provider: Provider, call: Callable[[Provider], Awaitable[Outcome]]
    ) -> Outcome:
        try:
            async with asyncio.timeout(provider.capabilities.call_timeout_s + _GRACE_S):
                return await call(provider)
        except TimeoutError:
            return Unknown("the call took longer than its deadline")
        except Exception as fault:  # noqa: BLE001  a bug in an adapter must not turn a charge into a failure
            _LOG.exception("adapter of %s failed on attempt %s", attempt.provider_id, attempt.id)
            return Unknown(f"the adapter failed: {type(fault).__name__}")

    async def _heard(self, provider: Provider, known: Known, code: str | None) -> Outcome:
        """Call, and call again with the very same order while its answer is lost and the provider allows it."""
        outcome = await self._call(provider, known, code)
        clock = self.record_outcome.clock
        for pause_s in RESENT_AFTER_S:
            starts_at = clock.now() + timedelta(seconds=pause_s)
            if not isinstance(outcome, Unknown) or not may_resend(
                known.payment, known.charged, known.attempt, provider.capabilities, starts_at
            ):
                break
            await clock.sleep(pause_s)
            outcome = after_resending(outcome, await self._call(provider, known, code))
        return outcome

    async def open(self, attempt: Attempt) -> Provider | NotSent:
        """Open the connection of an attempt, or say why nothing can be sent through it."""
        option = (await self.tables.routing(attempt.scope)).options.get(attempt.connection_id)
        if option is None:
            return NotSent("the connection is gone")
        try:
            return await self.providers.open(option.connection)
        except CannotOpen as fault:
            return NotSent(str(fault))

    async def _call(self, provider: Provider, known: Known, code: str | None) -> Outcome:
        match known.attempt.kind:
            case AttemptKind.CHARGE:
                return await provider.charge(self.charge_order(known))
            case AttemptKind.AUTHENTICATE:
                return await provider.authenticate(self._operation_order(known), code or "")
            case AttemptKind.CAPTURE:
                return await provider.capture(self._operation_order(known))
            case AttemptKind.CANCEL | AttemptKind.EXPIRE:
                return await provider.cancel(self._operation_order(known))
            case AttemptKind.REFUND:
                return await provider.refund(self.refund_order(known))
            case AttemptKind.PAYOUT:
                msg = "a payout is of no payment"
                raise ValueError(msg)

    def charge_order(self, known: Known) -> ChargeOrder:
        """Say what the charge ordered."""
        payment = known.payment
        here = self.rules.return_url(payment.id)
        if payment.hosted_url is not None:
            # The page knows the end, and whether there is a next try; so nobody goes past it, back to the shop.
            return charge_order(payment, known.charged, here, here)
        back = payment.return_url or here
        return charge_order(payment, known.charged, back, payment.cancel_url or back)

    def refund_order(self, known: Known) -> RefundOrder:
        """Say what the refund ordered; raise `ValueError` for an attempt that is none."""
        if known.refund is None:
            msg = "not a refund"
            raise ValueError(msg)
        attempt = known.attempt
        return RefundOrder(
            charge=self.charge_order(known),
            refund_id=known.refund.id,
            attempt_id=attempt.id,
            provider_key=attempt.provider_key,
            money=attempt.money,
            reason=known.refund.reason,
            sent_at=attempt.started_at,
            reference=attempt.reference,
            details=attempt.details,
        )

    def _operation_order(self, known: Known) -> OperationOrder:
        attempt = known.attempt
        return OperationOrder(
            charge=self.charge_order(known),
            attempt_id=attempt.id,
            provider_key=attempt.provider_key,
            money=attempt.money,
            sent_at=attempt.started_at,
        )
