"""A move of balances is an increment: it says what is added, and nothing else by default."""

from zerofee.domain.wallet import BalanceMove, Balances
from zerofee.testing.builders import SCOPE, XOF


def test_moves_nothing_that_is_not_said() -> None:
    move = BalanceMove(scope=SCOPE, currency=XOF, available_minor=-500, reserved_minor=500)

    assert (move.available_minor, move.pending_minor, move.reserved_minor) == (-500, 0, 500)


def test_a_wallet_begins_empty() -> None:
    empty = Balances(scope=SCOPE, currency=XOF)

    assert (empty.available_minor, empty.pending_minor, empty.reserved_minor) == (0, 0, 0)
