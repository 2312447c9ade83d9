"""What rules need to know, each by one statement over one crossing."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from zerofee.adapters.sql.engine import Engine
from zerofee.adapters.sql.prepared import Prepared
from zerofee.adapters.sql.read_statements import ReadStatements
from zerofee.adapters.sql.rows.app import api_key_of
from zerofee.adapters.sql.rows.attempt import AttemptRows
from zerofee.adapters.sql.rows.claim import claim_of
from zerofee.adapters.sql.rows.encoding import Row
from zerofee.adapters.sql.rows.payment import payment_of
from zerofee.adapters.sql.rows.refund import refund_of
from zerofee.adapters.sql.rows.routing import connection_of, route_of
from zerofee.adapters.sql.rows.wallet import balances_of
from zerofee.domain.app import ApiKey
from zerofee.domain.attempt import Attempt
from zerofee.domain.connection import Connection
from zerofee.domain.idempotency import Claim, ClaimId
from zerofee.domain.ids import AttemptId, ConnectionId, PaymentId, RefundId
from zerofee.domain.ordering import Strategy
from zerofee.domain.payment import Payment
from zerofee.domain.ports.store import NotFound
from zerofee.domain.refund import Refund
from zerofee.domain.routing import Route
from zerofee.domain.scope import Scope
from zerofee.domain.wallet import Balances

T = TypeVar("T")


class SqlReads:
    """The `Reads` and `Keys` ports, and the lists that routing is made of."""

    def __init__(self, engine: Engine, statements: ReadStatements, attempts: AttemptRows) -> None:
        """Read by `engine`."""
        self._engine = engine
        self._attempts = attempts
        self._statements = statements

    async def payment(self, scope: Scope, payment_id: PaymentId) -> Payment:
        return await self._one(self._statements.payment, scope, payment_id, payment_of, "payment")

    async def attempt(self, scope: Scope, attempt_id: AttemptId) -> Attempt:
        return await self._one(self._statements.attempt, scope, attempt_id, self._attempts.attempt_of, "attempt")

    async def attempts(self, scope: Scope, payment_id: PaymentId) -> tuple[Attempt, ...]:
        values = {**scope_values(scope), "payment_id": payment_id}
        return await self._all(self._statements.attempts, values, self._attempts.attempt_of)

    async def refund(self, scope: Scope, refund_id: RefundId) -> Refund:
        return await self._one(self._statements.refund, scope, refund_id, refund_of, "refund")

    async def claim(self, scope: Scope, claim_id: ClaimId) -> Claim | None:
        found = await self._all(self._statements.claim, {**scope_values(scope), "id": claim_id}, claim_of)
        return found[0] if found else None

    async def connection(self, scope: Scope, connection_id: ConnectionId) -> Connection:
        return await self._one(self._statements.connection, scope, connection_id, connection_of, "connection")

    async def balances(self, scope: Scope) -> tuple[Balances, ...]:
        return await self._all(self._statements.balances, scope_values(scope), balances_of)

    async def key(self, digest: str) -> ApiKey | None:
        found = await self._all(self._statements.key, {"digest": digest}, api_key_of)
        return found[0] if found else None

    async def api_keys(self, scope: Scope) -> tuple[ApiKey, ...]:
        """List a scope's keys, by id."""
        return await self._all(self._statements.api_keys, scope_values(scope), api_key_of)

    async def routes(self, scope: Scope) -> tuple[Route, ...]:
        """List a scope's routes, by id."""
        return await self._all(self._statements.routes, scope_values(scope), route_of)

    async def connections(self, scope: Scope) -> tuple[Connection, ...]:
        """List a scope's connections, by id."""
        return await self._all(self._statements.connections, scope_values(scope), connection_of)

    async def strategy(self, scope: Scope) -> Strategy:
        """Say how the app puts its routes in order."""
        found = await self._engine.fetch(self._statements.strategy, {"app_id": scope.app_id})
        return Strategy(found[0]["strategy"]) if found else Strategy.PRIORITY

    async def ping(self) -> None:
        """Raise `StorageUnavailable` when nothing can be read."""
        await self._engine.fetch(self._statements.ping, {})

    async def _one(self, prepared: Prepared, scope: Scope, thing_id: str, of_row: Callable[[Row], T], kind: str) -> T:
        found = await self._all(prepared, {**scope_values(scope), "id": thing_id}, of_row)
        if not found:
            raise NotFound(kind)
        return found[0]

    async def _all(self, prepared: Prepared, values: Mapping[str, Any], of_row: Callable[[Row], T]) -> tuple[T, ...]:
        return tuple(map(of_row, await self._engine.fetch(prepared, values)))


def scope_values(scope: Scope) -> dict[str, str]:
    """Give what `in_scope` binds."""
    return {"app_id": scope.app_id, "environment": scope.environment.value}
