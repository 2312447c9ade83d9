"""Wallets: balances, the entries that they are made of, and statements."""

from typing import Final

from litestar import Controller, get
from litestar.params import FromPath
from litestar.types import ASGIApp

from zerofee.domain.currency import Currency, UnknownCurrency, currency
from zerofee.domain.ports.store import NotFound
from zerofee.domain.ports.views import Listed
from zerofee.domain.scope import Permission
from zerofee.entrypoints.http.call import Call
from zerofee.entrypoints.http.needs import needs
from zerofee.entrypoints.http.pages import PageQuery, page_reply
from zerofee.entrypoints.http.refusals import CursorInvalid
from zerofee.entrypoints.http.stating import StatementBody, StatementQuery, StatementReply
from zerofee.entrypoints.http.wire.pages import PageBody
from zerofee.entrypoints.http.wire.wallets import EntryBody, WalletBody

_LIST: Final = "wallets"
_WALLETS: Final = Permission.WALLETS


class WalletsController(Controller):
    """`/v1/wallets` and below."""

    path = "/v1/wallets"

    @get(opt=needs(_WALLETS, gives={200: PageBody[WalletBody]}))
    async def list_wallets(self, request: Call) -> ASGIApp:
        """List the app's wallets, one for each currency, by currency."""
        scope = request.caller.scope
        wallets = await request.services.wallets.ledger.wallets(scope)
        return page_reply(Listed(items=wallets, has_more=False), WalletBody.of, _LIST, scope)

    @get(
        "/{code:str}/entries",
        opt=needs(_WALLETS, asks=PageQuery, gives={200: PageBody[EntryBody]}, refuses=(NotFound, CursorInvalid)),
    )
    async def list_entries(self, request: Call, code: FromPath[str]) -> ASGIApp:
        """List the ledger's entries of one currency, newest first."""
        scope, wanted = request.caller.scope, _addressed(code)
        name = f"entries:{wanted}"
        page = request.asked(PageQuery).page(scope, name)
        listed = await request.services.wallets.ledger.entries(scope, wanted, page)
        return page_reply(listed, EntryBody.of, name, scope)

    @get(
        "/{code:str}/statement",
        opt=needs(_WALLETS, asks=StatementQuery, gives={200: StatementBody}, refuses=(NotFound,), also="text/csv"),
    )
    async def read_statement(self, request: Call, code: FromPath[str]) -> ASGIApp:
        """
        State one wallet over a span of time.

        What it held, each entry of its own accounts, and what it holds then: the first two add up to the last. It
        is streamed, as JSON or with `format=csv`; take a span that has passed, and asking again gives the same.
        """
        query = request.asked(StatementQuery)
        state = request.services.wallets.state
        statement = await state(request.caller.scope, _addressed(code), query.since, query.until)
        return StatementReply(statement, query.format)


def _addressed(code: str) -> Currency:
    """Read a currency out of a path; raise `NotFound` for what is none."""
    try:
        return currency(code)
    except UnknownCurrency as fault:
        raise NotFound("wallet") from fault
