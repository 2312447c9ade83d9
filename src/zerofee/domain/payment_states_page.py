"""The page of payment states, drawn from the table of moves so that it cannot tell another story."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from zerofee.domain.payment_status import FINAL, MOVES, ROWS, Move, PaymentStatus

_S, _M = PaymentStatus, Move
# fmt: off
_STATUS_MEANS: Final[Mapping[PaymentStatus, str]] = {
    _S.PENDING:         "recorded, no provider has accepted it yet",
    _S.REQUIRES_ACTION: "the customer must act: see `next_action`",
    _S.PROCESSING:      "the provider is at work, or its answer was lost and we are asking",
    _S.AUTHORIZED:      "held, to be captured",
    _S.SUCCEEDED:       "paid; refunds move `amount_refunded`",
    _S.FAILED:          "no money was taken, for the reason in `failure`",
    _S.CANCELLED:       "let go before any money was taken",
    _S.EXPIRED:         "waited too long, and no money was taken",
}
_MOVE_MEANS: Final[Mapping[Move, str]] = {
    _M.ASK_CUSTOMER: "the customer must follow a link, approve on a phone, or give a code",
    _M.ACCEPT:       "the provider has it, or may have it",
    _M.AUTHORIZE:    "the provider holds the amount",
    _M.PAY:          "the amount was taken",
    _M.FAIL:         "a definite no, or proof that nothing ever arrived",
    _M.CANCEL:       "the merchant or the provider let it go",
    _M.EXPIRE:       "its time was up, here or at the provider",
    _M.PAY_LATE:     "after its end, the provider proved that the money was taken",
}
# fmt: on
_HEAD: Final = """\
# Payment states

Drawn by `make docs` from the table in `src/zerofee/domain/payment_status.py`; a test keeps the two alike. A move that
no row allows is refused. Duplicated or late news moves nothing.
"""


def page() -> str:
    """Write the page as Markdown: a diagram, what each status means, and every row of the table."""
    return "\n".join(
        [
            _HEAD,
            "```mermaid",
            "stateDiagram-v2",
            *(f"    {line}" for line in _arrows()),
            "```",
            "",
            *_table(("status", "meaning", "may go to"), _statuses()),
            "",
            *_table(("move", "happens when", "from", "to"), _moves()),
            "",
        ]
    )


def _arrows() -> Iterator[str]:
    yield f"[*] --> {PaymentStatus.PENDING}"
    for move, sources, target in ROWS:
        for source in _in_order(sources):
            yield f"{source} --> {target}: {move}"
    for status in _in_order(FINAL):
        yield f"{status} --> [*]"


def _statuses() -> Iterator[tuple[str, ...]]:
    for status in PaymentStatus:
        targets = {target for (source, _), target in MOVES.items() if source is status}
        final = "final; " if status in FINAL and targets else "final" if status in FINAL else ""
        yield f"`{status}`", _STATUS_MEANS[status], final + _words(targets)


def _moves() -> Iterator[tuple[str, ...]]:
    for move, sources, target in ROWS:
        yield f"`{move}`", _MOVE_MEANS[move], _words(sources), f"`{target}`"


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    for cells in (head, ("---",) * len(head), *rows):
        yield f"| {' | '.join(cells)} |"


def _words(statuses: Iterable[PaymentStatus]) -> str:
    return " ".join(f"`{status}`" for status in _in_order(statuses))


def _in_order(statuses: Iterable[PaymentStatus]) -> list[PaymentStatus]:
    return [status for status in PaymentStatus if status in set(statuses)]
