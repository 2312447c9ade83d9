"""Send what is due, and plan the next try."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final

from zerofee.application.webhooks_out.lane import IN_FLIGHT, LEASE, RENEWED_BELOW, RunningLane
from zerofee.application.webhooks_out.notices import Notices
from zerofee.domain.change_set import Change, ChangeSet, Conflict, Update
from zerofee.domain.delivery import Delivery, DeliveryRules, Heard, Silent, after_try
from zerofee.domain.endpoint import EndpointStatus, WebhookEndpoint, after_failure, after_success
from zerofee.domain.event import Event
from zerofee.domain.ids import EndpointId
from zerofee.domain.ports.clock import Clock
from zerofee.domain.ports.forgetting import Forgetting
from zerofee.domain.ports.outbox import Deliveries, DueDelivery, Endpoints, Lane, Outbox
from zerofee.domain.ports.sender import Message, Sender
from zerofee.domain.ports.signing import ShowingEvents, Signing
from zerofee.domain.ports.store import Commit, NotFound
from zerofee.domain.ports.vault import SealBroken

_LOG: Final = logging.getLogger(__name__)
_LANES: Final = 500
_MOST_TRIES: Final = 10
_REAPED: Final = 500
_KEPT: Final = timedelta(days=30)
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)

Handler = Callable[[Event], Awaitable[None]]
"""Python code that listens inside this process; what it raises is a failed try."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deliver:
    """
    Sends due deliveries, each endpoint's in a lane of its own, and writes down what came of each try.

    A receiver may hear of an event more than once, always under the same `webhook-id`: when the process dies between
    its answer and our commit, or a lease ends.

    Source: reliability rules OUTB-1 to OUTB-6.
    """

    outbox: Outbox
    endpoints: Endpoints
    deliveries: Deliveries
    commit: Commit
    sender: Sender
    signing: Signing
    showing: ShowingEvents
    notices: Notices
    forgetting: Forgetting
    clock: Clock
    boot_id: str
    rules: DeliveryRules
    handlers: dict[EndpointId, Handler] = field(default_factory=dict)
    _running: dict[EndpointId, RunningLane] = field(default_factory=dict)

    async def due(self) -> int:
        """Begin to send what is due to each endpoint; give to how many something is. Waits for no receiver."""
        lanes = await self.outbox.lanes(self.clock.now(), _LANES)
        for lane in lanes:
            await self.open(lane)
        return len(lanes)

    async def all_due(self) -> int:
        """Send once all that is due now and wait for it; give to how many endpoints something was."""
        found = await self.due()
        await self.finished()
        return found

    async def reap(self) -> int:
        """Forget one batch of what nothing was heard of for 30 days; give how much there was."""
        return await self.outbox.reap(self.clock.now() - _KEPT, _REAPED)

    async def open(self, lane: Lane) -> None:
        """Send what is due in one lane, unless another process does; its endpoint is taken as it was just read."""
        now = self.clock.now()
        until = lane.until if lane.owner == self.boot_id and lane.until is not None else now
        if until - now < RENEWED_BELOW:
            if not await self.outbox.claim(lane.endpoint, self.boot_id, now, now + LEASE):
                return
            until = now + LEASE
        running = self._running.setdefault(lane.endpoint.id, RunningLane(lane.endpoint, until))
        running.endpoint, running.until, running.dry = lane.endpoint, until, False
        while len(running.workers) < IN_FLIGHT:
            worker = asyncio.create_task(self._work(running), name=f"zerofee deliveries to {lane.endpoint.id}")
            running.workers.add(worker)
            worker.add_done_callback(running.workers.discard)

    async def finished(self, endpoint_id: EndpointId | None = None) -> None:
        """Return once nothing is under way, to one endpoint or to any."""
        while workers := self._workers(endpoint_id):
            await asyncio.wait(workers)

    async def drain(self, patience_s: int) -> None:
        """Begin nothing more, wait for what is under way, and let other processes have every lane."""
        for lane in self._running.values():
            lane.drop()
        try:
            async with asyncio.timeout(patience_s):
                await self.finished()
        except TimeoutError:
            _LOG.warning("stopping with webhooks under way; they will be sent again")
        for worker in self._workers():
            worker.cancel()
        await self.outbox.release(self.boot_id)

    def _workers(self, endpoint_id: EndpointId | None = None) -> list[asyncio.Task[None]]:
        lanes = self._running.items()
        return [worker for id_, lane in lanes if endpoint_id in {None, id_} for worker in lane.workers]

    async def _work(self, lane: RunningLane) -> None:
        try:
            while (due := await lane.next(self.outbox, self.clock.now())) is not None:
                try:
                    await self._once(lane, due)
                finally:
                    lane.done(due)
        except Exception:  # noqa: BLE001  whatever it is, the other lanes' promises must be kept
            # What was in flight is still due, so it is found again; nobody waits for this task to hear of it.
            _LOG.exception("deliveries to %s stopped; trying again", lane.endpoint.id)
        if len(lane.workers) <= 1 and self._running.get(lane.endpoint.id) is lane:
            del self._running[lane.endpoint.id]

    async def _once(self, lane: RunningLane, due: DueDelivery) -> None:
        endpoint = lane.endpoint
        heard = await self._heard(endpoint, due.event)
        left = await self._noted(due.delivery, endpoint, heard)
        if left is None or left.status is EndpointStatus.DISABLED:
            lane.drop()
        else:
            lane.endpoint = left

    async def _heard(self, endpoint: WebhookEndpoint, event: Event) -> Heard:
        if endpoint.subscriber is not None:
            return await self._handed(endpoint, event)
        body = self.showing.envelope(event)
        at_s = (self.clock.now() - _EPOCH) // timedelta(seconds=1)
        try:
            headers = self.signing.headers(endpoint, event.id, body, at_s)
        except SealBroken:
            _LOG.error("the secret of webhook endpoint %s does not open: rotate it", endpoint.id)
            return Heard(silent=Silent.UNSIGNED)
        return await self.sender.send(Message(url=endpoint.url, headers=headers, body=body))

    async def _handed(self, endpoint: WebhookEndpoint, event: Event) -> Heard:
        handler = self.handlers.get(endpoint.id)
        if handler is None:
            return Heard(silent=Silent.NOT_CONNECTED)
        try:
            await handler(event)
        except Exception:  # noqa: BLE001  whatever strange code raises
            _LOG.exception("the subscriber %s failed; it is told again later", endpoint.subscriber)
            return Heard(silent=Silent.RAISED)
        return Heard(status=200)

    async def _noted(self, delivery: Delivery, known: WebhookEndpoint, heard: Heard) -> WebhookEndpoint | None:
        """Write down what came of a try; give the endpoint as it is now, `None` when it was deleted."""
        now = self.clock.now()
        noted = Update(after_try(delivery, known.url, heard, now, self.rules))
        endpoint: WebhookEndpoint | None = known
        for _ in range(_MOST_TRIES):
            judged = None if endpoint is None else self._judged(endpoint, heard, now)
            changes: list[Change] = [noted]
            if judged is not None and judged is not endpoint:
                changes.append(Update(judged))
            gave_up = judged is not None and endpoint is not None and judged.status is not endpoint.status
            if judged is not None and gave_up:
                changes += await self.notices.endpoint_disabled(judged, now)
            try:
                await self.commit(ChangeSet(tuple(changes)))
            except Conflict:
                if (await self.deliveries.delivery(delivery.scope, delivery.id)).version != delivery.version:
                    # Another process had the lane meanwhile, and has written down what came of its own try.
                    return await self._again(known)
                endpoint = await self._again(known)
                continue
            if judged is not None and gave_up:
                await self.forgetting.endpoints_changed(judged.scope)
            return judged
        return endpoint

    def _judged(self, endpoint: WebhookEndpoint, heard: Heard, now: datetime) -> WebhookEndpoint:
        if heard.is_success:
            return after_success(endpoint)
        return after_failure(endpoint, now, self.rules.disable_after, gone=heard.is_gone)

    async def _again(self, endpoint: WebhookEndpoint) -> WebhookEndpoint | None:
        try:
            return await self.endpoints.endpoint(endpoint.scope, endpoint.id)
        except NotFound:
            return None
