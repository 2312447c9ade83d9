"""From opened to closed: the storage, the cache, the sign of life, the upkeep, and the calm end of them all."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Final

from zerofee.domain.ports.store import StorageUnavailable
from zerofee.entrypoints.container import Container
from zerofee.entrypoints.worker import Worker

_LOG: Final = logging.getLogger(__name__)


@asynccontextmanager
async def running(container: Container, *, working: bool) -> AsyncIterator[None]:
    """
    Keep what the container made open, and do the upkeep too if `working`.

    The process counts as alive before the first request can come, so that nobody takes what it sends for lost. At
    the end, what was sent is waited for as long as the setting `drain_time` says; what is still under way then is
    found by the next process, as after a crash.
    """
    store, caching = container.store(), container.caching()
    await store.start()
    try:
        await caching.start(_hearing(container))
        worker = container.worker()
        await worker.beat()
        if store.exclusive:
            await store.work.alone(worker.boot_id)
        async with _upkeep(worker, container.settings().drain_time, working=working):
            yield
            patience_s = container.settings().drain_time
            drained = await asyncio.gather(
                container.send_attempt().drain(patience_s),
                container.apply_event().drain(patience_s),
                container.repair().drain(patience_s),
            )
            await _stop_delivering(container)
            if not all(drained):
                _LOG.warning("stopping with calls under way; they will be asked about by the next process")
    finally:
        await _write_key_uses(container)
        await container.http().aclose()
        await caching.close()
        await store.close()


async def _stop_delivering(container: Container) -> None:
    try:
        await container.deliver().drain(container.settings().drain_time)
    except StorageUnavailable:
        _LOG.warning("stopping with the storage away: webhooks wait until this process's leases have ended")


def _hearing(container: Container) -> Callable[[str], None]:
    """Pass news of other processes on to whoever may know what it means."""
    forgetting, watch = container.forgetting(), container.watch()

    def hear(news: str) -> None:
        forgetting.hear(news)
        watch.hear(news)

    return hear


async def _write_key_uses(container: Container) -> None:
    try:
        await container.key_uses().write()
    except StorageUnavailable:
        _LOG.warning("stopping with the storage away: when keys were used last is not written down")


@asynccontextmanager
async def _upkeep(worker: Worker, patience_s: int, *, working: bool) -> AsyncIterator[None]:
    stop = asyncio.Event()
    task = asyncio.create_task(worker.run(stop) if working else worker.only_beat(stop))
    try:
        yield
    finally:
        stop.set()
        await asyncio.wait([task], timeout=patience_s)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
