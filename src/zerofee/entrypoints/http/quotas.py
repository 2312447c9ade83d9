"""How often each caller may ask: counted once the caller is known, and told with every answer."""

from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from litestar.connection import ASGIConnection
from litestar.types import Scope

from zerofee.domain.app import ApiKey
from zerofee.domain.budget import Budget
from zerofee.domain.ids import UserId
from zerofee.domain.ports.limits import Limits, Quota
from zerofee.entrypoints.http.client_address import TrustedProxies, network_of
from zerofee.entrypoints.http.refusals import TooManyRequests
from zerofee.entrypoints.http.reply import Header

Connection = ASGIConnection[Any, Any, Any, Any]

_COUNTED: Final = "quota"
_API: Final = "api"
_LOGIN: Final = "login"


@dataclass(frozen=True, slots=True)
class Quotas:
    """
    Counts requests; each method raises `TooManyRequests` for one that is over the budget.

    `house` is the budget of a key that has none of its own, and of a person; `login` that of a network address where
    nobody is known yet.

    Source: reliability rules RAT-1, RAT-2.
    """

    limits: Limits
    proxies: TrustedProxies
    house: Budget
    login: Budget

    async def of_key(self, connection: Connection, key: ApiKey) -> None:
        """Count for an API key."""
        await self._take(connection, _API, f"key:{key.id}", key.rate_limit or self.house)

    async def of_person(self, connection: Connection, user_id: UserId) -> None:
        """Count for whoever is logged in."""
        await self._take(connection, _API, f"person:{user_id}", self.house)

    async def of_address(self, connection: Connection) -> None:
        """Count for the network that the client is in."""
        address = self.proxies.client_address(connection.scope)
        await self._take(connection, _LOGIN, f"address:{network_of(address)}", self.login)

    async def _take(self, connection: Connection, policy: str, name: str, budget: Budget) -> None:
        quota = await self.limits.take(name, budget)
        connection.scope[_COUNTED] = policy, quota  # type: ignore[typeddict-unknown-key]
        if not quota.allowed:
            raise TooManyRequests(quota.more_in_s)


def quota_headers(scope: Scope) -> tuple[Header, ...]:
    """
    Tell what is left; nothing where nobody was counted.

    Source: draft-ietf-httpapi-ratelimit-headers, "RateLimit-Policy Field" and "RateLimit Field".
    """
    counted: tuple[str, Quota] | None = scope.get(_COUNTED)  # type: ignore[assignment]
    if counted is None:
        return ()
    policy, quota = counted
    told = f'"{policy}";r={quota.remaining};t={quota.more_in_s}'.encode()
    return _policy(policy, quota.budget), (b"ratelimit", told)


@cache
def _policy(policy: str, budget: Budget) -> Header:
    return b"ratelimit-policy", f'"{policy}";q={budget.requests};w={budget.seconds}'.encode()
