"""Stripe's list of Checkout Sessions in a span of time, and which of them are paid."""

from collections.abc import Iterator
from typing import Final

from zerofee.adapters.http.exchange import Send
from zerofee.adapters.providers.stripe import requests, responses
from zerofee.adapters.providers.stripe.credentials import Account
from zerofee.adapters.providers.stripe.objects import Session, session_outcome
from zerofee.domain.ids import AttemptId
from zerofee.domain.outcome import Paid, Unknown
from zerofee.domain.ports.listing import CannotList
from zerofee.domain.sweeping import Movement, Span

# A hundred thousand sessions: a list that is longer is not read to its end, and says so.
_MOST_PAGES: Final = 1000


async def list_paid(account: Account, send: Send, span: Span) -> tuple[Movement, ...]:
    """Read the list page by page; raise `CannotList` when a page could not be read."""
    found: list[Movement] = []
    after: str | None = None
    for _ in range(_MOST_PAGES):
        page = responses.read_sessions(await send(requests.list_sessions_of(account, span, after)))
        if isinstance(page, Unknown):
            raise CannotList(f"Stripe's list could not be read: {page.reason}")
        found += (movement for session in page.data for movement in _paid(session, live=account.live))
        if not page.has_more or not page.data:
            return tuple(found)
        after = page.data[-1].id
    raise CannotList("Stripe's list is too long for one sweep; sweep a shorter span")


def _paid(session: Session, *, live: bool) -> Iterator[Movement]:
    """Give a session as a movement if it is paid; one that was made without a reference may be the merchant's own."""
    ours = session.client_reference_id
    outcome = session_outcome(session, AttemptId(ours or ""), live=live)
    if ours is not None and isinstance(outcome, Paid):
        yield Movement(our_reference=ours, reference=session.id, money=outcome.money)
