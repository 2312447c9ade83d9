"""What this is, and whether it works."""

import asyncio
import logging
from typing import Final

from litestar import get
from litestar.types import ASGIApp

from zerofee.entrypoints.http.call import Call
from zerofee.entrypoints.http.needs import public
from zerofee.entrypoints.http.reply import json_reply
from zerofee.entrypoints.http.services import Services
from zerofee.entrypoints.http.wire.health import ApiBody, HealthBody, ReadinessBody
from zerofee.entrypoints.http.wire.showing import ENCODER

_LOG: Final = logging.getLogger(__name__)
# Whoever asks is a load balancer that has a deadline of its own, of a few seconds as a rule.
_PATIENCE_S: Final = 2
_UNAVAILABLE: Final = 503


@get("/", opt=public(gives={200: ApiBody}))
async def read_api(request: Call) -> ASGIApp:
    """Say what this is, and where it is described."""
    settings = request.services.settings
    body = ApiBody(
        name="zerofee",
        version=settings.version,
        docs=f"{settings.public_url}/docs",
        openapi=f"{settings.public_url}/openapi.json",
    )
    return json_reply(ENCODER.encode(body))


@get("/health", opt=public(gives={200: HealthBody}))
async def read_health() -> ASGIApp:
    """Say that the process is alive; it asks nothing else."""
    return json_reply(ENCODER.encode(HealthBody()))


@get("/health/live", opt=public(gives={200: HealthBody}))
async def read_liveness() -> ASGIApp:
    """Say the same under the name that orchestrators look for."""
    return json_reply(ENCODER.encode(HealthBody()))


@get("/health/ready", opt=public(gives={200: ReadinessBody, 503: ReadinessBody}))
async def read_readiness(request: Call) -> ASGIApp:
    """
    Say whether requests are wanted here.

    503 while the database is gone or the process is stopping; 200 with `"cache":"degraded"` when only the cache is.
    """
    services = request.services
    database, cache = await asyncio.gather(_database_answers(services), _cache_answers(services))
    body = ReadinessBody(
        status="stopping" if services.readiness.draining else "ok" if database else "not_ready",
        database="ok" if database else "unavailable",
        cache="ok" if cache else "degraded",
    )
    return json_reply(ENCODER.encode(body), 200 if body.status == "ok" else _UNAVAILABLE)


async def _database_answers(services: Services) -> bool:
    try:
        async with asyncio.timeout(_PATIENCE_S):
            await services.ping()
    except Exception:  # noqa: BLE001  whatever it is, the answer is no
        _LOG.warning("the database does not answer", exc_info=True)
        return False
    return True


async def _cache_answers(services: Services) -> bool:
    try:
        async with asyncio.timeout(_PATIENCE_S):
            return await services.cache.healthy()
    except TimeoutError:
        return False
