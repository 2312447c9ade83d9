from dataclasses import replace

import pytest

from zerofee.adapters.memory.clock import START
from zerofee.domain.currency import currency
from zerofee.domain.ids import ConnectionId, EntryId
from zerofee.domain.ledger import (
    AVAILABLE,
    DEBT,
    FEES,
    PENDING,
    RESERVED_REFUNDS,
    RESERVED_WITHDRAWALS,
    Account,
    Entry,
    Posting,
    Source,
    Unbalanced,
    clearing,
    refuse_unbalanced,
)
from zerofee.domain.wallet import BalanceMove
from zerofee.testing.builders import SCOPE, XOF

HELD = clearing(ConnectionId("con_1"))


def posting(lines: dict[Account, int], kind: str = "paid") -> Posting:
    return Posting(scope=SCOPE, currency=XOF, source_type=Source.PAYMENT, source_id="pay_1", kind=kind, lines=lines)


def entries(made: Posting) -> tuple[Entry, ...]:
    return made.entries(map(EntryId, ("ent_1", "ent_2", "ent_3")), START)


@pytest.mark.parametrize("lines", [{AVAILABLE: 1}, {HELD: -10, AVAILABLE: 9}, {HELD: -10, AVAILABLE: 9, FEES: 2}])
def test_a_group_that_does_not_sum_to_zero_cannot_be_made(lines: dict[Account, int]) -> None:
    with pytest.raises(Unbalanced):
        posting(lines)


def test_lines_of_nothing_are_left_out() -> None:
    made = entries(posting({HELD: -10, AVAILABLE: 10, FEES: 0}))

    assert [(entry.id, entry.account, entry.minor) for entry in made] == [
        ("ent_1", HELD, -10),
        ("ent_2", AVAILABLE, 10),
    ]


def test_balances_move_as_the_wallets_own_accounts_do() -> None:
    lines = {HELD: -21, FEES: 1, AVAILABLE: 2, PENDING: 3, RESERVED_REFUNDS: 5, RESERVED_WITHDRAWALS: 7, DEBT: 3}

    assert posting(lines).move == BalanceMove(
        scope=SCOPE, currency=XOF, available_minor=2, pending_minor=3, reserved_minor=12, debt_minor=-3
    )


class TestRefuseUnbalanced:
    def test_takes_several_groups_with_one_move_or_with_many(self) -> None:
        one, other = posting({HELD: -10, AVAILABLE: 10}), posting({AVAILABLE: -4, RESERVED_REFUNDS: 4}, kind="reserved")
        together = (*entries(one), *entries(other))

        refuse_unbalanced(together, (one.move, other.move))
        refuse_unbalanced(together, (one.move + other.move,))

    def test_refuses_a_group_with_a_line_missing(self) -> None:
        one = posting({HELD: -10, AVAILABLE: 10})

        with pytest.raises(Unbalanced):
            refuse_unbalanced(entries(one)[1:], (one.move,))

    def test_refuses_two_wrongs_that_make_a_right(self) -> None:
        one, other = posting({HELD: -10, AVAILABLE: 10}), posting({HELD: -7, FEES: 7}, kind="other")
        mixed = (*entries(one)[:1], replace(entries(one)[1], kind="other"), *entries(other))

        with pytest.raises(Unbalanced):
            refuse_unbalanced(mixed, (one.move,))

    def test_refuses_currencies_that_balance_only_together(self) -> None:
        one = posting({HELD: -10, AVAILABLE: 10})
        first, second = entries(one)

        with pytest.raises(Unbalanced):
            refuse_unbalanced((first, replace(second, currency=currency("EUR"))), (one.move,))

    @pytest.mark.parametrize("by", [-1, 1])
    def test_refuses_balances_that_move_otherwise(self, by: int) -> None:
        one = posting({HELD: -10, AVAILABLE: 10})

        with pytest.raises(Unbalanced):
            refuse_unbalanced(entries(one), (replace(one.move, available_minor=10 + by),))

    def test_refuses_entries_without_a_move(self) -> None:
        with pytest.raises(Unbalanced):
            refuse_unbalanced(entries(posting({HELD: -10, FEES: 10})), ())
