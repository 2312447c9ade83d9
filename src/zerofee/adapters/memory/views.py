"""What is shown, found by looking at everything."""

from collections.abc import Iterable
from typing import TypeVar

from zerofee.adapters.memory.shop import Shop
from zerofee.domain.app import ApiKey, App
from zerofee.domain.connection import Connection
from zerofee.domain.delivery import Delivery
from zerofee.domain.event import Event
from zerofee.domain.ids import PaymentId
from zerofee.domain.inbox import InboxEvent
from zerofee.domain.ledger import Entry
from zerofee.domain.payment import Payment
from zerofee.domain.ports.views import EventFilter, Listed, PageOf, PaymentFilter
from zerofee.domain.refund import Refund
from zerofee.domain.routing import Route
from zerofee.domain.scope import Scope
from zerofee.domain.withdrawal import Withdrawal

ShownT = TypeVar(
    "ShownT", App, ApiKey, Connection, Route, Payment, Refund, Event, InboxEvent, Entry, Withdrawal, Delivery
)


class MemoryViews:
    """The `Views` port."""

    def __init__(self, shop: Shop) -> None:
        """Look into `shop`."""
        self._shop = shop

    async def payments(self, scope: Scope, wanted: PaymentFilter, page: PageOf) -> Listed[Payment]:
        return page_of((p for p in self._shop.payments if p.scope == scope and _is_wanted(p, wanted)), page)

    async def refunds(self, scope: Scope, payment_id: PaymentId, page: PageOf) -> Listed[Refund]:
        return page_of((r for r in self._shop.refunds if r.scope == scope and r.payment_id == payment_id), page)

    async def events(self, scope: Scope, wanted: EventFilter, page: PageOf) -> Listed[Event]:
        return page_of((e for e in self._shop.events if e.scope == scope and _is_wanted_event(e, wanted)), page)


def _is_wanted(payment: Payment, wanted: PaymentFilter) -> bool:
    return (
        wanted.status in {None, payment.status}
        and wanted.reference in {None, payment.reference}
        and wanted.provider_id in {None, payment.provider_id}
        and wanted.needs_attention in {None, payment.attention is not None}
        and (wanted.created_from is None or wanted.created_from <= payment.created_at)
        and (wanted.created_to is None or payment.created_at < wanted.created_to)
    )


def _is_wanted_event(event: Event, wanted: EventFilter) -> bool:
    return (
        wanted.subject_id in {None, event.subject_id}
        and wanted.type in {None, event.type}
        and (wanted.created_from is None or wanted.created_from <= event.created_at)
        and (wanted.created_to is None or event.created_at < wanted.created_to)
    )


def page_of(things: Iterable[ShownT], page: PageOf) -> Listed[ShownT]:
    """Give one page of things, newest first by id."""
    older = (thing for thing in things if page.after is None or thing.id < page.after)
    newest_first = sorted(older, key=lambda thing: thing.id, reverse=True)
    return Listed(items=tuple(newest_first[: page.limit]), has_more=len(newest_first) > page.limit)
