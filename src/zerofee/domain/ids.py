"""Prefixed ids that sort by birth, and the pure maker of them."""

import re
from collections.abc import Callable, Mapping
from typing import Final, NewType, TypeVar

AppId = NewType("AppId", str)
UserId = NewType("UserId", str)
KeyId = NewType("KeyId", str)
ConnectionId = NewType("ConnectionId", str)
RouteId = NewType("RouteId", str)
PaymentId = NewType("PaymentId", str)
AttemptId = NewType("AttemptId", str)
RefundId = NewType("RefundId", str)
CheckoutId = NewType("CheckoutId", str)
EventId = NewType("EventId", str)
EndpointId = NewType("EndpointId", str)
DeliveryId = NewType("DeliveryId", str)
WalletId = NewType("WalletId", str)
EntryId = NewType("EntryId", str)
WithdrawalId = NewType("WithdrawalId", str)
AuditId = NewType("AuditId", str)
InboxId = NewType("InboxId", str)
FeeRuleId = NewType("FeeRuleId", str)
SessionId = NewType("SessionId", str)
CodeId = NewType("CodeId", str)
LetterId = NewType("LetterId", str)

IdT = TypeVar("IdT", bound=str)
IdKind = Callable[[str], IdT]

PREFIXES: Final[Mapping[Callable[[str], str], str]] = {
    AppId: "app_",
    UserId: "usr_",
    KeyId: "key_",
    ConnectionId: "con_",
    RouteId: "rte_",
    PaymentId: "pay_",
    AttemptId: "att_",
    RefundId: "ref_",
    CheckoutId: "cks_",
    EventId: "evt_",
    EndpointId: "whe_",
    DeliveryId: "whd_",
    WalletId: "wal_",
    EntryId: "ent_",
    WithdrawalId: "wdr_",
    AuditId: "aud_",
    InboxId: "pev_",
    FeeRuleId: "fee_",
    SessionId: "ses_",
    CodeId: "otp_",
    LetterId: "let_",
}

# An id that is itself the right to see what it names tells no time, and follows from no other: all of it is chance.
UNGUESSABLE: Final[frozenset[Callable[[str], str]]] = frozenset({CheckoutId})

CHANCE_BITS: Final = 80
_TIME_BITS: Final = 48
_LENGTH: Final = 26
# Crockford's base 32: no I, L, O, U, so that an id read aloud is written down right.
_ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
# Two characters for each ten bits: an id is thirteen look-ups.
_PAIRS: Final = tuple(first + second for first in _ALPHABET for second in _ALPHABET)
_PAIR_BITS: Final = 10
_SHIFTS: Final = range(_PAIR_BITS * (_LENGTH // 2 - 1), -1, -_PAIR_BITS)
_BODY: Final = re.compile(rf"[0-7][{_ALPHABET}]{{{_LENGTH - 1}}}")


def make_id(kind: IdKind[IdT], at_ms: int, chance: int) -> IdT:
    """
    Make an id of `kind`: its prefix and 26 characters that sort by `at_ms`.

    `at_ms` is milliseconds since 1970 (48 bits), `chance` is 80 random bits.

    Source: the ULID specification, "Encoding".
    """
    return kind(PREFIXES[kind] + _sortable_text(at_ms, chance))


def is_id(kind: Callable[[str], str], text: str) -> bool:
    """Say whether `text` has the form of an id of `kind`; it need not exist."""
    prefix = PREFIXES[kind]
    return text.startswith(prefix) and _BODY.fullmatch(text, len(prefix)) is not None


def _sortable_text(at_ms: int, chance: int) -> str:
    if not 0 <= at_ms < 1 << _TIME_BITS or not 0 <= chance < 1 << CHANCE_BITS:
        msg = "an id takes 48 bits of time and 80 bits of chance"
        raise ValueError(msg)
    number = at_ms << CHANCE_BITS | chance
    return "".join([_PAIRS[number >> shift & 1023] for shift in _SHIFTS])
