from dataclasses import replace
from datetime import timedelta

import pytest

from zerofee.adapters.memory.clock import START
from zerofee.domain.audit import (
    FIRST_HASH,
    Actor,
    ActorKind,
    AuditAction,
    AuditEntry,
    Author,
    Deed,
    FieldChange,
    broken_link,
    changes_between,
    hash_of,
    next_entry,
)
from zerofee.domain.ids import AppId, AuditId
from zerofee.domain.scope import Environment
from zerofee.testing.builders import APP_ID

AMA = Author(Actor(ActorKind.USER, "usr_1"), "192.0.2.7")


def a_deed(number: int) -> Deed:
    """Return a deed that differs from the others."""
    changes = (FieldChange("name", None, f"key {number}"),)
    return Deed(
        action=AuditAction.KEY_CREATED, object_id=f"key_{number}", environment=Environment.SANDBOX, changes=changes
    )


def a_chain(length: int) -> list[AuditEntry]:
    """Return a chain of so many entries."""
    chain: list[AuditEntry] = []
    for number in range(1, length + 1):
        last = chain[-1] if chain else None
        at = START + timedelta(seconds=number)
        chain.append(next_entry(last, APP_ID, AuditId(f"aud_{number}"), AMA, a_deed(number), at))
    return chain


def test_chains_each_entry_to_the_one_before() -> None:
    first, second = a_chain(2)

    assert (first.number, first.previous_hash, first.hash) == (1, FIRST_HASH, hash_of(first))
    assert (second.number, second.previous_hash, second.hash) == (2, first.hash, hash_of(second))


def test_the_same_deed_hashes_the_same_for_ever() -> None:
    """A stored chain must still verify after an upgrade, so the form that is hashed never changes."""
    assert a_chain(1)[0].hash == "b2d992e16515d84ccaba60d2bbf08bfddd48d7b9ea8fe75c0815b2e4f0f956fd"


def test_a_whole_chain_holds_from_wherever_it_is_followed() -> None:
    chain = a_chain(5)

    assert broken_link(None, chain) is None
    assert broken_link(chain[2], chain[3:]) is None
    assert broken_link(None, []) is None


@pytest.mark.parametrize(
    "changed",
    [
        {"id": AuditId("aud_x")},
        {"app_id": AppId("app_x")},
        {"author": Author(Actor(ActorKind.CLI), AMA.address)},
        {"author": Author(Actor(ActorKind.USER, "usr_2"), AMA.address)},
        {"author": Author(AMA.actor, "192.0.2.8")},
        {"deed": replace(a_deed(2), action=AuditAction.KEY_REVOKED)},
        {"deed": replace(a_deed(2), object_id="key_x")},
        {"deed": replace(a_deed(2), environment=Environment.LIVE)},
        {"deed": replace(a_deed(2), changes=())},
        {"deed": replace(a_deed(2), changes=(FieldChange("name", "key 2", None),))},
        {"created_at": START},
    ],
)
def test_notices_an_entry_that_was_changed(changed: dict[str, object]) -> None:
    chain = a_chain(3)
    chain[1] = replace(chain[1], **changed)  # type: ignore[arg-type]

    assert broken_link(None, chain) == "entry 2 was changed"


def test_notices_an_entry_that_was_changed_and_hashed_anew() -> None:
    chain = a_chain(3)
    forged = replace(chain[1], deed=a_deed(9))
    chain[1] = replace(forged, hash=hash_of(forged))

    assert broken_link(None, chain) == "entry 3 does not follow from the one before"


@pytest.mark.parametrize(("gone", "said"), [(0, "entry 1 is missing"), (1, "entry 2 is missing")])
def test_notices_an_entry_that_was_taken_out(gone: int, said: str) -> None:
    chain = a_chain(3)
    del chain[gone]

    assert broken_link(None, chain) == said


def test_notices_entries_that_changed_places() -> None:
    first, second, third = a_chain(3)

    assert broken_link(None, [second, first, third]) == "entry 1 is missing"


def test_tells_the_fields_that_differ_and_no_others() -> None:
    changes = changes_between({"a": "1", "b": "2", "c": None}, {"a": "1", "b": "3", "d": "4"})

    assert changes == (FieldChange("b", "2", "3"), FieldChange("d", None, "4"))
