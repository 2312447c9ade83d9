"""From a clean checkout to a server that takes a payment: what `make run` does."""

import asyncio
import secrets
import socket
from contextlib import nullcontext
from typing import Final

import click
import msgspec

from zerofee.adapters.sql.migrating import is_at_head, migrate
from zerofee.domain.ids import AppId
from zerofee.entrypoints.cli.bootstrap import Bootstrapped, bootstrap
from zerofee.entrypoints.cli.demo_connections import connect_standins
from zerofee.entrypoints.cli.failing import CommandFailed
from zerofee.entrypoints.cli.key_file import write_private
from zerofee.entrypoints.cli.opening import serving_settings
from zerofee.entrypoints.cli.serve import serve
from zerofee.entrypoints.cli.server import listen
from zerofee.entrypoints.cli.simulate import Simulation, simulation
from zerofee.entrypoints.settings import ENV_FILE, PREFIX, Settings, read_environment
from zerofee.entrypoints.standins.app import KINDS, PHONE_PORT
from zerofee.entrypoints.stores import MEMORY

_SECRETS: Final = ("JWT_SECRET", "ENCRYPTION_KEYS", "API_KEY_PEPPER")
_BYTES: Final = 48
_HEAD: Final = "# Made by `zerofee run`, once. Every setting is in .env.example. Keep this file secret.\n"
_EXAMPLE: Final = (
    '{"amount": 10000, "currency": "XOF", "payment_method": "PAYIN_ORANGE_CI", "customer": {"phone": "+2250700000000"}}'
)


@click.command("run", short_help="Try it out: make what is missing, and serve.")
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(0, 65535), help="0 takes a free one.")
@click.option("--simulate", is_flag=True, help="Serve the providers' stand-ins too, with the demo app connected.")
@click.option(
    "--simulate-port",
    default=PHONE_PORT,
    show_default=True,
    type=click.IntRange(0, 65531),
    help="The first of their five ports; 0 takes free ones.",
)
def command(host: str, port: int, simulate: bool, simulate_port: int) -> None:  # noqa: FBT001  click gives it so
    """
    Write a .env with fresh secrets, migrate, make a demo app, print its keys, and serve with the worker inside.

    What is there already is left as it is. For development: production has `migrate`, `bootstrap` and `serve`.
    """
    with listen(host, port) as listening:
        made_secrets = _write_secrets()
        settings = _reachable(serving_settings(), listening)
        if settings.production:
            raise CommandFailed("`run` is for development. In production: zerofee migrate, then zerofee serve")
        if settings.database_url == MEMORY:
            raise CommandFailed("`run` keeps what it makes: set ZEROFEE_DATABASE_URL to a database, not to memory://")
        made = asyncio.run(_prepare(settings))
        with simulation(host, simulate_port, settings.public_url) if simulate else nullcontext() as simulated:
            if simulated is not None:
                settings = _among(simulated, settings, made)

            def greet() -> None:
                _greet(settings, made, made_secrets=made_secrets)
                _show_providers(simulated)

            serve(settings, listening, on_ready=greet, beside=simulated.serving() if simulated else None)


def _write_secrets() -> bool:
    """Write fresh secrets into `.env` unless there is one; say whether it was done."""
    if ENV_FILE.exists():
        return False
    lines = "".join(f"{PREFIX}{name}={secrets.token_urlsafe(_BYTES)}\n" for name in _SECRETS)
    write_private(ENV_FILE, (_HEAD + lines).encode())
    return True


def _reachable(settings: Settings, listening: socket.socket) -> Settings:
    """Let links point at this server, unless the settings say where the world finds it."""
    if read_environment().get(f"{PREFIX}PUBLIC_URL"):
        return settings
    host, port = listening.getsockname()[:2]
    shown = f"[{host}]" if ":" in host else host
    return msgspec.structs.replace(settings, public_url=f"http://{shown}:{port}")


async def _prepare(settings: Settings) -> Bootstrapped:
    if not await is_at_head(settings.database_url):
        await migrate(settings.database_url)
    return await bootstrap(settings)


def _among(simulated: Simulation, settings: Settings, made: Bootstrapped) -> Settings:
    """Connect the demo app to the stand-ins, and have their providers called there."""
    asyncio.run(connect_standins(settings, AppId(made.app_id), KINDS))
    return msgspec.structs.replace(settings, base_urls={**settings.base_urls, **simulated.base_urls})


def _show_providers(simulated: Simulation | None) -> None:
    if simulated is None:
        click.echo("It is connected to the test provider. For all five, as stand-ins: make run SIMULATE=1\n")
        return
    click.echo("It is connected to these stand-ins too; name one in a payment as its provider:\n")
    for name, url in simulated.base_urls.items():
        click.echo(f"  {name:<16} {url}")
    click.echo(f"  {'phone':<16} {simulated.phone_url}  (where mobile money is approved)\n")


def _greet(settings: Settings, made: Bootstrapped, *, made_secrets: bool) -> None:
    url = settings.public_url
    written = "Secrets were made and written to .env.\n\n" if made_secrets else ""
    click.echo(
        f"\n{written}"
        f"zerofee serves on {url}  (the reference: {url}/docs; Ctrl-C stops it)\n\n"
        f"  user             {made.user_email}\n"
        f"  password         {made.user_password}\n"
        f"  app              {made.app_id}  (sandbox: no money moves)\n"
        f"  secret key       {made.secret_key}\n"
        f"  publishable key  {made.publishable_key}\n\n"
        "A payment; the same line again replays it:\n\n"
        f"curl -sS {url}/v1/payments \\\n"
        f"  -H 'Authorization: Bearer {made.secret_key}' \\\n"
        f"  -H 'Idempotency-Key: demo-{secrets.token_hex(4)}' \\\n"
        "  -H 'Content-Type: application/json' \\\n"
        f"  -d '{_EXAMPLE}'\n"
    )
