"""Write a set whole; read what a rule needs."""

from typing import Protocol

from zerofee.domain.attempt import Attempt
from zerofee.domain.change_set import ChangeSet
from zerofee.domain.connection import Connection
from zerofee.domain.errors import DomainError
from zerofee.domain.idempotency import Claim, ClaimId
from zerofee.domain.ids import AttemptId, ConnectionId, PaymentId, RefundId
from zerofee.domain.payment import Payment
from zerofee.domain.refund import Refund
from zerofee.domain.routing import RoutingTable
from zerofee.domain.scope import Scope
from zerofee.domain.wallet import Balances


class NotFound(DomainError):
    """There is no such thing in this scope; what is in another scope is simply not found."""

    code = "not_found"

    def __init__(self, kind: str) -> None:
        """Name the kind of thing, never the id that was tried."""
        super().__init__(
            f"There is no such {kind}: check the id, and that the key is of the right app and environment."
        )


class StorageUnavailable(DomainError):
    """The database is gone, busy, full or read-only; nothing was written, or it cannot be said."""

    code = "storage_unavailable"

    def __init__(self) -> None:
        """Say what to do."""
        super().__init__("The storage is not available. Try again later, with the same Idempotency-Key.")


class Commit(Protocol):
    """Write a change set so that all of it is on disk, or none of it."""

    async def __call__(self, changes: ChangeSet) -> None:
        """
        Return once the set is durable.

        Raises `Conflict` when a claim, a unique value, a version or a balance stood in the way, and
        `StorageUnavailable` when the storage cannot be used. Nothing was written then. `BrokenRule` is a bug.
        """
        ...


class Reads(Protocol):
    """What rules need to know, always within a scope. Each method raises `NotFound`."""

    async def payment(self, scope: Scope, payment_id: PaymentId) -> Payment:
        """Read one payment."""
        ...

    async def attempt(self, scope: Scope, attempt_id: AttemptId) -> Attempt:
        """Read one attempt."""
        ...

    async def attempts(self, scope: Scope, payment_id: PaymentId) -> tuple[Attempt, ...]:
        """Read a payment's attempts in their order; none for a payment that is not there."""
        ...

    async def refund(self, scope: Scope, refund_id: RefundId) -> Refund:
        """Read one refund."""
        ...

    async def claim(self, scope: Scope, claim_id: ClaimId) -> Claim | None:
        """Read a claim, with its answer when it has one; `None` when nobody made it."""
        ...

    async def connection(self, scope: Scope, connection_id: ConnectionId) -> Connection:
        """Read one connection."""
        ...

    async def balances(self, scope: Scope) -> tuple[Balances, ...]:
        """Read an app's balances, one for each currency it ever had, by currency."""
        ...


class RoutingTables(Protocol):
    """What an app has to route with; may be a few seconds old in other processes, never in this one."""

    async def routing(self, scope: Scope) -> RoutingTable:
        """Read the routes and connections of a scope, with what each provider can do."""
        ...
