import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zerofee.domain.errors import DomainError
from zerofee.entrypoints.http.refusals import BadJson, BadRequest, InvalidRequest
from zerofee.entrypoints.http.strict import DEEPEST, decode, read_query
from zerofee.entrypoints.http.wire.requests import NewPaymentBody


class Inner(msgspec.Struct, forbid_unknown_fields=True):
    word: str = ""


class Outer(msgspec.Struct, forbid_unknown_fields=True):
    number: int
    inner: Inner | None = None
    words: dict[str, str] = {}
    listed: list[Inner] = []


def refusal_of(content: bytes) -> DomainError:
    """Give what a body is refused with."""
    with pytest.raises(DomainError) as refused:
        decode(Outer, content)
    return refused.value


def test_takes_an_integer_as_it_is() -> None:
    assert decode(Outer, b' {"number" : -7} ') == Outer(number=-7)


@pytest.mark.parametrize("literal", ['"7"', "7.0", "7e0", "70e-1", "true", "null", '"seven"', "[7]", "1" * 5000])
def test_bends_nothing_into_an_integer(literal: str) -> None:
    refusal = refusal_of(f'{{"number": {literal}}}'.encode())

    assert isinstance(refusal, InvalidRequest)
    assert refusal.field == "number"


@pytest.mark.parametrize(
    ("content", "field"),
    [
        ("{}", "number"),
        ('{"number": 1, "numbre": 1}', "numbre"),
        ('{"number": 1, "inner": {"wrod": ""}}', "inner.wrod"),
        ('{"number": 1, "inner": {"word": 1}}', "inner.word"),
        ('{"number": 1, "listed": [{"word": 1}]}', "listed.0.word"),
        ('{"number": 1, "words": {"a": 1}}', "words"),
        ('{"number": 1, "number": 1}', "number"),
        ('{"number": 1, "n\\u0075mber": 1}', "number"),
        ('{"number": 1, "inner": {"word": "", "word": ""}}', "inner.word"),
        ('{"number": 1, "words": {"a": "", "a": ""}}', "words.a"),
        ('{"number": 1, "inner": {"word": "\\u0000"}}', "inner.word"),
        ('{"number": 1, "inner": {"word": "\\ud800"}}', "inner.word"),
        ('{"number": 1, "inner": {"word": "\\udc00\\ud800"}}', "inner.word"),
        ('{"number": 1, "inner": {"word": "\\u001f"}}', "inner.word"),
        ('{"number": 1, "words": {"\\u0000": ""}}', "words.\x00"),
        ('{"number": 1, "words": {"\\ud800": ""}}', "words.\\ud800"),
        ('{"number": 1, "listed": [{}, {"word": "\\u0000"}]}', "listed.1.word"),
    ],
)
def test_names_the_field_that_is_wrong(content: str, field: str) -> None:
    refusal = refusal_of(content.encode())

    assert isinstance(refusal, InvalidRequest)
    assert [violation.field for violation in refusal.violations] == [field]


def test_shortens_a_name_that_came_from_outside() -> None:
    refusal = refusal_of(b'{"' + b"x" * 10_000 + b'": 1}')

    assert refusal.field is not None
    assert len(refusal.field) == 101


@pytest.mark.parametrize("text", ["\\ud83d\\ude00", "\\t\\n\\r", "\\u00e9", "\\u2028", "\u007f"])
def test_takes_what_is_unusual_and_fit(text: str) -> None:
    assert decode(Outer, f'{{"number": 1, "inner": {{"word": "{text}"}}}}'.encode()).inner is not None


@pytest.mark.parametrize(
    "content",
    [b"", b"\n", b"{", b"}", b"{}{}", b"[]", b"1", b'"a"', b"null", b"\xff", b'{"number": 1,}', b'{"number": NaN}'],
)
def test_refuses_what_is_no_json_object(content: bytes) -> None:
    assert isinstance(refusal_of(content), BadJson)


@pytest.mark.parametrize("opening", [b"[", b'{"a":', b'[{"a":'])
def test_refuses_depth_without_going_into_it(opening: bytes) -> None:
    refusal = refusal_of(b'{"number": 1, "x": ' + opening * 100_000)

    assert isinstance(refusal, BadJson)
    assert str(DEEPEST) in refusal.detail


def test_counts_depth_and_not_brackets() -> None:
    """Brackets side by side, or in strings, nest nothing."""
    wide = b'{"number": 1, "listed": [' + b",".join([b"{}"] * 200) + b"]}"
    quoted = b'{"number": 1, "inner": {"word": "' + b"[{" * 200 + b'\\"["}}'

    assert len(decode(Outer, wide).listed) == 200
    assert decode(Outer, quoted).inner is not None


def test_looks_once_at_a_string_that_is_never_closed() -> None:
    """Were each quote behind a backslash begun anew, this would take minutes."""
    refusal = refusal_of(b"[" * 33 + b'"' + b'\\"' * 100_000)

    assert isinstance(refusal, BadJson)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(codec=None)),
    lambda children: st.lists(children, max_size=4) | st.dictionaries(st.text(), children, max_size=4),
    max_leaves=20,
)
fields = st.sampled_from([*NewPaymentBody.__struct_fields__, "colour"])


@given(st.binary(max_size=200))
def test_any_bytes_are_a_payment_or_a_refusal_of_the_clients(content: bytes) -> None:
    decoded_or_refused(content)


@given(st.dictionaries(fields, json_values, max_size=8))
def test_any_json_is_a_payment_or_a_refusal_of_the_clients(content: dict[str, Any]) -> None:
    decoded_or_refused(json.dumps(content).encode())


@given(st.dictionaries(fields, json_values, max_size=4), st.binary(max_size=3), st.integers(0, 200))
def test_any_damage_is_a_refusal_of_the_clients(content: dict[str, Any], junk: bytes, place: int) -> None:
    text = json.dumps(content).encode()
    decoded_or_refused(text[:place] + junk + text[place:])


@given(st.binary(max_size=200))
def test_any_query_is_read_or_refused(query: bytes) -> None:
    with accepted_or_refused():
        read_query(Inner, query)


def decoded_or_refused(content: bytes) -> None:
    """Decode, and find an integer where there is one; or be refused as the client's fault."""
    with accepted_or_refused():
        assert type(decode(NewPaymentBody, content).amount) is int


@contextmanager
def accepted_or_refused() -> Iterator[None]:
    """Let a refusal pass that can be shown and is the client's fault, and nothing else."""
    with suppress(BadJson, BadRequest, InvalidRequest):
        try:
            yield
        except DomainError as refusal:
            refusal.detail.encode()
            raise
