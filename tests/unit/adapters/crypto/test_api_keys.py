from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zerofee.adapters.crypto.api_keys import KeyHasher, MalformedKey, ParsedKey, hint, make, parse, pepper_id
from zerofee.domain.app import ApiKey, KeyKind
from zerofee.domain.ids import AppId, KeyId
from zerofee.domain.ports.vault import Secret
from zerofee.domain.scope import Environment, Permission, Scope

NEW = Secret("the newest pepper, and long enough to be one")
OLD = Secret("an older pepper, which some keys still name")

# Made once and written down: the checksum's form must never change, or every issued key is refused.
KNOWN = "sk_sand_0123456789ABCDEFGHIJabcdefghij3tgoOs"


def a_key(digest: str, pepper: Secret = NEW) -> ApiKey:
    return ApiKey(
        id=KeyId("key_1"),
        scope=Scope(AppId("app_1"), Environment.SANDBOX),
        kind=KeyKind.SECRET,
        name="server",
        digest=digest,
        pepper_id=pepper_id(pepper),
        hint="sk_sand_…4242",
        permissions=frozenset({Permission.ALL}),
        created_at=datetime(2026, 1, 1, tzinfo=UTC),
    )


@given(st.sampled_from(KeyKind), st.sampled_from(Environment))
def test_reads_back_what_it_made(kind: KeyKind, environment: Environment) -> None:
    assert parse(make(kind, environment)) == ParsedKey(kind, environment)


@pytest.mark.parametrize(
    ("kind", "environment", "prefix"),
    [
        (KeyKind.SECRET, Environment.LIVE, "sk_live_"),
        (KeyKind.SECRET, Environment.SANDBOX, "sk_sand_"),
        (KeyKind.PUBLISHABLE, Environment.LIVE, "pk_live_"),
        (KeyKind.PUBLISHABLE, Environment.SANDBOX, "pk_sand_"),
    ],
)
def test_says_kind_and_environment_in_its_prefix(kind: KeyKind, environment: Environment, prefix: str) -> None:
    key = make(kind, environment)

    assert key.startswith(prefix)
    assert len(key) == len(prefix) + 36


def test_never_makes_the_same_key_twice() -> None:
    assert len({make(KeyKind.SECRET, Environment.LIVE) for _ in range(500)}) == 500


def test_knows_a_key_of_long_ago() -> None:
    assert parse(KNOWN) == ParsedKey(KeyKind.SECRET, Environment.SANDBOX)


@given(place=st.integers(8, len(KNOWN) - 1), letter=st.sampled_from("09AZaz"))
def test_refuses_a_key_with_one_character_changed(place: int, letter: str) -> None:
    changed = KNOWN[:place] + letter + KNOWN[place + 1 :]

    if changed != KNOWN:
        with pytest.raises(MalformedKey, match="checksum"):
            parse(changed)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "sk_",
        KNOWN[:-1],
        KNOWN + "0",
        KNOWN + "\n",
        " " + KNOWN,
        KNOWN.upper(),
        KNOWN.replace("sk_", "xk_"),
        KNOWN.replace("_sand_", "_test_"),
        KNOWN.replace("1", "\uff11"),
        "Bearer " + KNOWN,
        "é" * 44,
    ],
)
def test_refuses_what_was_never_a_key(text: str) -> None:
    with pytest.raises(MalformedKey):
        parse(text)


def test_a_key_of_the_other_environment_has_another_checksum() -> None:
    with pytest.raises(MalformedKey, match="checksum"):
        parse(KNOWN.replace("_sand_", "_live_"))


@given(st.text(max_size=60))
def test_refuses_with_nothing_but_its_own_error(text: str) -> None:
    with pytest.raises(MalformedKey):
        parse(text)


def test_a_refusal_does_not_repeat_the_text() -> None:
    wrong = KNOWN[:-1] + "x"

    with pytest.raises(MalformedKey) as refusal:
        parse(wrong)

    assert wrong not in str(refusal.value)


def test_shows_the_prefix_and_four_characters() -> None:
    assert hint(KNOWN) == "sk_sand_…goOs"


def test_hashes_under_the_newest_pepper() -> None:
    assert KeyHasher([NEW, OLD]).digest(KNOWN) == KeyHasher([NEW]).digest(KNOWN)
    assert KeyHasher([NEW]).digest(KNOWN).pepper_id == pepper_id(NEW)


def test_finds_a_key_that_was_kept_under_an_older_pepper() -> None:
    kept = KeyHasher([OLD]).digest(KNOWN)
    now = KeyHasher([NEW, OLD])

    assert kept in now.digests(KNOWN)
    assert now.is_of(KNOWN, a_key(kept.digest, OLD))


def test_does_not_find_a_key_whose_pepper_was_dropped() -> None:
    kept = KeyHasher([OLD]).digest(KNOWN)

    assert not KeyHasher([NEW]).is_of(KNOWN, a_key(kept.digest, OLD))


def test_tells_another_key_apart() -> None:
    hasher = KeyHasher([NEW])
    key = a_key(hasher.digest(KNOWN).digest)

    assert hasher.is_of(KNOWN, key)
    assert not hasher.is_of(make(KeyKind.SECRET, Environment.SANDBOX), key)
    assert not hasher.is_of(KNOWN, replace(key, digest=""))


def test_needs_a_pepper() -> None:
    with pytest.raises(ValueError, match="pepper"):
        KeyHasher([])


def test_a_hasher_shows_no_pepper() -> None:
    assert NEW.reveal() not in repr(KeyHasher([NEW]))
