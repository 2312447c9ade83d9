"""What each payment pays at the door: who asks, how often, and whether it was asked before. Prints one line of JSON."""

import argparse
import asyncio
import json
import time
import uuid
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import uvloop
from litestar import Litestar

from bench.load import BODY
from zerofee.adapters.sql.migrating import migrate
from zerofee.domain.app import KeyKind
from zerofee.domain.budget import Budget
from zerofee.domain.change_set import ChangeSet, Insert
from zerofee.domain.ids import AppId
from zerofee.domain.new_key import NewKey
from zerofee.domain.ports.limits import Limits, Quota
from zerofee.domain.scope import Environment, Permission, Scope
from zerofee.entrypoints.caches import SharedCaching
from zerofee.entrypoints.container import Container
from zerofee.entrypoints.demo import demo_app
from zerofee.entrypoints.http.auth import Admission
from zerofee.entrypoints.http.call import Call
from zerofee.entrypoints.http.idempotency import claim_of
from zerofee.entrypoints.http.strict import decode
from zerofee.entrypoints.http.wire.requests import NewPaymentBody
from zerofee.entrypoints.running import running
from zerofee.entrypoints.serving import serve_within
from zerofee.entrypoints.settings import Settings

PATH: Final = "/v1/payments"
PLENTY: Final = Budget(100_000_000, 60)
TIMES: Final = 4096
ROUNDS: Final = 5
Step = Callable[[], Awaitable[object]]


class NoLimits:
    """Counts nothing, so that the rest can be measured by itself."""

    async def take(self, name: str, budget: Budget) -> Quota:  # noqa: ARG002  whoever it is
        """Allow it."""
        return Quota(budget, allowed=True, remaining=0, more_in_s=1)


async def seconds_each(step: Step, together: int) -> float:
    """Take a step very often, by so many at once; give the best round's seconds for each."""

    async def repeat() -> None:
        for _ in range(TIMES // together):
            await step()

    best = float("inf")
    for _ in range(ROUNDS):
        began = time.perf_counter()
        await asyncio.gather(*(repeat() for _ in range(together)))
        best = min(best, (time.perf_counter() - began) / TIMES)
    return best


def a_call(app: Litestar, key: str) -> Call:
    """Make the request of the benchmark as the routes see it, under an idempotency key that was never used."""
    handler: Any = next(
        handler
        for route in app.routes
        if route.path == PATH
        for handler in getattr(route, "route_handlers", ())
        if "POST" in handler.http_methods
    )
    headers = [(b"authorization", f"Bearer {key}".encode()), (b"idempotency-key", uuid.uuid4().hex.encode())]
    scope: Any = {
        "type": "http",
        "method": "POST",
        "path_template": PATH,
        "path_params": {},
        "query_string": b"",
        "headers": headers,
        "client": ("127.0.0.1", 1),
        "state": {},
        "litestar_app": app,
        "route_handler": handler,
    }
    return Call(scope)


def steps(app: Litestar, container: Container, key: str, shared: Limits) -> Iterator[tuple[str, Step]]:
    """Give each step with its name; each one holds what the one before does, up to the look-up."""
    admit: Any = app.before_request
    assert isinstance(admit, Admission)

    def admitting(limits: Limits) -> Step:
        admission = replace(admit, quotas=replace(admit.quotas, limits=limits))
        return lambda: admission(a_call(app, key))

    async def look_up() -> None:
        call = a_call(app, key)
        await admit(call)
        claim = claim_of(call, body)
        if claim is None or await container.reads().claim(claim.scope, claim.id) is not None:
            raise SystemExit("the look-up found what was never there")

    body = decode(NewPaymentBody, BODY)
    yield "the request itself", _made(app, key)
    yield "+ authentication", admitting(NoLimits())
    yield "+ limit, on Redis", admitting(shared)
    yield "+ limit, in the process", admitting(admit.quotas.limits)
    yield "+ idempotency look-up, on SQLite", look_up


def _made(app: Litestar, key: str) -> Step:
    async def make() -> None:
        a_call(app, key)

    return make


async def measured(folder: Path, cache_url: str, clients: tuple[int, ...]) -> dict[str, dict[str, float]]:
    """Measure every step alone, less the making of the request, which is the benchmark's own."""
    url = f"sqlite+aiosqlite:///{folder / 'door.db'}"
    await migrate(url)
    container = Container(settings=Settings(database_url=url, rate_limit=PLENTY))
    app: Litestar = serve_within(container).application
    shared = SharedCaching(cache_url, timeout_s=1)
    ids, now, scope = container.ids(), container.clock().now(), Scope(container.ids().new(AppId), Environment.SANDBOX)
    permissions = frozenset({Permission.ALL})
    issued = container.issue_key()(NewKey(scope=scope, kind=KeyKind.SECRET, name="b", permissions=permissions), now)
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(running(container, working=False))
        await container.commit()(ChangeSet((*demo_app(scope, ids, now), Insert(issued.row))))
        await shared.start(lambda _: None)
        stack.push_async_callback(shared.close)
        seconds = {
            name: {str(together): await seconds_each(step, together) for together in clients}
            for name, step in steps(app, container, issued.text.reveal(), shared.limits)
        }
    own = seconds.pop("the request itself")
    return {name: {number: each[number] - own[number] for number in each} for name, each in seconds.items()}


def main() -> None:
    """Measure once, and print the seconds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--cache-url", required=True)
    parser.add_argument("--clients", type=int, nargs="+", required=True)
    wanted = parser.parse_args()
    print(json.dumps(uvloop.run(measured(wanted.folder, wanted.cache_url, tuple(wanted.clients)))))


if __name__ == "__main__":
    main()
