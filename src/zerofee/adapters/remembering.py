"""What was read a moment ago, kept in the process for a few seconds, so that a payment's hot path need not read."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Hashable
from functools import partial
from typing import Final, Generic, TypeVar

from zerofee.domain.app import ApiKey
from zerofee.domain.ports.keys import Keys

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

_MOST: Final = 10_000
_KEYS_TTL_S: Final = 5
"""Reliability rule KEY-3: what is revoked in one process is refused in all others after 5 s at most."""


class Remembered(Generic[K, V]):
    """
    Loads each value once and gives it out for `ttl_s` seconds; who asks while it is being loaded waits for it.

    What `forget` was told to forget is loaded anew, also when it is being loaded just then. At most `most` values
    are kept, and a failed loading is not.
    """

    def __init__(
        self,
        load: Callable[[K], Awaitable[V]],
        ttl_s: int,
        most: int = _MOST,
        stopwatch: Callable[[], float] = time.monotonic,
    ) -> None:
        """Load by `load`; `stopwatch` gives seconds that never go back."""
        self._load = load
        self._ttl_s = ttl_s
        self._most = most
        self._stopwatch = stopwatch
        self._kept: dict[K, tuple[float, asyncio.Future[V]]] = {}

    async def get(self, key: K) -> V:
        """Give the value of `key`, at most `ttl_s` seconds old; raise what loading raised."""
        until, loading = self._kept.get(key, (0.0, None))
        if loading is None or until <= self._stopwatch():
            loading = self._begin(key)
        if loading.done():
            return loading.result()
        # Whoever began it may go away; the others still want it.
        return await asyncio.shield(loading)

    def forget(self, key: K) -> None:
        """Load `key` anew when it is asked for next."""
        self._kept.pop(key, None)

    def _begin(self, key: K) -> asyncio.Future[V]:
        loading = asyncio.ensure_future(self._load(key))
        self._kept.pop(key, None)
        while len(self._kept) >= self._most:
            del self._kept[next(iter(self._kept))]
        self._kept[key] = self._stopwatch() + self._ttl_s, loading
        loading.add_done_callback(partial(self._drop_failed, key))
        return loading

    def _drop_failed(self, key: K, loaded: asyncio.Future[V]) -> None:
        failed = loaded.cancelled() or loaded.exception() is not None
        if failed and self._kept.get(key, (0.0, None))[1] is loaded:
            del self._kept[key]


class RememberedKeys:
    """The `Keys` port over another one. A digest that is no key's is never remembered, so guesses push nothing out."""

    def __init__(self, keys: Keys, ttl_s: int = _KEYS_TTL_S, stopwatch: Callable[[], float] = time.monotonic) -> None:
        """Remember what `keys` finds."""
        self._keys = keys
        self._remembered = Remembered(self._find, ttl_s, stopwatch=stopwatch)

    async def key(self, digest: str) -> ApiKey | None:
        try:
            return await self._remembered.get(digest)
        except KeyError:
            return None

    def forget(self, digest: str) -> None:
        """Look a key up anew when it comes next: it was changed or revoked here."""
        self._remembered.forget(digest)

    async def _find(self, digest: str) -> ApiKey:
        key = await self._keys.key(digest)
        if key is None:
            raise KeyError(digest)
        return key
