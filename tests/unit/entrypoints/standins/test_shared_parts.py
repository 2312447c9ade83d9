"""What all stand-ins share: switches, book, handset, webhooks, and the ports they listen on."""

import json
import socket
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from zerofee.adapters.http.exchange import HttpCall, HttpReply, Silence
from zerofee.adapters.memory.clock import ToldClock
from zerofee.domain.currency import Currency
from zerofee.domain.money import Money
from zerofee.entrypoints.standins import hub2
from zerofee.entrypoints.standins.app import KINDS, Standins, create_standins, serving
from zerofee.entrypoints.standins.book import Book, Entry, Kind
from zerofee.entrypoints.standins.direct import DirectSend
from zerofee.entrypoints.standins.faults import Failing, Faults, FaultSwitch
from zerofee.entrypoints.standins.handset import PromptState, Verdict
from zerofee.entrypoints.standins.limits import Window, Windows
from zerofee.entrypoints.standins.webhooks import Webhook, WebhookSender

MONEY = Money(5000, Currency("XOF"))
CHARGE = Entry(kind=Kind.CHARGE, id="pay_1", reference="att_1", money=MONEY, status="created")


@dataclass
class Listener:
    arrived: list[str] = field(default_factory=list)
    verdicts: list[Verdict] = field(default_factory=list)

    async def post(self, webhook: Webhook) -> int:
        self.arrived.append(webhook.url)
        return 200

    async def decide(self, verdict: Verdict) -> None:
        self.verdicts.append(verdict)


@pytest.fixture
def listener() -> Listener:
    return Listener()


@pytest.fixture
def standins(listener: Listener) -> Standins:
    return create_standins(ToldClock(), post=listener.post, kinds=(hub2.STANDIN,))


@pytest.fixture
def send(standins: Standins) -> DirectSend:
    urls = {name: world.url for name, world in standins.worlds.items()}
    return DirectSend({urls.get(name, f"http://{name}"): app for name, app in standins.apps.items()})


async def talk(send: DirectSend, method: str, url: str, body: object = None) -> Any:  # noqa: ANN401  # any JSON
    call = HttpCall(
        method=method,
        url=url,
        headers={"content-type": "application/json"},
        body=b"" if body is None else json.dumps(body).encode(),
    )
    reply = await send(call)
    assert isinstance(reply, HttpReply)
    assert reply.status < 300, reply.body
    return json.loads(reply.body)


def free_port() -> int:
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        port: int = asked.getsockname()[1]
        return port


def a_webhook(name: str) -> Webhook:
    return Webhook(url=name, headers={}, body=b"{}")


def test_every_stand_in_has_a_name_and_a_port_of_its_own(listener: Listener) -> None:
    standins = create_standins(ToldClock(), post=listener.post)

    assert "hub2" in standins.apps
    assert "phone" in standins.apps
    assert len(set(standins.ports.values())) == len(standins.apps) == len(KINDS) + 1


async def test_breaks_and_mends_a_stand_in_over_http(send: DirectSend, standins: Standins) -> None:
    url = standins.url("hub2")

    broken = await talk(send, "PUT", f"{url}/_faults", {"failing": "cut_before", "times": 2})
    assert broken["failing"] == "cut_before"
    assert [type(await send(HttpCall(method="GET", url=f"{url}/balance"))) for _ in range(3)] == [
        Silence,
        Silence,
        HttpReply,
    ]
    assert await talk(send, "GET", f"{url}/_faults") == broken
    assert (await talk(send, "DELETE", f"{url}/_faults"))["failing"] == "none"


@pytest.mark.parametrize("faults", [{"failing": "sideways"}, {"slow": 1}, {"slow_ms": "1"}, []])
async def test_refuses_faults_that_it_does_not_know(send: DirectSend, standins: Standins, faults: object) -> None:
    call = HttpCall(method="PUT", url=f"{standins.url('hub2')}/_faults", body=json.dumps(faults).encode())

    reply = await send(call)

    assert isinstance(reply, HttpReply)
    assert reply.status == 400


@pytest.mark.parametrize(
    ("faults", "calls", "struck"),
    [
        (Faults(), [("GET", "/a")], [Failing.NONE]),
        (
            Faults(failing=Failing.ERROR_AFTER, path="/a"),
            [("GET", "/a/1"), ("GET", "/b")],
            [Failing.ERROR_AFTER, Failing.NONE],
        ),
        (
            Faults(failing=Failing.CUT_AFTER, method="POST", times=1),
            [("GET", "/a"), ("POST", "/a"), ("POST", "/a")],
            [Failing.NONE, Failing.CUT_AFTER, Failing.NONE],
        ),
    ],
)
def test_strikes_the_calls_that_are_meant(faults: Faults, calls: list[tuple[str, str]], struck: list[Failing]) -> None:
    switch = FaultSwitch(faults)

    assert [switch.strike(method, path) for method, path in calls] == struck


async def test_gives_up_on_a_stand_in_that_is_too_slow(send: DirectSend, standins: Standins) -> None:
    standins.worlds["hub2"].switch.set(Faults(slow_ms=60_000))

    reply = await send(HttpCall(method="GET", url=f"{standins.url('hub2')}/balance", timeout_s=1))

    assert reply == Silence("no answer in time")


async def test_shows_the_book(send: DirectSend, standins: Standins) -> None:
    book = standins.worlds["hub2"].book
    book.write(CHARGE)
    book.change("pay_1", "successful", moved=True)

    shown = await talk(send, "GET", f"{standins.url('hub2')}/_book?reference=att_1")

    assert shown == {
        "data": [
            {
                "kind": "charge",
                "id": "pay_1",
                "reference": "att_1",
                "amount": 5000,
                "currency": "XOF",
                "status": "successful",
                "moved": True,
                "charge_id": None,
            }
        ]
    }
    assert await talk(send, "GET", f"{standins.url('hub2')}/_book?reference=att_2") == {"data": []}


def test_counts_a_double_charge_as_two() -> None:
    book = Book()
    book.write(CHARGE)
    book.change("pay_1", "successful", moved=True)
    book.write(Entry(kind=Kind.CHARGE, id="pay_2", reference="att_1", money=MONEY, status="successful", moved=True))
    book.write(Entry(kind=Kind.REFUND, id="ref_1", reference="att_1", money=MONEY, status="pending"))

    assert [entry.id for entry in book.moved(Kind.CHARGE, "att_1")] == ["pay_1", "pay_2"]
    assert book.moved(Kind.REFUND) == ()
    with pytest.raises(KeyError):
        book.change("pay_9", "successful")


@pytest.mark.parametrize(
    ("button", "verdict", "state"),
    [
        ("approve", Verdict(approved=True), "approved"),
        ("decline", Verdict(approved=False), "declined"),
        ("decline?reason=timeout", Verdict(approved=False, reason="timeout"), "declined"),
    ],
)
async def test_plays_the_handset_over_http(
    send: DirectSend, standins: Standins, listener: Listener, button: str, verdict: Verdict, state: str
) -> None:
    standins.handset.ask(provider="hub2", phone="+225070", text="Pay?", money=MONEY, on_verdict=listener.decide)
    (prompt,) = (await talk(send, "GET", "http://phone/prompts?phone=225070"))["data"]
    assert (prompt["state"], prompt["amount"], prompt["currency"]) == ("waiting", 5000, "XOF")

    decided = await talk(send, "POST", f"http://phone/prompts/{prompt['id']}/{button}")
    again = await talk(send, "POST", f"http://phone/prompts/{prompt['id']}/approve")

    assert (decided["state"], again["state"]) == (state, state)
    assert listener.verdicts == [verdict]


async def test_shows_a_person_what_is_on_the_screen(send: DirectSend, standins: Standins, listener: Listener) -> None:
    text = "<b>Pay?</b>"
    prompt = standins.handset.ask(provider="hub2", phone="+225070", text=text, money=MONEY, on_verdict=listener.decide)
    browser = {"accept": "text/html"}

    page = await send(HttpCall(method="GET", url="http://phone/", headers=browser))
    pressed = await send(HttpCall(method="POST", url=f"http://phone/prompts/{prompt.id}/approve", headers=browser))

    assert isinstance(page, HttpReply)
    assert "&lt;b&gt;Pay?&lt;/b&gt;" in page.body.decode()
    assert "5000 XOF" in page.body.decode()
    assert isinstance(pressed, HttpReply)
    assert pressed.headers["location"] == "/"
    assert listener.verdicts == [Verdict(approved=True)]


async def test_knows_no_prompt_that_never_was(send: DirectSend) -> None:
    reply = await send(HttpCall(method="POST", url="http://phone/prompts/none/approve"))

    assert isinstance(reply, HttpReply)
    assert reply.status == 404


async def test_gives_a_code_that_is_good_once_and_not_for_ever(send: DirectSend, standins: Standins) -> None:
    handset = standins.handset
    first = (await talk(send, "POST", "http://phone/dial", {"provider": "hub2", "phone": "+225070"}))["code"]

    assert not handset.use_code("pawapay", "+225070", first)
    assert not handset.use_code("hub2", "+225071", first)
    assert handset.use_code("hub2", "225070", first)
    assert not handset.use_code("hub2", "225070", first)
    assert handset.prompts()[0].state is PromptState.USED

    late = handset.send_code(provider="hub2", phone="+225070", text="Code:")
    clock = handset.clock
    assert isinstance(clock, ToldClock)
    clock.advance(601)
    assert not handset.use_code("hub2", "+225070", late)


async def test_sends_webhooks_twice_when_told_to(listener: Listener) -> None:
    sender = WebhookSender(listener.post, FaultSwitch(Faults(duplicate_webhooks=True)))

    sender.send(a_webhook("first"))
    await sender.drain()

    assert listener.arrived == ["first", "first"]
    assert [sent.status for sent in sender.sent] == [200, 200]


async def test_sends_the_later_webhook_first_when_told_to(listener: Listener) -> None:
    sender = WebhookSender(listener.post, FaultSwitch(Faults(reorder_webhooks=True)))

    sender.send(a_webhook("first"))
    sender.send(a_webhook("second"))
    await sender.drain()
    await sender.close()

    assert listener.arrived == ["second", "first"]


def test_counts_calls_in_a_window_that_slides() -> None:
    windows, clock = Windows(), ToldClock()
    window = Window(2, 5)

    assert [windows.allow("a", window, clock.now()) for _ in range(3)] == [True, True, False]
    assert windows.allow("b", window, clock.now())
    assert windows.allow("a", window, clock.advance(5))


async def test_listens_on_every_port_and_cuts_a_real_connection(listener: Listener) -> None:
    names = [*(kind.name for kind in KINDS), "phone"]
    sockets = {name: socket.create_server(("127.0.0.1", 0)) for name in names}
    ports = {name: taken.getsockname()[1] for name, taken in sockets.items()}
    standins = create_standins(ToldClock(), post=listener.post, ports=ports)
    async with serving(standins, sockets), httpx.AsyncClient() as client:
        answered = [await client.get(f"http://127.0.0.1:{port}/") for port in ports.values()]
        standins.worlds["hub2"].switch.set(Faults(failing=Failing.CUT_AFTER))
        with pytest.raises(httpx.RemoteProtocolError):
            await client.get(f"{standins.url('hub2')}/balance")

    assert all(answer.status_code < 500 for answer in answered)
