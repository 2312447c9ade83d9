"""Windows that all processes share: counted on the server, by its clock, with one exchange for all who wait."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from zerofee.adapters.redis.server import Away, RedisServer
from zerofee.domain.budget import Budget
from zerofee.domain.ports.limits import Quota

_PREFIX: Final = "zerofee:limit:"
_MOST_AT_ONCE: Final = 256

# A window is a list of the moments (in microseconds) at which something was allowed, the newest first. What has slid
# out of it is cut off, first in pieces, so that a large one does not hold the server up. A clock that was set back
# would keep moments of the future for ever; the window then begins anew.
_TAKE: Final = """
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]

local function cut(key, before, piece)
  local moment = redis.call('LINDEX', key, -piece)
  while moment and tonumber(moment) <= before do
    redis.call('LTRIM', key, 0, -piece - 1)
    moment = redis.call('LINDEX', key, -piece)
  end
end

local told = {}
for i, key in ipairs(KEYS) do
  local most, seconds = tonumber(ARGV[2 * i - 1]), tonumber(ARGV[2 * i])
  local span = seconds * 1000000
  local newest = redis.call('LINDEX', key, 0)
  if newest and tonumber(newest) > now then
    redis.call('DEL', key)
  end
  cut(key, now - span, 1000)
  cut(key, now - span, 1)
  local count = redis.call('LLEN', key)
  local allowed = 0
  if count < most then
    allowed = 1
    count = redis.call('LPUSH', key, string.format('%.0f', now))
    redis.call('EXPIRE', key, seconds + 1)
  end
  local oldest = tonumber(redis.call('LINDEX', key, -1))
  told[3 * i - 2] = allowed
  told[3 * i - 1] = most - count
  told[3 * i] = math.ceil((oldest + span - now) / 1000000)
end
return told
"""


@dataclass(frozen=True, slots=True)
class _Waiting:
    name: str
    budget: Budget
    told: "asyncio.Future[Quota | None]"


class RedisLimits:
    """
    The counting of the `Limits` port for all processes on one server; it tells `None` when the server is away.

    Whoever asks while an exchange is under way is in the next one, as units of work share a commit.
    """

    def __init__(self, server: RedisServer) -> None:
        """Count on `server`."""
        self._server = server
        self._take = server.client.register_script(_TAKE)
        self._waiting: list[_Waiting] = []
        self._exchanging: asyncio.Task[None] | None = None

    async def take(self, name: str, budget: Budget) -> Quota | None:
        """Ask once under `name`."""
        if self._server.away:
            return None
        waiting = _Waiting(_PREFIX + name, budget, asyncio.get_running_loop().create_future())
        self._waiting.append(waiting)
        if self._exchanging is None:
            self._exchanging = asyncio.create_task(self._exchange())
        return await waiting.told

    async def _exchange(self) -> None:
        try:
            while self._waiting:
                batch, self._waiting = self._waiting[:_MOST_AT_ONCE], self._waiting[_MOST_AT_ONCE:]
                for waiting, quota in zip(batch, await self._ask(batch), strict=True):
                    # Whoever went away in the meantime is counted all the same.
                    if not waiting.told.done():
                        waiting.told.set_result(quota)
        finally:
            self._exchanging = None

    async def _ask(self, batch: Sequence[_Waiting]) -> Sequence[Quota | None]:
        names = [waiting.name for waiting in batch]
        numbers = [number for waiting in batch for number in (waiting.budget.requests, waiting.budget.seconds)]
        try:
            told: list[int] = await self._server.ask(lambda: self._take(names, numbers))
            threes = zip(batch, told[0::3], told[1::3], told[2::3], strict=True)
            return [
                Quota(waiting.budget, bool(allowed), max(0, remaining), max(1, more_in_s))
                for waiting, allowed, remaining, more_in_s in threes
            ]
        except (Away, TypeError, ValueError):
            # An answer in no form of ours is none either: whoever waits must be told something.
            return [None] * len(batch)
