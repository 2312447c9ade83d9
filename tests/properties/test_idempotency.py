"""Two requests share a claim exactly when scope, route and key are the same, whatever is in them."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zerofee.adapters.memory.clock import START
from zerofee.domain.idempotency import Answer, InFlight, InvalidKey, KeyReused, claim, idempotency_key, replay
from zerofee.domain.ids import AppId
from zerofee.domain.scope import Environment, Scope

printable = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), min_size=1, max_size=255)
scopes = st.builds(Scope, st.sampled_from([AppId("app_1"), AppId("app_2")]), st.sampled_from(Environment))
operations = st.text(max_size=30)
requests = st.tuples(scopes, printable, operations)


@given(printable)
def test_a_key_is_read_the_same_with_and_without_quotes(key: str) -> None:
    unquoted = idempotency_key(f'"{key}"')

    assert unquoted == key
    if not (len(key) > 1 and key[0] == key[-1] == '"'):
        assert idempotency_key(key) == key


@given(st.text(max_size=300))
def test_any_text_is_a_key_or_refused(text: str) -> None:
    try:
        key = idempotency_key(text)
    except InvalidKey:
        return
    assert 1 <= len(key) <= 255
    assert key.isascii()
    assert key.isprintable()


@given(requests, requests)
def test_claims_meet_only_for_the_same_scope_route_and_key(
    one: tuple[Scope, str, str], two: tuple[Scope, str, str]
) -> None:
    """A line break in a decoded path parameter must not move the border between route and key."""
    first, second = (
        claim(scope=scope, key=key, operation=operation, fingerprint="f", now=START)
        for scope, key, operation in (one, two)
    )

    assert (first.id == second.id) is (one == two)


@given(requests, st.booleans(), st.booleans())
def test_a_second_request_has_one_verdict(request_: tuple[Scope, str, str], same: bool, finished: bool) -> None:
    scope, key, operation = request_
    first = claim(scope=scope, key=key, operation=operation, fingerprint="f", now=START)
    answer = Answer(status=201, body=b"{}")
    kept = replace(first, answer=answer) if finished else first
    wanted = first if same else replace(first, fingerprint="g")

    if not same:
        with pytest.raises(KeyReused):
            replay(kept, wanted)
    elif not finished:
        with pytest.raises(InFlight):
            replay(kept, wanted)
    else:
        assert replay(kept, wanted) is answer
