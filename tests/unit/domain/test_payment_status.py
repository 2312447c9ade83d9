"""The table of moves is the one of the API reference, and nothing leaves an end but money that came late."""

import itertools

import pytest

from zerofee.domain.payment_status import (
    FINAL,
    MOVES,
    OPEN,
    ROWS,
    UNSUCCESSFUL,
    IllegalMove,
    Move,
    PaymentStatus,
    next_status,
)

S = PaymentStatus

# "may go to", as the API reference has it.
MAY_GO_TO = {
    S.PENDING: {
        S.REQUIRES_ACTION,
        S.PROCESSING,
        S.AUTHORIZED,
        S.SUCCEEDED,
        S.FAILED,
        S.CANCELLED,
        S.EXPIRED,
    },
    S.REQUIRES_ACTION: {S.PROCESSING, S.AUTHORIZED, S.SUCCEEDED, S.FAILED, S.CANCELLED, S.EXPIRED},
    S.PROCESSING: {S.REQUIRES_ACTION, S.AUTHORIZED, S.SUCCEEDED, S.FAILED, S.CANCELLED, S.EXPIRED},
    S.AUTHORIZED: {S.PROCESSING, S.SUCCEEDED, S.FAILED, S.CANCELLED, S.EXPIRED},
    S.SUCCEEDED: set(),
    S.FAILED: {S.SUCCEEDED},
    S.CANCELLED: {S.SUCCEEDED},
    S.EXPIRED: {S.SUCCEEDED},
}


@pytest.mark.parametrize("status", S)
def test_goes_where_the_reference_says(status: PaymentStatus) -> None:
    assert {target for (source, _), target in MOVES.items() if source is status} == MAY_GO_TO[status]


def test_leaves_an_end_only_by_late_money() -> None:
    """PAY-13: what was told is only made more precise, and `succeeded` never becomes anything else."""
    leaving = {(source, move, target) for (source, move), target in MOVES.items() if source in FINAL}

    assert leaving == {(source, Move.PAY_LATE, S.SUCCEEDED) for source in UNSUCCESSFUL}


def test_every_status_is_open_or_final() -> None:
    assert set(S) == OPEN | FINAL
    assert not OPEN & FINAL


def test_no_move_stays_where_it_is() -> None:
    assert all(source is not target for (source, _), target in MOVES.items())


def test_each_move_has_one_row() -> None:
    assert [move for move, _, _ in ROWS] == list(Move)


@pytest.mark.parametrize(("status", "move"), sorted(set(itertools.product(S, Move)) - set(MOVES)))
def test_refuses_a_move_that_no_row_allows(status: PaymentStatus, move: Move) -> None:
    """STM-1; that a stale version is refused by the update itself is the stores' contract."""
    with pytest.raises(IllegalMove, match=f"{status} cannot {move}"):
        next_status(status, move)


@pytest.mark.parametrize(("source", "target"), MOVES.items())
def test_follows_the_table(source: tuple[PaymentStatus, Move], target: PaymentStatus) -> None:
    assert next_status(*source) is target
