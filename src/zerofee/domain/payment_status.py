"""Every status of a payment and every move between them: one table, and nothing beside it."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from zerofee.domain.errors import DomainError


class PaymentStatus(StrEnum):
    """Where a payment stands, in the words of the API."""

    PENDING = "pending"
    REQUIRES_ACTION = "requires_action"
    PROCESSING = "processing"
    AUTHORIZED = "authorized"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


class Move(StrEnum):
    """What can happen to a payment."""

    ASK_CUSTOMER = "ask_customer"
    ACCEPT = "accept"
    AUTHORIZE = "authorize"
    PAY = "pay"
    FAIL = "fail"
    CANCEL = "cancel"
    EXPIRE = "expire"
    PAY_LATE = "pay_late"


class IllegalMove(DomainError):
    """A move that no row of the table allows."""

    code = "illegal_move"

    def __init__(self, status: PaymentStatus, move: Move) -> None:
        """Name the status and the move that do not fit."""
        super().__init__(f"A payment that is {status} cannot {move}.")


S, M = PaymentStatus, Move
OPEN: Final = frozenset({S.PENDING, S.REQUIRES_ACTION, S.PROCESSING, S.AUTHORIZED})
UNSUCCESSFUL: Final = frozenset({S.FAILED, S.CANCELLED, S.EXPIRED})
FINAL: Final = UNSUCCESSFUL | {S.SUCCEEDED}

# fmt: off
ROWS: Final[tuple[tuple[Move, frozenset[PaymentStatus], PaymentStatus], ...]] = (
    # move            from any of                                              to
    (M.ASK_CUSTOMER,  frozenset({S.PENDING, S.PROCESSING}),                    S.REQUIRES_ACTION),
    (M.ACCEPT,        frozenset({S.PENDING, S.REQUIRES_ACTION, S.AUTHORIZED}), S.PROCESSING),
    (M.AUTHORIZE,     frozenset({S.PENDING, S.REQUIRES_ACTION, S.PROCESSING}), S.AUTHORIZED),
    (M.PAY,           OPEN,                                                    S.SUCCEEDED),
    (M.FAIL,          OPEN,                                                    S.FAILED),
    (M.CANCEL,        OPEN,                                                    S.CANCELLED),
    (M.EXPIRE,        OPEN,                                                    S.EXPIRED),
    (M.PAY_LATE,      UNSUCCESSFUL,                                            S.SUCCEEDED),
)
# fmt: on

MOVES: Final[Mapping[tuple[PaymentStatus, Move], PaymentStatus]] = {
    (source, move): target for move, sources, target in ROWS for source in sources
}


def next_status(status: PaymentStatus, move: Move) -> PaymentStatus:
    """Follow one row of the table, or raise `IllegalMove`."""
    if (status, move) not in MOVES:
        raise IllegalMove(status, move)
    return MOVES[status, move]
