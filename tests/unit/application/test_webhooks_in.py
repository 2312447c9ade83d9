"""What a provider tells is verified, kept once, and makes us ask, whatever it claims."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace

import pytest

from tests.process import Process, World
from tests.unit.application.begun import begun
from zerofee.application.webhooks_in.apply_event import ApplyEvent
from zerofee.application.webhooks_in.receive_event import EventRefused, ReceiveEvent, VerificationUnavailable
from zerofee.domain.attempt import Attempt
from zerofee.domain.connection import Connection
from zerofee.domain.failure import FailureCode
from zerofee.domain.inbox import MOST_TRIES, InboxEvent, InboxState
from zerofee.domain.next_action import UssdPush
from zerofee.domain.outcome import ActionRequired, Declined, Paid
from zerofee.domain.payment import Payment
from zerofee.domain.payment_status import PaymentStatus
from zerofee.domain.ports.provider import CannotVerify, ForgedEvent, ProviderEvent, RawEvent
from zerofee.domain.ports.views import PageOf
from zerofee.testing.builders import SCOPE, an_order
from zerofee.testing.scripted_provider import Faulty

S = PaymentStatus
PUSH = ActionRequired(UssdPush("Approve it."))


@dataclass
class Door:
    """The two verbs over one process, and the connection that webhooks come to."""

    world: World
    process: Process
    apply: ApplyEvent = field(init=False)
    receive: ReceiveEvent = field(init=False)

    def __post_init__(self) -> None:
        store, process, clock = self.world.store, self.process, self.world.clock
        self.apply = ApplyEvent(store.inbox, store.commit, process.record_outcome, process.recover, clock)
        self.receive = ReceiveEvent(
            store.inbox, store.commit, self.world.providers, self.apply, clock, self.world.ids, redact=self.redact
        )

    @staticmethod
    def redact(text: str) -> str:
        """Take a secret out."""
        return text.replace("hush", "…")

    async def connection(self) -> Connection:
        """Give the connection of the first provider."""
        connections = await self.world.store.reads.connections(SCOPE)
        return next(connection for connection in connections if connection.provider_id == "scripted")

    async def hear(self, told: ProviderEvent, body: bytes = b"{}") -> InboxEvent | None:
        """Take a webhook that says `told`, and let it be applied."""
        self.world.provider.hears = told
        raw = RawEvent(body=body, headers={}, method="POST", url="https://pay.example/v1/webhooks/scripted")
        kept = await self.receive("scripted", (await self.connection()).id, raw)
        await self.apply.drain(5)
        return kept

    async def kept(self) -> list[InboxEvent]:
        """List what was kept, oldest first."""
        listed = await self.world.store.inbox.events_of(SCOPE.app_id, None, PageOf(limit=100))
        return sorted(listed.items, key=lambda event: event.id)

    async def waiting(self) -> tuple[Payment, Attempt]:
        """Make a payment whose customer is to act, and give its charge."""
        payment = await begun(self.world, self.process, PUSH)
        return payment, (await self.world.attempts(payment))[0]

    async def status(self, payment: Payment) -> PaymentStatus:
        """Say how the payment stands."""
        return (await self.world.payment(payment.id)).status


@pytest.fixture
def door(world: World, process: Process) -> Door:
    return Door(world, process)


def about(ours: str | None, **changes: object) -> ProviderEvent:
    """Give an event about an attempt."""
    return replace(ProviderEvent(event_id="evt-1", type="charge.paid", our_reference=ours), **changes)  # type: ignore[arg-type]


class TestKeeping:
    async def test_asks_and_believes_the_answer_alone(self, door: Door) -> None:
        """An event of any name makes us ask; what the provider says then decides."""
        payment, charge = await door.waiting()
        door.world.provider.will_say_when_asked(Declined(FailureCode.DECLINED))

        await door.hear(about(charge.id, type="charge.paid"))

        assert await door.status(payment) is S.FAILED
        [event] = await door.kept()
        assert (event.state, event.attempt_id, event.note) == (InboxState.APPLIED, charge.id, "The payment is failed.")

    @pytest.mark.parametrize("name", [lambda a: a.id, lambda a: a.provider_key], ids=["id", "provider key"])
    async def test_matches_by_our_names(self, door: Door, name: Callable[[Attempt], str]) -> None:
        payment, charge = await door.waiting()
        door.world.provider.will_say_when_asked(Paid)

        await door.hear(about(name(charge)))

        assert await door.status(payment) is S.SUCCEEDED

    async def test_keeps_one_of_each(self, door: Door) -> None:
        _, charge = await door.waiting()

        first, again = [await door.hear(about(charge.id)) for _ in range(2)]
        other = await door.hear(about(charge.id, event_id=None), b'{"another": 1}')

        assert (first is not None, again) == (True, None)
        assert other is not None
        assert len(await door.kept()) == 2

    async def test_tells_repeats_by_their_bytes_where_there_is_no_id(self, door: Door) -> None:
        _, charge = await door.waiting()
        nameless = about(charge.id, event_id=None)

        kept = [await door.hear(nameless, body) for body in (b"a", b"a", b"b")]

        assert [event is not None for event in kept] == [True, False, True]

    async def test_keeps_nothing_secret_and_nothing_that_a_store_cannot_hold(self, door: Door) -> None:
        _, charge = await door.waiting()
        details = {"intent": "pi_1", "secret_token": "t", "odd": "a\x00b"}

        await door.hear(about(charge.id, reference="a\x00b", type="\x00", details=details), b'{"key": "hush"}')

        [event] = await door.kept()
        assert (event.type, event.reference, dict(event.details)) == ("unreadable", None, {"intent": "pi_1"})
        assert event.body == b'{"key": "\xe2\x80\xa6"}'

    async def test_keeps_with_the_attempt_what_asking_will_need(self, door: Door) -> None:
        payment, charge = await door.waiting()
        door.world.provider.will_say_when_asked(PUSH)

        await door.hear(about(charge.id, details={"intent": "pi_1"}))

        assert (await door.world.attempts(payment))[0].details == {"intent": "pi_1"}

    async def test_ignores_what_names_nobody(self, door: Door) -> None:
        """WIN-7."""
        payment, _ = await door.waiting()

        await door.hear(about(None, type="dispute.created"))

        assert [event.state for event in await door.kept()] == [InboxState.IGNORED]
        assert await door.status(payment) is S.REQUIRES_ACTION


class TestRefusing:
    @pytest.mark.parametrize("fault", [ForgedEvent("no"), ForgedEvent("old", stale=True)])
    async def test_keeps_nothing_that_is_not_verified(self, door: Door, fault: Exception) -> None:
        await door.waiting()

        with pytest.raises(EventRefused):
            await self._refused(door, fault, b"{}")

        assert await door.kept() == []

    async def test_an_old_but_genuine_word_makes_us_ask(self, door: Door) -> None:
        """WIN-2: it is refused, and yet somebody knows something."""
        payment, charge = await door.waiting()
        door.world.provider.will_say_when_asked(Paid)

        with pytest.raises(EventRefused):
            await self._refused(door, ForgedEvent("old", stale=True), f'{{"id": "{charge.id}"}}'.encode())
        await door.apply.drain(5)

        assert await door.status(payment) is S.SUCCEEDED
        assert await door.kept() == []

    async def test_a_forged_word_makes_nobody_ask(self, door: Door) -> None:
        _, charge = await door.waiting()

        with pytest.raises(EventRefused):
            await self._refused(door, ForgedEvent("no"), f'{{"id": "{charge.id}"}}'.encode())
        await door.apply.drain(5)

        assert door.world.provider.called == []

    async def test_asks_the_sender_to_come_again_when_it_cannot_be_verified_now(self, door: Door) -> None:
        with pytest.raises(VerificationUnavailable):
            await self._refused(door, CannotVerify("no keys"), b"{}")

    async def _refused(self, door: Door, fault: Exception, body: bytes) -> None:
        door.world.provider.hears = fault
        raw = RawEvent(body=body, headers={}, method="POST", url="https://pay.example")
        await door.receive("scripted", (await door.connection()).id, raw)


class TestApplying:
    async def test_an_event_may_overtake_the_answer_that_it_is_about(self, door: Door) -> None:
        """WIN-5: the attempt is on disk since T1, so it is matched; and who sends it hears for itself."""
        heard: list[object] = []

        async def told_meanwhile(order: object) -> None:
            heard.append(await door.hear(about(getattr(order, "attempt_id", None))))

        door.world.provider.during = told_meanwhile
        payment = await door.process.create(an_order())

        assert payment.status is S.SUCCEEDED
        assert len(heard) == 1
        [event] = await door.kept()
        assert (event.state, event.note) == (InboxState.APPLIED, "The payment is pending.")
        assert [verb for verb, _ in door.world.provider.called] == ["charge"]

    async def test_tries_for_a_day_to_find_whom_it_is_about(self, door: Door) -> None:
        """WIN-5."""
        await door.hear(about("nobody's"))
        states = []

        for _ in range(30):
            door.world.clock.advance(3600)
            await door.apply.due()
            states.append((await door.kept())[0].state)

        assert states[0] is InboxState.NEW
        assert states[-1] is InboxState.UNMATCHED
        assert await door.apply.due() == 0

    async def test_gives_up_after_many_faults_and_can_be_replayed(
        self, door: Door, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """WIN-4."""
        payment, charge = await door.waiting()
        with monkeypatch.context() as patch:
            patch.setattr(type(door.process.record_outcome), "read", _broken)
            await door.hear(about(charge.id))
            for _ in range(MOST_TRIES):
                door.world.clock.advance(3600)
                await door.apply.due()
        dead = (await door.kept())[0]
        door.world.provider.will_say_when_asked(Paid)

        replayed = await door.apply.replay(SCOPE.app_id, dead.id)

        assert (dead.state, dead.tries, dead.note) == (InboxState.DEAD, MOST_TRIES, "RuntimeError")
        assert replayed.state is InboxState.APPLIED
        assert await door.status(payment) is S.SUCCEEDED

    async def test_an_adapter_that_fails_when_asked_loses_nothing(self, door: Door) -> None:
        payment, charge = await door.waiting()
        door.world.provider.will_say_when_asked(Faulty(RuntimeError("a bug")))

        await door.hear(about(charge.id))

        assert await door.status(payment) is S.REQUIRES_ACTION
        assert (await door.kept())[0].state is InboxState.APPLIED


async def _broken(*_: object) -> Awaitable[None]:
    raise RuntimeError("broken")
