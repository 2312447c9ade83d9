"""What is shown: pages by cursor, newest first."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from sqlalchemy import Table

from zerofee.adapters.sql.engine import Engine
from zerofee.adapters.sql.page_statements import PageStatements
from zerofee.adapters.sql.reads import scope_values
from zerofee.adapters.sql.rows.encoding import Row, maybe_micros
from zerofee.adapters.sql.rows.event import event_of
from zerofee.adapters.sql.rows.payment import payment_of
from zerofee.adapters.sql.rows.refund import refund_of
from zerofee.adapters.sql.tables import EVENTS, PAYMENTS, REFUNDS
from zerofee.domain.event import Event
from zerofee.domain.ids import PaymentId
from zerofee.domain.payment import Payment
from zerofee.domain.ports.views import EventFilter, Listed, PageOf, PaymentFilter
from zerofee.domain.refund import Refund
from zerofee.domain.scope import Scope

T = TypeVar("T")


class SqlViews:
    """The `Views` port."""

    def __init__(self, engine: Engine, pages: PageStatements) -> None:
        """Read by `engine`."""
        self._engine = engine
        self._pages = pages

    async def payments(self, scope: Scope, wanted: PaymentFilter, page: PageOf) -> Listed[Payment]:
        filters = {
            "status": None if wanted.status is None else wanted.status.value,
            "reference": wanted.reference,
            "provider_id": wanted.provider_id,
            "attention": True if wanted.needs_attention is True else None,
            "no_attention": True if wanted.needs_attention is False else None,
            "created_from": maybe_micros(wanted.created_from),
            "created_to": maybe_micros(wanted.created_to),
        }
        return await page_of(self._engine, self._pages, PAYMENTS, scope, filters, page, payment_of)

    async def refunds(self, scope: Scope, payment_id: PaymentId, page: PageOf) -> Listed[Refund]:
        filters = {"payment_id": payment_id}
        return await page_of(self._engine, self._pages, REFUNDS, scope, filters, page, refund_of)

    async def events(self, scope: Scope, wanted: EventFilter, page: PageOf) -> Listed[Event]:
        filters = {
            "subject_id": wanted.subject_id,
            "type": None if wanted.type is None else wanted.type.value,
            "created_from": maybe_micros(wanted.created_from),
            "created_to": maybe_micros(wanted.created_to),
        }
        return await page_of(self._engine, self._pages, EVENTS, scope, filters, page, event_of)


async def page_of(
    engine: Engine,
    pages: PageStatements,
    table: Table,
    scope: Scope,
    filters: Mapping[str, Any],
    page: PageOf,
    of_row: Callable[[Row], T],
) -> Listed[T]:
    """Read one page of a table; a filter whose value is `None` is none."""
    asked = {name: value for name, value in {**filters, "after": page.after}.items() if value is not None}
    # One more than is shown tells whether there are more.
    values = {**scope_values(scope), **asked, "limit": page.limit + 1}
    found = await engine.fetch(pages.page(table, frozenset(asked)), values)
    return Listed(items=tuple(map(of_row, found[: page.limit])), has_more=len(found) > page.limit)
