"""Events on their way to receivers that fail, hang, move and come back, on a clock that is told the time."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest

from tests.unit.application.quiet import Quiet
from zerofee.adapters.memory.clock import CountingIds, ToldClock
from zerofee.adapters.memory.store import MemoryStore
from zerofee.application.webhooks_out.addressed_commit import AddressedCommit
from zerofee.application.webhooks_out.bell import Bell
from zerofee.application.webhooks_out.deliver import Deliver
from zerofee.application.webhooks_out.lane import IN_FLIGHT
from zerofee.application.webhooks_out.notices import Notices
from zerofee.domain.change_set import ChangeSet, Insert, Update
from zerofee.domain.delivery import Delivery, DeliveryRules, DeliveryStatus, Heard, Silent
from zerofee.domain.endpoint import DisabledBecause, EndpointStatus, WebhookEndpoint
from zerofee.domain.event import Event
from zerofee.domain.ids import EndpointId, EventId
from zerofee.domain.letter import LetterKind
from zerofee.domain.ports.sender import Message
from zerofee.domain.ports.vault import SealBroken, Secret
from zerofee.domain.ports.views import PageOf
from zerofee.testing.builders import ENDPOINT_ID, SCOPE, a_user, an_app, an_endpoint, an_event

OK = Heard(status=200)
DOWN = Heard(silent=Silent.NOT_CONNECTED)
HOUR_S = 3600

Answer = Callable[[Message], Heard]


@dataclass
class Receivers:
    """Answers for each URL as it is told, keeps what it was sent, and holds back what a test wants held."""

    answers: dict[str, Heard] = field(default_factory=dict)
    sent: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    held: set[str] = field(default_factory=set)
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    under_way: Counter[str] = field(default_factory=Counter)
    most: Counter[str] = field(default_factory=Counter)

    async def refuse(self, url: str) -> None:
        """Let everything pass."""

    async def send(self, message: Message) -> Heard:
        """Take a message."""
        url = message.url
        self.under_way[url] += 1
        self.most[url] = max(self.most[url], self.under_way[url])
        self.sent[url].append(message.headers["webhook-id"])
        await asyncio.sleep(0)
        if url in self.held:
            await self.gate.wait()
        self.under_way[url] -= 1
        return self.answers.get(url, OK)


class PlainSigning:
    """Signs with nothing but the id, and opens what is not marked as broken."""

    def make(self) -> Secret:
        return Secret("whsec_")

    def seal(self, endpoint: WebhookEndpoint, secret: Secret) -> bytes:
        return b"sealed"

    def headers(self, endpoint: WebhookEndpoint, message_id: str, body: bytes, at_s: int) -> Mapping[str, str]:
        if endpoint.sealed == b"broken":
            raise SealBroken
        return {"webhook-id": message_id, "webhook-timestamp": str(at_s)}


class PlainEvents:
    """Shows an event by its data."""

    def envelope(self, event: Event) -> bytes:
        return event.data


class World:
    """One store, and as many processes that deliver as a test wants."""

    def __init__(self) -> None:
        self.store = MemoryStore()
        self.clock = ToldClock()
        self.ids = CountingIds()
        self.bell = Bell()
        self.receivers = Receivers()
        self.commit = AddressedCommit(self.store.commit, self.store.outbox, self.bell, self.ids)
        self.deliver = self.process("boot-1")
        self.told = 0

    def process(self, boot_id: str) -> Deliver:
        return Deliver(
            outbox=self.store.outbox,
            endpoints=self.store.outbox,
            deliveries=self.store.outbox,
            commit=self.commit,
            sender=self.receivers,
            signing=PlainSigning(),
            showing=PlainEvents(),
            notices=Notices(self.store.apps, self.store.accounts, self.ids),
            forgetting=Quiet(),
            clock=self.clock,
            boot_id=boot_id,
            rules=DeliveryRules(),
        )

    async def open(self, *endpoints: WebhookEndpoint) -> None:
        await self.commit(ChangeSet((Insert(a_user()), Insert(an_app()), *map(Insert, endpoints))))

    async def happen(self, count: int = 1) -> list[EventId]:
        """Let so many events happen now, and give their ids."""
        events = []
        for _ in range(count):
            self.told += 1
            event = an_event(id=self.ids.new(EventId), sequence=self.told, created_at=self.clock.now())
            await self.commit(ChangeSet((Insert(event),)))
            events.append(event.id)
        return events

    async def pass_time(self, seconds: int, step_s: int = 60) -> None:
        """Let time pass, delivering what is due all the while."""
        until = self.clock.now() + timedelta(seconds=seconds)
        while self.clock.now() < until:
            self.clock.advance(step_s)
            await self.deliver.all_due()

    async def deliveries(self, endpoint_id: EndpointId = ENDPOINT_ID) -> tuple[Delivery, ...]:
        return (await self.store.outbox.deliveries(SCOPE, endpoint_id, None, PageOf(limit=1000))).items

    async def endpoint(self, endpoint_id: EndpointId = ENDPOINT_ID) -> WebhookEndpoint:
        return await self.store.outbox.endpoint(SCOPE, endpoint_id)


@pytest.fixture
def world() -> World:
    return World()


URL = an_endpoint().url


async def test_no_endpoint_makes_no_delivery(world: World) -> None:
    await world.open()
    await world.happen()

    assert await world.deliver.all_due() == 0
    assert await world.deliveries() == ()


async def test_an_endpoint_hears_of_an_event_once(world: World) -> None:
    await world.open(an_endpoint())
    [event_id] = await world.happen()

    await world.deliver.all_due()
    await world.pass_time(HOUR_S)

    assert world.receivers.sent[URL] == [event_id]
    [delivery] = await world.deliveries()
    assert (delivery.status, delivery.tries[0].status) == (DeliveryStatus.DELIVERED, 200)


async def test_a_receiver_that_was_down_for_an_hour_gets_everything_once_afterwards(world: World) -> None:
    """By `webhook-id`: what it answered 2xx is not sent to it again."""
    await world.open(an_endpoint())
    world.receivers.answers[URL] = DOWN
    happened = []
    for _ in range(60):
        happened += await world.happen(2)
        await world.pass_time(60)

    world.receivers.answers[URL] = OK
    world.receivers.sent.clear()
    await world.pass_time(6 * HOUR_S)

    assert sorted(world.receivers.sent[URL]) == sorted(happened)
    assert {delivery.status for delivery in await world.deliveries()} == {DeliveryStatus.DELIVERED}
    assert (await world.endpoint()).failing_since is None


@pytest.mark.parametrize("heard", [Heard(status=500), Heard(status=302), Heard(silent=Silent.TIMED_OUT), DOWN])
async def test_a_receiver_that_fails_is_tried_ten_times_and_then_given_up(world: World, heard: Heard) -> None:
    await world.open(an_endpoint())
    world.receivers.answers[URL] = heard
    [event_id] = await world.happen()

    await world.deliver.all_due()
    await world.pass_time(90 * HOUR_S, step_s=300)

    assert world.receivers.sent[URL] == [event_id] * 10
    assert [delivery.status for delivery in await world.deliveries()] == [DeliveryStatus.FAILED]


async def test_a_receiver_that_fails_for_days_is_disabled_and_its_owner_told(world: World) -> None:
    await world.open(an_endpoint())
    world.receivers.answers[URL] = Heard(status=500)
    for _ in range(6):
        await world.happen()
        await world.pass_time(24 * HOUR_S, step_s=900)

    endpoint = await world.endpoint()
    letters = await world.store.accounts.due_letters(world.clock.now(), world.clock.now(), 9)

    assert (endpoint.status, endpoint.disabled_because) == (EndpointStatus.DISABLED, DisabledBecause.FAILING)
    assert [letter.kind for letter in letters] == [LetterKind.ENDPOINT_DISABLED]
    sent = len(world.receivers.sent[URL])
    await world.happen()
    await world.pass_time(24 * HOUR_S, step_s=900)
    assert len(world.receivers.sent[URL]) == sent


async def test_a_receiver_that_is_gone_is_disabled_at_once(world: World) -> None:
    await world.open(an_endpoint())
    world.receivers.answers[URL] = Heard(status=410)
    await world.happen(8)

    await world.deliver.all_due()

    assert (await world.endpoint()).disabled_because is DisabledBecause.GONE
    assert len(world.receivers.sent[URL]) <= IN_FLIGHT


async def test_a_receiver_that_hangs_holds_up_nobody_else(world: World) -> None:
    other = an_endpoint(id=EndpointId("whe_other"), url="https://other.example")
    await world.open(an_endpoint(), other)
    world.receivers.held.add(URL)
    await world.happen(20)

    await world.deliver.due()
    for _ in range(200):
        await asyncio.sleep(0)

    assert len(world.receivers.sent[other.url]) == 20
    assert world.receivers.most[URL] == len(world.receivers.sent[URL]) == IN_FLIGHT
    world.receivers.gate.set()
    await world.deliver.finished()
    assert len(world.receivers.sent[URL]) == 20


async def test_one_slow_answer_leaves_the_other_places_free(world: World) -> None:
    await world.open(an_endpoint())
    world.receivers.held.add(URL)
    await world.happen()
    await world.deliver.due()
    await asyncio.sleep(0.01)
    world.receivers.held.clear()

    await world.happen(5)
    await world.deliver.due()
    for _ in range(100):
        await asyncio.sleep(0)

    assert len(world.receivers.sent[URL]) == 6
    world.receivers.gate.set()
    await world.deliver.finished()


async def test_two_processes_do_not_send_the_same(world: World) -> None:
    await world.open(an_endpoint())
    await world.happen(30)
    other = world.process("boot-2")

    await asyncio.gather(world.deliver.all_due(), other.all_due())

    assert Counter(world.receivers.sent[URL]).most_common(1)[0][1] == 1
    assert len(world.receivers.sent[URL]) == 30


async def test_a_dead_process_leaves_its_lane_to_the_next_when_its_lease_ends(world: World) -> None:
    await world.open(an_endpoint())
    await world.store.outbox.claim(an_endpoint(), "dead", world.clock.now(), world.clock.now() + timedelta(seconds=60))
    [event_id] = await world.happen()

    await world.deliver.all_due()
    assert world.receivers.sent[URL] == []
    world.clock.advance(61)
    await world.deliver.all_due()

    assert world.receivers.sent[URL] == [event_id]


async def test_a_stopped_process_gives_its_lanes_back(world: World) -> None:
    await world.open(an_endpoint())
    await world.happen()
    await world.deliver.all_due()
    await world.deliver.drain(1)
    [event_id] = await world.happen()

    await world.process("boot-2").all_due()

    assert world.receivers.sent[URL][-1] == event_id


async def test_what_an_endpoint_does_not_want_makes_no_delivery(world: World) -> None:
    await world.open(an_endpoint(events=("refund.*",)))
    await world.happen()

    assert await world.deliveries() == ()


async def test_an_endpoint_that_was_changed_meanwhile_keeps_the_change(world: World) -> None:
    """The failure is counted on top of what the app has written, and nothing is lost."""
    await world.open(an_endpoint())
    world.receivers.answers[URL] = Heard(status=500)
    world.receivers.held.add(URL)
    await world.happen()
    await world.deliver.due()
    await asyncio.sleep(0.01)
    await world.commit(ChangeSet((Update(replace(an_endpoint(), description="mine", version=2)),)))

    world.receivers.gate.set()
    await world.deliver.finished()

    endpoint = await world.endpoint()
    assert (endpoint.description, endpoint.failures) == ("mine", 1)


async def test_a_secret_that_does_not_open_is_a_failed_try_and_sends_nothing(world: World) -> None:
    await world.open(an_endpoint(sealed=b"broken"))
    await world.happen()

    await world.deliver.all_due()

    [delivery] = await world.deliveries()
    assert delivery.tries[0].silent is Silent.UNSIGNED
    assert world.receivers.sent[URL] == []
