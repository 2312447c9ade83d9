"""The one writer of shown objects, so that an answer, its replay and an event are the same bytes."""

from typing import Final

import msgspec

from zerofee.domain.payment import Payment
from zerofee.domain.refund import Refund
from zerofee.entrypoints.http.wire.payments import PaymentBody
from zerofee.entrypoints.http.wire.refunds import RefundBody

# One object is shown up to three times while one request is answered: in its event, in the kept answer, in the
# answer itself. This many requests may be between the first and the last of these at once.
_MOST_KEPT: Final = 512

ENCODER: Final = msgspec.json.Encoder()


class JsonShowing:
    """The `Showing` port: JSON in UTF-8. An object that was just shown is not written again."""

    def __init__(self) -> None:
        """Begin with nothing shown."""
        # By identity, and held, so that no other object can have the same: values that lost a race are never mixed up.
        self._kept: dict[int, tuple[Payment | Refund, bytes]] = {}

    def show(self, shown: Payment | Refund) -> bytes:
        """Write the object in the API's shape."""
        kept = self._kept.get(id(shown))
        if kept is not None:
            return kept[1]
        body = ENCODER.encode(PaymentBody.of(shown) if isinstance(shown, Payment) else RefundBody.of(shown))
        if len(self._kept) >= _MOST_KEPT:
            del self._kept[next(iter(self._kept))]
        self._kept[id(shown)] = shown, body
        return body
