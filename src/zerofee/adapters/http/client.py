"""The only sender: one pooled client, with deadlines and a bulkhead for each provider."""

import asyncio
from dataclasses import dataclass, field
from typing import Final

import httpx

from zerofee.adapters.http.exchange import HttpCall, HttpReply, Send, Silence
from zerofee.domain.scope import Environment

_LARGEST_REPLY: Final = 1024 * 1024
# Of all that httpx can raise, only these prove that no byte of the request left us.
_NOT_SENT: Final = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadlines:
    """How long each part of a call may take, in seconds; `whole` bounds the call by one monotonic deadline."""

    connect: int = 3
    pool: int = 1
    read: int = 15
    whole: int = 20


@dataclass(frozen=True, slots=True)
class HttpClient:
    """
    Sends calls for every provider, and keeps one provider's trouble from costing another its slots.

    At most `slots` calls per provider and environment are under way; a further one waits a second at most.
    Redirects are not followed, proxies and certificates come from no environment variable.
    """

    deadlines: Deadlines = field(default_factory=Deadlines)
    slots: int = 32
    _client: httpx.AsyncClient = field(
        default_factory=lambda: httpx.AsyncClient(
            follow_redirects=False,
            trust_env=False,
            limits=httpx.Limits(max_connections=256, max_keepalive_connections=64),
        ),
        repr=False,
    )
    _bulkheads: dict[tuple[str, Environment], asyncio.Semaphore] = field(default_factory=dict, repr=False)

    def sender(self, provider_id: str, environment: Environment) -> Send:
        """Give the way out for one provider in one environment."""
        slots = self._bulkheads.setdefault((provider_id, environment), asyncio.Semaphore(self.slots))
        return _Sender(self._client, slots, self.deadlines)

    async def aclose(self) -> None:
        """Close every connection."""
        await self._client.aclose()


@dataclass(frozen=True, slots=True)
class _Sender:
    client: httpx.AsyncClient
    slots: asyncio.Semaphore
    deadlines: Deadlines

    async def __call__(self, call: HttpCall) -> HttpReply | Silence:
        try:
            async with asyncio.timeout(self.deadlines.pool):
                await self.slots.acquire()
        except TimeoutError:
            return Silence("every slot for this provider is taken", sent=False)
        try:
            async with asyncio.timeout(call.timeout_s or self.deadlines.whole):
                return await self._exchange(call)
        except TimeoutError:
            return Silence("the call's deadline passed")
        except _NOT_SENT as fault:
            return Silence(type(fault).__name__, sent=False)
        except httpx.HTTPError as fault:
            return Silence(type(fault).__name__)
        except httpx.InvalidURL:
            return Silence("the address is no URL", sent=False)
        finally:
            self.slots.release()

    async def _exchange(self, call: HttpCall) -> HttpReply | Silence:
        limits = httpx.Timeout(
            connect=self.deadlines.connect,
            pool=self.deadlines.pool,
            read=call.timeout_s or self.deadlines.read,
            write=self.deadlines.read,
        )
        request = self.client.build_request(
            call.method, call.url, headers=dict(call.headers), content=call.body or None, timeout=limits
        )
        reply = await self.client.send(request, stream=True)
        try:
            body = bytearray()
            async for part in reply.aiter_bytes():
                body += part
                if len(body) > _LARGEST_REPLY:
                    return Silence("the reply is larger than 1 MiB")
            headers = {name.lower(): value for name, value in reply.headers.items()}
            return HttpReply(status=reply.status_code, headers=headers, body=bytes(body))
        finally:
            await reply.aclose()
