"""A Redis that is killed, paused, restarted, emptied, or that lies: nobody is refused, and nobody waits twice."""

import asyncio
import logging
import os
import signal
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
import redis

from tests.e2e.shop import ORDER, Shop, open_shop
from tests.servers import start_redis, stop_redis
from zerofee.adapters.redis.server import Away, RedisServer
from zerofee.domain.budget import Budget
from zerofee.entrypoints.caches import SharedCaching

SOON_S = 0.05
CLIENTS = 8


@dataclass
class OwnRedis:
    """A Redis that a test may do anything to."""

    folder: Path
    starts: int = 0
    url: str = ""
    pid: int = 0

    def start(self) -> None:
        """Start it, the second time at the same address."""
        self.starts += 1
        port = int(self.url.rpartition(":")[2]) if self.url else None
        self.url = start_redis(self._home, port=port)
        with redis.Redis.from_url(self.url) as server:
            self.pid = server.info("server")["process_id"]

    def kill(self) -> None:
        """Let it die at once."""
        os.kill(self.pid, signal.SIGKILL)

    def pause(self) -> None:
        """Let it hear, and say nothing."""
        os.kill(self.pid, signal.SIGSTOP)

    def go_on(self) -> None:
        """Let it speak again."""
        os.kill(self.pid, signal.SIGCONT)

    def end(self) -> None:
        """Leave nothing of it."""
        try:
            self.go_on()
        except ProcessLookupError:
            return
        stop_redis(self._home)

    @property
    def _home(self) -> Path:
        return self.folder / f"redis-{self.starts}"


@pytest.fixture
def own(tmp_path: Path) -> Iterator[OwnRedis]:
    server = OwnRedis(tmp_path)
    server.start()
    yield server
    server.end()


@asynccontextmanager
async def hasty(url: str) -> AsyncIterator[RedisServer]:
    """Open the way to a server, with little patience."""
    server = RedisServer(url, timeout_s=SOON_S, pause_s=SOON_S)
    await server.start()
    try:
        yield server
    finally:
        await server.close()


async def until(true: Callable[[], bool]) -> None:
    """Wait for something that comes by itself."""
    while not true():  # noqa: ASYNC110  what is waited for is another process
        await asyncio.sleep(0.01)


async def back(server: RedisServer) -> None:
    """Wait until it is asked again."""
    await until(lambda: not server.away)


async def test_only_the_first_waits_for_a_server_that_says_nothing(own: OwnRedis) -> None:
    async with hasty(own.url) as server:
        asked = []

        async def ping() -> None:
            asked.append(1)
            await server.client.ping()

        own.pause()
        for _ in range(20):
            with pytest.raises(Away):
                await server.ask(ping)

        assert len(asked) == 1
        own.go_on()


@pytest.mark.parametrize("trouble", ["killed", "paused"])
async def test_asks_again_by_itself(own: OwnRedis, trouble: str) -> None:
    async with hasty(own.url) as server:
        if trouble == "killed":
            own.kill()
        else:
            own.pause()
        with pytest.raises(Away):
            await server.ask(server.client.ping)
        assert server.away
        if trouble == "killed":
            own.start()
        else:
            own.go_on()
        await back(server)

        assert await server.ask(server.client.ping)


async def test_a_late_answer_is_nobody_elses(own: OwnRedis) -> None:
    async with hasty(own.url) as server:
        await server.client.set("mine", "1")
        await server.client.set("yours", "2")
        own.pause()
        with pytest.raises(Away):
            await server.ask(lambda: server.client.get("mine"))
        own.go_on()
        await back(server)

        assert [await server.ask(lambda: server.client.get("yours")) for _ in range(5)] == [b"2"] * 5


async def test_starts_without_it_and_takes_it_when_it_comes(own: OwnRedis) -> None:
    own.kill()
    async with hasty(own.url) as server:
        assert server.away
        own.start()
        await back(server)

        assert await server.ask(server.client.ping)


async def test_says_so_once(own: OwnRedis, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        async with hasty(own.url) as server:
            for _ in range(3):
                own.pause()
                with pytest.raises(Away):
                    await server.ask(server.client.ping)
                own.go_on()
                await back(server)

    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert "away" in caplog.text


async def test_a_process_that_was_busy_itself_does_not_blame_the_server(own: OwnRedis) -> None:
    async with hasty(own.url) as server:
        asking = asyncio.create_task(server.ask(server.client.ping))
        await asyncio.sleep(0)
        # Nothing else can run meanwhile, which is the point.
        os.system(f"sleep {2 * SOON_S}")  # noqa: ASYNC221

        assert await asking
        assert not server.away


async def test_counts_on_when_the_server_has_lost_everything(own: OwnRedis) -> None:
    """What was counted is forgotten, and the script is known no more."""
    caching = SharedCaching(own.url, 5)
    await caching.start(lambda _: None)
    budget = Budget(2, 60)
    for _ in range(3):
        await caching.limits.take("a", budget)
    with redis.Redis.from_url(own.url) as server:
        server.flushall()
        server.script_flush()

    taken = [await caching.limits.take("a", budget) for _ in range(3)]
    await caching.close()

    assert [quota.allowed for quota in taken] == [True, True, False]


@pytest.mark.parametrize(
    "lie", [b"+OK\r\n", b"$-1\r\n", b"*0\r\n", b"*1\r\n:7\r\n", b"-ERR no\r\n", b"HTTP/1.1 200\r\n\r\n", b"\xff\x00"]
)
async def test_what_lies_is_as_good_as_gone(lie: bytes) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while await reader.read(65536):
            writer.write(lie)
        writer.close()

    liar = await asyncio.start_server(answer, "127.0.0.1", 0)
    port = liar.sockets[0].getsockname()[1]
    caching = SharedCaching(f"redis://127.0.0.1:{port}", SOON_S)
    await caching.start(lambda _: None)

    taken = [await caching.limits.take("a", Budget(2, 60)) for _ in range(3)]
    kept = await caching.cache.get("a")

    assert [quota.allowed for quota in taken] == [True, True, False]
    assert kept is None or isinstance(kept, bytes)
    await caching.close()
    liar.close()
    await liar.wait_closed()


@asynccontextmanager
async def loaded(shop: Shop) -> AsyncIterator[list[httpx.Response]]:
    """Make payments all the while, each under a key of its own; give the answers as they come."""
    answers: list[httpx.Response] = []
    stop = asyncio.Event()

    async def pay(client: int) -> None:
        while not stop.is_set():
            key = f"{client}-{len(answers)}"
            answers.append(await shop.post("/v1/payments", ORDER, Idempotency_Key=key))

    paying = [asyncio.create_task(pay(client)) for client in range(CLIENTS)]
    try:
        yield answers
    finally:
        stop.set()
        await asyncio.gather(*paying)


async def more(answers: list[httpx.Response], number: int = 20) -> None:
    """Wait for so many more answers."""
    wanted = len(answers) + number
    await until(lambda: len(answers) >= wanted)


async def test_payments_go_on_whatever_becomes_of_the_cache(own: OwnRedis) -> None:
    async with open_shop(cache_url=own.url, rate_limit=Budget(1_000_000, 60)) as shop:
        caching = shop.container.caching()
        assert isinstance(caching, SharedCaching)
        server = caching._server
        server._pause_s = SOON_S
        async with loaded(shop) as answers:
            await more(answers)
            own.pause()
            await more(answers)
            paused = (await shop.http.get("/health/ready")).json()["cache"]
            own.go_on()
            await back(server)
            await more(answers)
            own.kill()
            await more(answers)
            killed = (await shop.http.get("/health/ready")).json()["cache"]
            own.start()
            await back(server)
            await more(answers)
            again = (await shop.http.get("/health/ready")).json()["cache"]

    assert {answer.status_code for answer in answers} == {201}
    assert all("ratelimit" in answer.headers for answer in answers)
    assert (paused, killed, again) == ("degraded", "degraded", "ok")
    assert shop.directory.charges == len(answers)


async def test_limits_hold_in_each_process_while_the_cache_is_gone(own: OwnRedis) -> None:
    async with open_shop(cache_url=own.url, rate_limit=Budget(3, 60)) as shop:
        own.kill()
        answers = [await shop.get("/v1/payments") for _ in range(5)]

    assert [answer.status_code for answer in answers] == [200, 200, 200, 429, 429]
