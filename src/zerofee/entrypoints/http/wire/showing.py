"""The one writer of shown objects, so that an answer, its replay and an event are the same bytes."""

from typing import Final, assert_never

import msgspec

from zerofee.domain.checkout import CheckoutSession
from zerofee.domain.payment import Payment
from zerofee.domain.ports.showing import Shown
from zerofee.domain.refund import Refund
from zerofee.domain.withdrawal import Withdrawal
from zerofee.entrypoints.http.wire.checkout import PaidOnPageBody, SessionBody
from zerofee.entrypoints.http.wire.payments import PaymentBody
from zerofee.entrypoints.http.wire.refunds import RefundBody
from zerofee.entrypoints.http.wire.withdrawals import WithdrawalBody

# One object is shown up to three times while one request is answered: in its event, in the kept answer, in the
# answer itself. This many requests may be between the first and the last of these at once.
_MOST_KEPT: Final = 512

ENCODER: Final = msgspec.json.Encoder()


class JsonShowing:
    """The `Showing` port: JSON in UTF-8. An object that was just shown is not written again."""

    def __init__(self) -> None:
        """Begin with nothing shown."""
        # By identity, and held, so that no other object can have the same: values that lost a race are never mixed up.
        self._kept: dict[int, tuple[Shown, bytes]] = {}

    def show(self, shown: Shown) -> bytes:
        """Write the object in the API's shape."""
        kept = self._kept.get(id(shown))
        if kept is not None:
            return kept[1]
        body = ENCODER.encode(_body(shown))
        if len(self._kept) >= _MOST_KEPT:
            del self._kept[next(iter(self._kept))]
        self._kept[id(shown)] = shown, body
        return body

    def show_session(self, session: CheckoutSession, payment: Payment) -> bytes:
        """Write a session with what the customer may know of its payment."""
        return ENCODER.encode(SessionBody.of(session, payment))

    def show_on_page(self, payment: Payment) -> bytes:
        """Write how a payment stands on its page."""
        return ENCODER.encode(PaidOnPageBody.of(payment))


def _body(shown: Shown) -> msgspec.Struct:
    match shown:
        case Payment():
            return PaymentBody.of(shown)
        case Refund():
            return RefundBody.of(shown)
        case Withdrawal():
            return WithdrawalBody.of(shown)
        case never:
            assert_never(never)
