"""Ids say what they name, sort by birth, and have one form."""

from collections.abc import Callable

import pytest

from zerofee.domain.ids import CHANCE_BITS, PREFIXES, AttemptId, PaymentId, is_id, make_id

MOST = (1 << CHANCE_BITS) - 1
LAST_MS = (1 << 48) - 1


@pytest.mark.parametrize(("kind", "prefix"), PREFIXES.items())
def test_each_kind_has_its_prefix(kind: Callable[[str], str], prefix: str) -> None:
    made = make_id(kind, 1_767_268_800_000, 12345)

    assert made.startswith(prefix)
    assert len(made) == len(prefix) + 26
    assert is_id(kind, made)


def test_no_two_kinds_share_a_prefix() -> None:
    assert len(set(PREFIXES.values())) == len(PREFIXES)


def test_sorts_by_time_and_then_by_chance() -> None:
    moments = [(0, 0), (0, 1), (0, MOST), (1, 0), (31, 31), (32, 0), (10**12, 7), (LAST_MS, MOST)]

    ids = [make_id(PaymentId, *moment) for moment in moments]

    assert ids == sorted(ids)
    assert len(set(ids)) == len(ids)


def test_writes_as_the_specification_does() -> None:
    """The time part of the ULID specification's own example."""
    assert make_id(PaymentId, 1469918176385, 0) == "pay_01ARYZ6S41" + "0" * 16
    assert make_id(PaymentId, LAST_MS, MOST) == "pay_7" + "Z" * 25


@pytest.mark.parametrize(("at_ms", "chance"), [(-1, 0), (1 << 48, 0), (0, -1), (0, 1 << CHANCE_BITS)])
def test_refuses_what_does_not_fit(at_ms: int, chance: int) -> None:
    with pytest.raises(ValueError, match="48 bits of time"):
        make_id(PaymentId, at_ms, chance)


GOOD = make_id(PaymentId, 1469918176385, 5)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "pay_",
        GOOD[4:],
        GOOD.lower(),
        GOOD[:-1],
        GOOD + "0",
        GOOD + "\n",
        "pay_8" + GOOD[5:],
        GOOD[:-1] + "I",
        GOOD.replace("pay_", "att_"),
        " " + GOOD,
    ],
)
def test_knows_an_id_by_its_form(text: str) -> None:
    assert is_id(PaymentId, GOOD)
    assert not is_id(PaymentId, text)


def test_another_kinds_id_is_none() -> None:
    assert not is_id(AttemptId, GOOD)
