"""The keys that one of pawaPay's hosts publishes, remembered for every connection to that host."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from cryptography.hazmat.primitives.asymmetric import ec

from zerofee.adapters.http.exchange import HttpReply, Silence
from zerofee.adapters.providers.pawapay.responses import OK
from zerofee.adapters.providers.pawapay.signature import read_keys
from zerofee.domain.ports.provider import CannotVerify

Fetch = Callable[[], Awaitable[HttpReply | Silence]]

# A stranger's key ids must not make us ask pawaPay once for each.
_PAUSE: Final = timedelta(seconds=60)
# A key that was withdrawn stops being taken, and a renewed one under an old id is found, a day later at most.
_FRESH: Final = timedelta(hours=24)


@dataclass(slots=True)
class KeyRing:
    """
    Published keys by id. An unknown id is looked up once, at most once in a minute for all ids together.

    Sandbox and live use the same ids for other keys, so each host has a ring of its own.
    """

    _keys: Mapping[str, ec.EllipticCurvePublicKey] = field(default_factory=dict)
    _heard_at: datetime | None = None
    _asked_at: datetime | None = None
    _one_at_a_time: asyncio.Lock = field(default_factory=asyncio.Lock, repr=False)

    async def find(self, key_id: str, fetch: Fetch, now: datetime) -> ec.EllipticCurvePublicKey | None:
        """Give a key, or `None` when it is not published; raise `CannotVerify` when none could be had."""
        if key := self._known(key_id, now):
            return key
        async with self._one_at_a_time:
            if self._known(key_id, now) is None and self._may_ask(now):
                self._asked_at = now
                await self._ask(fetch, now)
        if self._heard_at is None:
            raise CannotVerify("pawaPay's public keys could not be read")
        return self._keys.get(key_id)

    def _known(self, key_id: str, now: datetime) -> ec.EllipticCurvePublicKey | None:
        fresh = self._heard_at is not None and now - self._heard_at < _FRESH
        return self._keys.get(key_id) if fresh else None

    def _may_ask(self, now: datetime) -> bool:
        return self._asked_at is None or now - self._asked_at >= _PAUSE

    async def _ask(self, fetch: Fetch, now: datetime) -> None:
        reply = await fetch()
        keys = read_keys(reply.body) if isinstance(reply, HttpReply) and reply.status == OK else None
        # What was heard before still holds when pawaPay cannot be asked just now.
        if keys is not None:
            self._keys, self._heard_at = keys, now
