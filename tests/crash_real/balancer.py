"""What stands before several servers: each request goes to the next one, and on to another if nobody listens there."""

from collections.abc import Sequence

import httpx
from typing_extensions import override


class Balancer(httpx.AsyncBaseTransport):
    """
    A load balancer with no sticky sessions.

    A request that nobody took is tried at the next server; one that somebody took is never sent twice.
    """

    def __init__(self, urls: Sequence[str]) -> None:
        """Balance between these."""
        self._urls = [httpx.URL(url) for url in urls]
        self._turn = 0
        # A connection that is kept alive may be closed by a server that stops, just as a request is put on it.
        self._transport = httpx.AsyncHTTPTransport(limits=httpx.Limits(max_keepalive_connections=0))

    @override
    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self._turn += 1
        first = self._turn
        fault: httpx.ConnectError | None = None
        for place in range(len(self._urls)):
            url = self._urls[(first + place) % len(self._urls)]
            request.url = request.url.copy_with(host=url.host, port=url.port)
            try:
                return await self._transport.handle_async_request(request)
            except httpx.ConnectError as refused:
                fault = refused
        raise fault or httpx.ConnectError("there is no server")

    @override
    async def aclose(self) -> None:
        await self._transport.aclose()
