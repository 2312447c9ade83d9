from datetime import timedelta

import pytest

from zerofee.adapters.memory.clock import START
from zerofee.domain.app import KeyKind
from zerofee.domain.budget import Budget, budget
from zerofee.domain.new_key import NewKey, new_key
from zerofee.domain.new_payment import InvalidField
from zerofee.domain.scope import Permission
from zerofee.testing.builders import SCOPE


def wanted(**changes: object) -> NewKey:
    """Ask for a key with what a test changes."""
    asked = {"scope": SCOPE, "kind": KeyKind.SECRET, "name": "Backend", "scopes": None, "now": START} | changes
    return new_key(**asked)  # type: ignore[arg-type]


def test_a_secret_key_that_names_no_scopes_gets_all() -> None:
    assert wanted().permissions == {Permission.ALL}
    assert wanted(scopes=[Permission.REFUNDS, Permission.REFUNDS]).permissions == {Permission.REFUNDS}


def test_a_publishable_key_has_no_permissions() -> None:
    assert wanted(kind=KeyKind.PUBLISHABLE).permissions == frozenset()
    assert wanted(kind=KeyKind.PUBLISHABLE, scopes=[]).permissions == frozenset()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"kind": KeyKind.PUBLISHABLE, "scopes": [Permission.PAYMENTS]}, "scopes"),
        ({"scopes": []}, "scopes"),
        ({"expires_at": START}, "expires_at"),
        ({"name": ""}, "name"),
        ({"name": "x" * 101}, "name"),
        ({"name": "a\nb\x00"}, "name"),
    ],
)
def test_refuses_what_makes_no_sense(changes: dict[str, object], field: str) -> None:
    with pytest.raises(InvalidField) as refusal:
        wanted(**changes)

    assert refusal.value.field == field


def test_keeps_an_end_that_is_to_come_and_a_budget() -> None:
    key = wanted(expires_at=START + timedelta(seconds=1), rate_limit=Budget(5, 60))

    assert (key.expires_at, key.rate_limit) == (START + timedelta(seconds=1), Budget(5, 60))


@pytest.mark.parametrize(
    ("requests", "seconds", "part"),
    [(0, 60, "requests"), (1_000_001, 60, "requests"), (1, 0, "seconds"), (1, 3601, "seconds")],
)
def test_refuses_a_budget_out_of_bounds(requests: int, seconds: int, part: str) -> None:
    with pytest.raises(InvalidField) as refusal:
        budget(requests, seconds)

    assert refusal.value.field == f"rate_limit.{part}"


def test_takes_a_budget_within_its_bounds() -> None:
    assert budget(1, 3600) == Budget(1, 3600)
    assert budget(1_000_000, 1) == Budget(1_000_000, 1)
