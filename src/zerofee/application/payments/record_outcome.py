"""The one door by which an outcome enters: an answer, a webhook and an asking are witnesses of one fact."""

import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from zerofee.application.publishing import Publishing
from zerofee.application.rules import PaymentRules
from zerofee.domain.attempt import Attempt, AttemptDraft, AttemptKind, AttemptState
from zerofee.domain.change_set import Change, ChangeSet, Conflict, ConflictKind, Finish, Insert, Update
from zerofee.domain.hearing import Moment
from zerofee.domain.idempotency import Answer
from zerofee.domain.ids import AttemptId
from zerofee.domain.operating import settle_operation
from zerofee.domain.outcome import Declined, NotSent, Outcome, Proceed, Refused
from zerofee.domain.payment import Payment
from zerofee.domain.plan import Plan
from zerofee.domain.ports.clock import Clock, Ids
from zerofee.domain.ports.provider import Providers
from zerofee.domain.ports.showing import Showing, Shown
from zerofee.domain.ports.store import Commit, Reads, StorageUnavailable
from zerofee.domain.refund import Refund
from zerofee.domain.refunding import settle_refund
from zerofee.domain.scope import Scope
from zerofee.domain.settling import settle_charge
from zerofee.domain.withdrawal import Withdrawal

_LOG: Final = logging.getLogger(__name__)
_MOST_TRIES: Final = 6
_CALL_TIMEOUT_S: Final = 20
_ABSENCE_FINAL_AFTER_S: Final = 900
# Only after these may an attempt follow, so only for these is one drafted.
_MAY_OPEN: Final = (NotSent, Refused, Declined, Proceed)
_FOLDERS: Final[Mapping[type[Shown], str]] = {Payment: "payments", Refund: "refunds", Withdrawal: "withdrawals"}
_CREATES: Final = frozenset({AttemptKind.CHARGE, AttemptKind.REFUND, AttemptKind.PAYOUT})


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """An attempt and all that it is about, as last read or written."""

    payment: Payment
    attempt: Attempt
    charge: Attempt | None = None
    refund: Refund | None = None

    @property
    def charged(self) -> Attempt:
        """Give the attempt that holds the money: a charge is its own."""
        return self.charge or self.attempt

    def after(self, plan: Plan) -> "Known":
        """Go on from a committed plan: what it wrote, and the attempt that it opened."""
        written = {attempt.id: attempt for attempt in _attempts_of(plan)}
        attempt = plan.opened or written.get(self.attempt.id, self.attempt)
        charge = None
        if attempt.kind is not AttemptKind.CHARGE and self.charge is not None:
            charge = written.get(self.charge.id, self.charge)
        return Known(payment=plan.payment, attempt=attempt, charge=charge, refund=plan.refund or self.refund)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """What is on disk now. `opened`: an attempt that the caller must send, since its plan opened it."""

    known: Known
    opened: Attempt | None = None


@dataclass(frozen=True, slots=True)
class RecordOutcome:
    """Decides what an outcome means, and writes it down; nothing here ever calls a provider."""

    commit: Commit
    reads: Reads
    providers: Providers
    publishing: Publishing
    showing: Showing
    clock: Clock
    ids: Ids
    rules: PaymentRules

    async def __call__(self, known: Known, outcome: Outcome, *, asked: bool, until: datetime | None) -> Recorded:
        """
        Record what was heard of `known.attempt`.

        `asked`: it was heard by asking. `until`: no further provider is tried later than this; `None` for no bound.
        A lost race is decided again from what is stored, never sent again. Old news changes nothing.

        Raises `StorageUnavailable` when it could not be written down within the rules' patience.
        """
        give_up_at = self.clock.now() + self.rules.record_patience
        for _ in range(_MOST_TRIES):
            plan = self._plan(known, outcome, asked=asked, until=until)
            if plan is None:
                return Recorded(known=known)
            changes = await self.publishing(plan, self.clock.now(), *self._answer(known, plan))
            conflict = await self.written(changes, give_up_at)
            if conflict is None:
                _alarm(known.payment, plan.payment)
                return Recorded(known=known.after(plan), opened=plan.opened)
            if conflict is ConflictKind.UNIQUE:
                # Something else of the payment's is in flight: nothing more is sent before that has ended.
                until = self.clock.now()
            known = await self.read(known.attempt.scope, known.attempt.id)
        raise StorageUnavailable

    async def read(self, scope: Scope, attempt_id: AttemptId) -> Known:
        """Read an attempt with all that it is about; raise `NotFound` when there is none."""
        attempt = await self.reads.attempt(scope, attempt_id)
        payment = await self.reads.payment(scope, attempt.of_payment)
        charge = refund = None
        if attempt.kind is not AttemptKind.CHARGE and payment.charge_id is not None:
            charge = await self.reads.attempt(scope, payment.charge_id)
        if attempt.refund_id is not None:
            refund = await self.reads.refund(scope, attempt.refund_id)
        return Known(payment=payment, attempt=attempt, charge=charge, refund=refund)

    def draft(self, now: datetime, provider_id: str | None) -> AttemptDraft:
        """Draft a further attempt, with the call's deadline of the provider that would take it."""
        capabilities = self.providers.capabilities(provider_id) if provider_id else None
        timeout_s = capabilities.call_timeout_s if capabilities else _CALL_TIMEOUT_S
        return AttemptDraft(
            id=self.ids.new(AttemptId),
            provider_key=self.ids.key(),
            boot_id=self.rules.boot_id,
            deadline_at=now + timedelta(seconds=timeout_s),
        )

    def _plan(self, known: Known, outcome: Outcome, *, asked: bool, until: datetime | None) -> Plan | None:
        moment = self.moment(known.attempt, asked=asked)
        if isinstance(outcome, _MAY_OPEN):
            moment = self._with_next_try(moment, _next_provider(known, outcome), until)
        if known.refund is not None:
            return settle_refund(known.payment, known.refund, known.attempt, outcome, moment)
        if known.attempt.kind is AttemptKind.CHARGE:
            return settle_charge(known.payment, known.attempt, outcome, moment)
        return settle_operation(known.payment, known.charged, known.attempt, outcome, moment)

    def moment(self, attempt: Attempt, *, asked: bool) -> Moment:
        """Say what the world adds now to a decision about an attempt."""
        capabilities = self.providers.capabilities(attempt.provider_id)
        return Moment(
            now=self.clock.now(),
            rules=self.rules.ask,
            asked=asked,
            absence_final_after_s=capabilities.absence_final_after_s if capabilities else _ABSENCE_FINAL_AFTER_S,
        )

    def _with_next_try(self, moment: Moment, provider_id: str, until: datetime | None) -> Moment:
        draft = self.draft(moment.now, provider_id)
        return replace(moment, next_try=draft) if until is None or draft.deadline_at <= until else moment

    def _answer(self, known: Known, plan: Plan) -> tuple[Change, ...]:
        """Answer the request that opened this attempt, with the first that is heard and leaves it to no other."""
        attempt = known.attempt
        if attempt.claim_id is None or attempt.state is not AttemptState.SENDING:
            return ()
        if plan.opened is not None and plan.opened.claim_id == attempt.claim_id:
            return ()
        if attempt.kind is AttemptKind.CHARGE and plan.payment.hosted_url is not None:
            # Who paid on the page is told what the page tells, and no more of the app's payment.
            answer = Answer(status=200, body=self.showing.show_on_page(plan.payment))
        else:
            answer = answer_of(attempt.kind, plan.refund or plan.payment, self.showing.show)
        return (Finish(attempt.claim_id, answer, self.clock.now()),)

    async def written(self, changes: ChangeSet, give_up_at: datetime) -> ConflictKind | None:
        """Commit, with patience while the storage is away; give what a race was lost by."""
        while True:
            try:
                await self.commit(changes)
            except Conflict as conflict:
                return conflict.kind
            except StorageUnavailable:
                if self.clock.now() >= give_up_at:
                    raise
                await self.clock.sleep(1)
            else:
                return None


def _alarm(before: Payment, after: Payment) -> None:
    """Raise the operator's alarm, once for each reason why a person must look."""
    if after.attention is not None and after.attention != before.attention:
        _LOG.error("payment %s needs a person: %s", after.id, after.attention)


def _attempts_of(plan: Plan) -> Iterator[Attempt]:
    for change in plan.changes:
        if isinstance(change, Insert | Update) and isinstance(change.value, Attempt):
            yield change.value


def _next_provider(known: Known, outcome: Outcome) -> str:
    """Say who would be called next: the same one in a flow of several calls, else the next candidate."""
    candidate = known.payment.candidate
    if isinstance(outcome, Proceed) or candidate is None:
        return known.attempt.provider_id
    return candidate.provider_id


def answer_of(kind: AttemptKind, shown: Shown, show: Callable[[Shown], bytes]) -> Answer:
    """Say how a request of this kind is answered: 201 for what it made, 200 for what it changed."""
    if kind not in _CREATES:
        return Answer(status=200, body=show(shown))
    return Answer(status=201, body=show(shown), location=f"/v1/{_FOLDERS[type(shown)]}/{shown.id}")
