"""
What every provider promises, as tests: subclass, and give a fixture `scene` that yields a `ProviderScene`.

What a suite does not prove is written on top of it: the meaning of each of the provider's own words.
"""

import re
from dataclasses import replace
from typing import Final

import pytest

from zerofee.adapters.http.exchange import HttpCall, HttpReply, Silence
from zerofee.adapters.provider_kind import CredentialsInvalid
from zerofee.domain.capabilities import Operation
from zerofee.domain.failure import FailureCode
from zerofee.domain.method import METHODS
from zerofee.domain.outcome import Absent, Declined, NotSent, Outcome, Paid, Refused, Unknown
from zerofee.domain.ports.provider import ForgedEvent, RawEvent
from zerofee.domain.ports.vault import Secret
from zerofee.testing.provider_scene import ProviderScene, a_payout_of, a_refund_of, an_operation_on, kept

_ID: Final = re.compile(r"[a-z][a-z0-9_]{1,30}")
_LONGEST_CALL_S: Final = 30
UNREADABLE: Final = (
    HttpReply(status=200, body=b""),
    HttpReply(status=200, body=b"<html>Bad gateway</html>"),
    HttpReply(status=200, body=b'{"id": 7, "status": ["?"]}'),
    HttpReply(status=200, body=b'{"status": "a word of next year"}'),
    HttpReply(status=500, body=b"{}"),
    HttpReply(status=503, body=b"\xff\x00"),
)


class ProviderContract:
    """Promises of every provider, whether it calls anybody or not."""

    def test_says_what_it_can_do_in_words_of_ours(self, scene: ProviderScene) -> None:
        can = scene.kind.capabilities

        assert _ID.fullmatch(can.provider_id)
        assert can.name.strip()
        assert can.flows
        assert {flow.method for flow in can.flows} <= set(METHODS)
        assert can.environments
        assert 0 < can.call_timeout_s <= _LONGEST_CALL_S
        assert can.absence_final_after_s >= 0
        assert len({field.name for field in can.credentials}) == len(can.credentials)

    def test_hints_at_credentials_and_tells_none(self, scene: ProviderScene) -> None:
        given = scene.opening.credentials
        secret = {field.name for field in scene.kind.capabilities.credentials if field.secret}

        shown = scene.kind.hints(given)

        assert set(shown) <= set(given)
        for name in secret & set(given):
            assert given[name].reveal() not in shown.get(name, "")

    def test_names_the_credential_that_is_missing_or_unknown(self, scene: ProviderScene) -> None:
        needed = [field.name for field in scene.kind.capabilities.credentials if field.required]
        given = scene.opening.credentials
        wrong = [({name: value for name, value in given.items() if name != lost}, lost) for lost in needed]
        if given:
            wrong.append(({**given, "no_such_field": Secret("x")}, "no_such_field"))

        for credentials, named in wrong:
            with pytest.raises(CredentialsInvalid) as refused:
                scene.kind.hints(credentials)
            assert refused.value.field == named

    def test_tells_no_secret_when_it_is_shown(self, scene: ProviderScene) -> None:
        secret = {field.name for field in scene.kind.capabilities.credentials if field.secret}

        shown = repr(scene.open())

        for name in secret & set(scene.opening.credentials):
            assert scene.opening.credentials[name].reveal() not in shown

    async def test_takes_a_payment_once(self, scene: ProviderScene) -> None:
        provider = scene.open()

        _, outcome = await scene.paid(provider)

        assert isinstance(outcome, Paid)
        assert outcome.money == scene.order.money
        assert list(scene.moved()) == [scene.order.money]

    async def test_asking_moves_nothing_and_says_the_same_again(self, scene: ProviderScene) -> None:
        provider = scene.open()
        order, _ = await scene.paid(provider)

        said = [await provider.ask(order) for _ in range(3)]

        assert {type(outcome) for outcome in said} == {Paid}
        assert list(scene.moved()) == [scene.order.money]

    async def test_refuses_what_it_does_not_declare(self, scene: ProviderScene) -> None:
        provider, order = scene.open(), scene.order
        operation = an_operation_on(order)
        can = scene.kind.capabilities.operations
        said: list[Outcome] = []
        if Operation.AUTHENTICATE not in can:
            said.append(await provider.authenticate(operation, "123456"))
        if Operation.MANUAL_CAPTURE not in can:
            said.append(await provider.capture(operation))
        if Operation.CANCEL not in can:
            said.append(await provider.cancel(operation))
        if Operation.REFUND not in can:
            said.append(await provider.refund(a_refund_of(order)))
        if Operation.PAYOUT not in can:
            said.append(await provider.payout(a_payout_of(order.money)))

        assert all(isinstance(outcome, Refused) for outcome in said)
        assert {outcome.code for outcome in said if isinstance(outcome, Refused)} <= {FailureCode.UNSUPPORTED}
        assert scene.calls == []

    async def test_reads_its_own_webhooks_and_says_whom_they_are_about(self, scene: ProviderScene) -> None:
        provider = scene.open()
        order, _ = await scene.paid(provider)
        names = {order.attempt_id, order.provider_key, order.reference}

        for raw in await scene.events():
            told = await provider.read_event(raw, scene.clock.now())
            assert {told.our_reference, told.reference} & names
            assert await provider.read_event(raw, scene.clock.now()) == told

    async def test_refuses_a_webhook_that_is_not_its_own(self, scene: ProviderScene) -> None:
        provider = scene.open()
        await scene.paid(provider)
        here = scene.opening.public_url
        forged = [RawEvent(body=b"{}", headers={}, method="POST", url=here), *await scene.events()]

        for raw in forged:
            with pytest.raises(ForgedEvent):
                await provider.read_event(replace(raw, body=raw.body + b" "), scene.clock.now())


class CallingProviderContract(ProviderContract):
    """Promises of a provider at the other end of a network, where anything may be lost."""

    async def test_knows_that_nothing_was_sent(self, scene: ProviderScene) -> None:
        provider = scene.open(lambda _: Silence("nobody listens there", sent=False))

        _, outcome = await scene.charged(provider)

        assert isinstance(outcome, NotSent)

    async def test_does_not_guess_at_a_lost_answer(self, scene: ProviderScene) -> None:
        """OUT-1: each call that a charge makes may be the one whose answer is lost, with the money gone or not."""
        made = await _calls_of_a_charge(scene)
        for lost in range(made):
            _, outcome = await scene.charged(scene.open(_only(lost, Silence("the answer was lost"))))

            assert not isinstance(outcome, Paid | Declined | Absent), f"call {lost}: {outcome}"

    @pytest.mark.parametrize("reply", UNREADABLE, ids=lambda reply: f"{reply.status} {reply.body[:12]!r}")
    async def test_does_not_guess_at_an_answer_that_cannot_be_read(
        self, scene: ProviderScene, reply: HttpReply
    ) -> None:
        made = await _calls_of_a_charge(scene)
        for unreadable in range(made):
            _, outcome = await scene.charged(scene.open(_only(unreadable, reply)))

            assert not isinstance(outcome, Paid | Declined | Absent), f"call {unreadable}: {outcome}"

    @pytest.mark.parametrize("reply", [*UNREADABLE, Silence("no answer"), Silence("not connected", sent=False)])
    async def test_an_error_while_asking_proves_nothing(self, scene: ProviderScene, reply: HttpReply | Silence) -> None:
        """ASK-3."""
        order, _ = await scene.paid(scene.open())

        outcome = await scene.open(lambda _: reply).ask(order)

        assert isinstance(outcome, Unknown | NotSent | Refused), outcome

    async def test_the_same_charge_again_takes_nothing_more(self, scene: ProviderScene) -> None:
        """OUT-3: whoever declares `idempotent_create` may be sent the very same again."""
        provider = scene.open()
        order, _ = await scene.charged(provider)
        if scene.kind.capabilities.idempotent_create:
            order, _ = kept(order, await provider.charge(scene.order))

        await scene.paid(provider)

        assert list(scene.moved()) == [scene.order.money]

    async def test_says_whether_the_credentials_hold(self, scene: ProviderScene) -> None:
        await scene.open().check()
        await scene.open(lambda _: Silence("no answer")).check()

        assert list(scene.moved()) == []


async def _calls_of_a_charge(scene: ProviderScene) -> int:
    """Count the calls of a charge that goes well; it is one of the scene's own, and nobody pays it."""
    before = len(scene.calls)
    await scene.charged(scene.open())
    return len(scene.calls) - before


def _only(place: int, reply: HttpReply | Silence) -> "_Once":
    return _Once(place, reply)


class _Once:
    """Answers one call badly, by its place, and lets the others through."""

    def __init__(self, place: int, reply: HttpReply | Silence) -> None:
        """Count from nought."""
        self._left = place
        self._reply = reply

    def __call__(self, _: HttpCall) -> HttpReply | Silence | None:
        """Give the bad answer in its turn."""
        self._left -= 1
        return self._reply if self._left == -1 else None
