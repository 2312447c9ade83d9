"""The cache port on a Redis: what cannot be asked was never kept."""

from typing import Final

from zerofee.adapters.redis.server import Away, RedisServer

_PREFIX: Final = "zerofee:kept:"


class RedisCache:
    """Keeps values for every process; while the server is away it knows nothing, keeps nothing and forgets nothing."""

    def __init__(self, server: RedisServer) -> None:
        """Keep on `server`."""
        self._server = server

    async def get(self, key: str) -> bytes | None:
        client = self._server.client
        try:
            kept = await self._server.ask(lambda: client.get(_PREFIX + key))
        except Away:
            return None
        return kept if isinstance(kept, bytes) else None

    async def put(self, key: str, value: bytes, ttl_s: int) -> None:
        client = self._server.client
        try:
            await self._server.ask(lambda: client.set(_PREFIX + key, value, ex=ttl_s))
        except Away:
            return

    async def forget(self, key: str) -> None:
        client = self._server.client
        try:
            await self._server.ask(lambda: client.delete(_PREFIX + key))
        except Away:
            return

    async def healthy(self) -> bool:
        client = self._server.client
        try:
            await self._server.ask(client.ping)
        except Away:
            return False
        return True
