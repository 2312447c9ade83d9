"""What processes tell one another over a Redis: news that may get lost, since all they say is found out anyway."""

import asyncio
import logging
from collections.abc import Callable
from typing import Final

from redis.exceptions import RedisError

from zerofee.adapters.redis.server import Away, RedisServer

_LOG: Final = logging.getLogger(__name__)
_CHANNEL: Final = "zerofee:news"


class RedisNews:
    """Tells every process that listens, this one too."""

    def __init__(self, server: RedisServer, pause_s: float = 5) -> None:
        """Tell by way of `server`; after a fault, listen again in `pause_s`."""
        self._server = server
        self._pause_s = pause_s
        self._listening: asyncio.Task[None] | None = None

    async def tell(self, news: str) -> None:
        """Tell the others, if the server is there."""
        client = self._server.client
        try:
            await self._server.ask(lambda: client.publish(_CHANNEL, news))
        except Away:
            return

    def listen(self, hear: Callable[[str], None]) -> None:
        """Begin to hear what is told."""
        self._listening = asyncio.create_task(self._listen(hear))

    async def close(self) -> None:
        """Hear no more."""
        if self._listening is not None:
            self._listening.cancel()
            await asyncio.wait((self._listening,))

    async def _listen(self, hear: Callable[[str], None]) -> None:
        while True:
            try:
                await self._listen_once(hear)
            except (RedisError, OSError) as fault:
                # The server itself says once a minute that it is away.
                _LOG.debug("hears no news: %s", type(fault).__name__)
            await asyncio.sleep(self._pause_s)

    async def _listen_once(self, hear: Callable[[str], None]) -> None:
        async with self._server.client.pubsub(ignore_subscribe_messages=True) as channel:
            await channel.subscribe(_CHANNEL)
            async for message in channel.listen():
                hear(message["data"].decode())
