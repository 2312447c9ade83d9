"""Checkout sessions, each question by one statement."""

from collections.abc import Collection, Mapping

from zerofee.adapters.sql.checkout_statements import CheckoutStatements
from zerofee.adapters.sql.engine import Engine
from zerofee.adapters.sql.rows.checkout import checkout_of
from zerofee.domain.checkout import CheckoutSession
from zerofee.domain.ids import CheckoutId
from zerofee.domain.ports.store import NotFound


class SqlCheckouts:
    """The `Checkouts` port."""

    def __init__(self, engine: Engine, statements: CheckoutStatements) -> None:
        """Read by `engine`."""
        self._engine = engine
        self._statements = statements

    async def session(self, session_id: CheckoutId) -> CheckoutSession:
        found = await self._engine.fetch(self._statements.session, {"id": session_id})
        if not found:
            raise NotFound("checkout session")
        return checkout_of(found[0])

    async def versions(self, session_ids: Collection[CheckoutId]) -> Mapping[CheckoutId, int]:
        values = {"ids": self._engine.sql.list_of(sorted(session_ids))}
        rows = await self._engine.fetch(self._statements.versions, values)
        return {CheckoutId(row["id"]): row["version"] for row in rows}
