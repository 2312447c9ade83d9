"""One key stands for one request of one scope and one route, and a second one is told what became of the first."""

from dataclasses import replace
from functools import partial

import pytest

from zerofee.adapters.memory.clock import START
from zerofee.domain.idempotency import Answer, InFlight, InvalidKey, KeyReused, claim, idempotency_key, replay
from zerofee.domain.ids import AppId
from zerofee.domain.scope import Environment, Scope
from zerofee.testing.builders import APP_ID, SCOPE, a_claim

ANSWER = Answer(status=201, body=b'{"id":"pay_1"}', location="/v1/payments/pay_1")


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("a", "a"),
        (" ~", " ~"),
        ("k" * 255, "k" * 255),
        ('"abc"', "abc"),
        ('"' + "k" * 255 + '"', "k" * 255),
        ('"', '"'),
        ('a"b', 'a"b'),
        ('""a""', '"a"'),
    ],
)
def test_reads_a_key(text: str, key: str) -> None:
    """IDM-9: the draft's quoted form is the same key."""
    assert idempotency_key(text) == key


@pytest.mark.parametrize("text", ["", '""', "k" * 256, "k\n", "k\x00", "k\x7f", "clé", "k\t"])
def test_refuses_what_is_no_key(text: str) -> None:
    with pytest.raises(InvalidKey) as refused:
        idempotency_key(text)

    assert refused.value.field == "Idempotency-Key"


ask = partial(claim, scope=SCOPE, key="key", operation="POST /v1/payments", fingerprint="f1", now=START)


def test_a_claim_is_told_by_where_and_under_which_key() -> None:
    """IDM-1 and IDM-12: two apps, both environments, two routes never meet."""
    others = [
        ask(key="key2"),
        ask(operation="POST /v1/payments/{id}/capture pay_1"),
        ask(scope=Scope(APP_ID, Environment.LIVE)),
        ask(scope=Scope(AppId("app_2"), Environment.SANDBOX)),
    ]

    assert len({ask().id, *(other.id for other in others)}) == 5
    assert ask(fingerprint="f2").id == ask().id


def test_replays_the_same_request() -> None:
    assert replay(replace(ask(), answer=ANSWER), ask()) is ANSWER


def test_refuses_another_request_under_the_key() -> None:
    with pytest.raises(KeyReused):
        replay(replace(ask(), answer=ANSWER), ask(fingerprint="f2"))


def test_refuses_another_request_also_while_the_first_is_running() -> None:
    """IDM-5."""
    with pytest.raises(KeyReused):
        replay(ask(), ask(fingerprint="f2"))


def test_asks_to_wait_while_the_first_is_running() -> None:
    with pytest.raises(InFlight):
        replay(ask(), ask())


def test_the_built_claim_is_valid() -> None:
    assert idempotency_key(a_claim().key) == a_claim().key
