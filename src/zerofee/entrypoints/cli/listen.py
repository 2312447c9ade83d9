"""An app's events at a local address, while its developer builds: no public address is needed for that."""

import asyncio
import os
import time
from collections import deque
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final

import click
import httpx
import msgspec

from zerofee.adapters.system import SystemClock
from zerofee.adapters.webhooks.signature import NoSecret, key_of, secret_of, signed_headers
from zerofee.domain.ports.vault import Secret
from zerofee.entrypoints.cli.failing import CommandFailed
from zerofee.entrypoints.cli.key_file import KeyFile
from zerofee.entrypoints.cli.opening import checked_settings

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_SECRET_BYTES: Final = 32
_TRY_S: Final = 15
_PAGE: Final = 100
_REMEMBERED: Final = 5_000
_LONGEST_WAIT_S: Final = 30
_UNAUTHORIZED: Final = frozenset({401, 403})
_NO_KEY: Final = "whose events? Give a secret key that may read webhooks: --key sk_sand_…, or ZEROFEE_KEY"


class _Named(msgspec.Struct):
    """What must be known of an event in order to pass it on; the rest goes through as it came."""

    id: str
    type: str


class _Page(msgspec.Struct):
    data: list[msgspec.Raw]
    has_more: bool
    next_cursor: str | None


@click.command("listen", short_help="Forward an app's events to a local URL while you develop.")
@click.option("--forward-to", required=True, metavar="URL", help="Where your app listens: http://localhost:3000/hooks")
@click.option("--key", envvar="ZEROFEE_KEY", metavar="SK", help="A secret key; the demo app's own when left out.")
@click.option("--api", metavar="URL", help="The server; ZEROFEE_PUBLIC_URL when left out.")
@click.option("--secret", metavar="WHSEC", help="What to sign with; a fresh one when left out.")
@click.option("--events", "types", multiple=True, metavar="NAME", help="Only these: payment.succeeded, payment.*")
@click.option("--every", default=1, show_default=True, type=click.IntRange(1, 60), help="Seconds between two looks.")
def command(
    forward_to: str, key: str | None, api: str | None, secret: str | None, types: tuple[str, ...], every: int
) -> None:
    """
    Forward an app's events from now on, signed anew, and print what came of each; until Ctrl-C.

    Each event is sent once: this is for building, and no endpoint.
    """
    settings = checked_settings()
    if key is None:
        kept = KeyFile.of(settings.database_url).read()
        if kept is None:
            raise CommandFailed(_NO_KEY)
        key = kept.secret_key
    signer = Secret(secret) if secret else secret_of(os.urandom(_SECRET_BYTES))
    try:
        signing_key = key_of(signer)
    except NoSecret as fault:
        raise CommandFailed(f"--secret: {fault}") from fault
    click.echo(f"Forwarding to {forward_to}, signed with {signer.reveal()}")
    try:
        asyncio.run(_listen(api or settings.public_url, key, forward_to, signing_key, types, every))
    except KeyboardInterrupt:
        click.echo("Stopped.")


async def _listen(
    api: str, key: str, forward_to: str, signing_key: bytes, types: tuple[str, ...], every_s: int
) -> None:
    async with httpx.AsyncClient(timeout=_TRY_S, trust_env=False) as http:
        source = EventSource(http, api, key)
        await source.skip()
        wait_s = every_s
        while True:
            try:
                for body in await source.fresh():
                    await forward(http, body, forward_to, signing_key, types)
                wait_s = every_s
            except httpx.HTTPError as fault:
                wait_s = min(2 * wait_s, _LONGEST_WAIT_S)
                click.echo(f"{api} does not answer ({type(fault).__name__}); looking again in {wait_s} s", err=True)
            await asyncio.sleep(wait_s)


@dataclass(slots=True)
class EventSource:
    """What has happened since the last look, by the API's own list."""

    http: httpx.AsyncClient
    api: str
    key: str
    _seen: deque[str] = field(default_factory=lambda: deque(maxlen=_REMEMBERED))

    async def skip(self) -> None:
        """Pass over everything that has happened until now."""
        page = await self._page(None)
        self._seen.extend(_named(body).id for body in reversed(page.data))

    async def fresh(self) -> list[bytes]:
        """Give the events that were not given before, the oldest first, as the API wrote them."""
        found: list[bytes] = []
        cursor: str | None = None
        while True:
            page = await self._page(cursor)
            new = [bytes(body) for body in page.data if _named(body).id not in self._seen]
            found += new
            if len(new) < len(page.data) or not page.has_more or not self._seen:
                break
            cursor = page.next_cursor
        found.reverse()
        self._seen.extend(_named(body).id for body in found)
        return found

    async def _page(self, cursor: str | None) -> _Page:
        asked = {"limit": str(_PAGE)} | ({"cursor": cursor} if cursor else {})
        answer = await self.http.get(
            f"{self.api}/v1/events", params=asked, headers={"Authorization": f"Bearer {self.key}"}
        )
        if answer.status_code in _UNAUTHORIZED:
            raise CommandFailed(f"{self.api} does not take this key for events: it must be a secret key with webhooks")
        answer.raise_for_status()
        return msgspec.json.decode(answer.content, type=_Page)


async def forward(
    http: httpx.AsyncClient, body: bytes, forward_to: str, signing_key: bytes, types: tuple[str, ...] = ()
) -> None:
    """Send one event on, if it is wanted, and print a line of what came of it."""
    named = _named(body)
    if types and not any(wanted in {"*", named.type, f"{named.type.partition('.')[0]}.*"} for wanted in types):
        return
    now = SystemClock().now()
    headers = signed_headers(named.id, (now - _EPOCH) // timedelta(seconds=1), body, [signing_key])
    began_ns = time.monotonic_ns()
    try:
        answer = await http.post(forward_to, content=body, headers={**headers, "Content-Type": "application/json"})
        said = str(answer.status_code)
    except httpx.HTTPError as fault:
        said = type(fault).__name__
    took_ms = (time.monotonic_ns() - began_ns) // 1_000_000
    click.echo(f"{now:%H:%M:%S}  {said:>14}  {took_ms:>6} ms  {named.type:<26} {named.id}")


def _named(body: bytes | msgspec.Raw) -> _Named:
    return msgspec.json.decode(body, type=_Named)
