"""How an object is shown outside: the bytes that go into an answer, an event, a webhook."""

from typing import Protocol

from zerofee.domain.checkout import CheckoutSession
from zerofee.domain.payment import Payment
from zerofee.domain.refund import Refund
from zerofee.domain.withdrawal import Withdrawal

Shown = Payment | Refund | Withdrawal
"""Every object that an answer, an event or a webhook may be about."""


class Showing(Protocol):
    """The one writer of shown objects, so that an answer and its replay are the same bytes."""

    def show(self, shown: Shown) -> bytes:
        """Write the object as JSON in UTF-8, in the API's shape."""
        ...

    def show_session(self, session: CheckoutSession, payment: Payment) -> bytes:
        """Write a checkout session with what the customer may know of its payment."""
        ...

    def show_on_page(self, payment: Payment) -> bytes:
        """Write how a payment stands on its page, which tells less of it than `show`."""
        ...
