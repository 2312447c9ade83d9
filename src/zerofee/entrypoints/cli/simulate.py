"""The providers' stand-ins on ports of this machine, for developing without an account anywhere."""

import asyncio
import logging
import signal
import socket
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import Final

import click
from rich.console import Console
from rich.table import Table

from zerofee.adapters.system import SystemClock
from zerofee.entrypoints.cli.server import listen
from zerofee.entrypoints.logs import set_up_logging
from zerofee.entrypoints.settings import PREFIX, LogFormat, LogLevel
from zerofee.entrypoints.standins.app import KINDS, PHONE_PORT, Standins, create_standins, serving

_PHONE: Final = "phone"
_FAULTS: Final = (
    "What goes wrong, until you take it back with DELETE: slow_ms, failing (error_before, error_after, garbage_after,\n"
    "cut_before, cut_after) with path, method and times, rate_limits, duplicate_webhooks, reorder_webhooks:\n\n"
    '  curl -X PUT {url}/_faults -d \'{{"failing": "cut_after", "times": 1}}\'\n\n'
    "What a provider has recorded, and what it sent: {url}/_book, {url}/_webhooks\n"
)


@dataclass(frozen=True, slots=True)
class Simulation:
    """Stand-ins whose ports are taken; nothing is served yet."""

    standins: Standins
    sockets: Mapping[str, socket.socket]
    host: str

    @property
    def base_urls(self) -> Mapping[str, str]:
        """Give the address of each provider, by its id."""
        return {name: self.standins.url(name) for name in self.standins.worlds}

    @property
    def phone_url(self) -> str:
        """Give the address of the payers' handset."""
        return f"http://{self.host}:{self.standins.ports[_PHONE]}"

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[None]:
        """Serve while the block runs."""
        async with serving(self.standins, self.sockets):
            yield


@contextmanager
def simulation(host: str, port: int, zerofee_url: str) -> Iterator[Simulation]:
    """
    Take a port for each stand-in, the first from `port` on, free ones for 0.

    Their webhooks go to `zerofee_url`. Raises `CommandFailed` when a port is taken.
    """
    with ExitStack() as stack:
        wanted = {_PHONE: PHONE_PORT, **{kind.name: kind.port for kind in KINDS}}
        sockets = {
            name: stack.enter_context(listen(host, port and port + usual - PHONE_PORT))
            for name, usual in wanted.items()
        }
        ports = {name: taken.getsockname()[1] for name, taken in sockets.items()}
        standins = create_standins(SystemClock(), zerofee_url=zerofee_url, host=host, ports=ports)
        yield Simulation(standins, sockets, host)


@click.command("simulate", short_help="Serve stand-ins of the providers, for development.")
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option(
    "--port", default=PHONE_PORT, show_default=True, type=click.IntRange(0, 65531), help="The first of five; 0: free."
)
@click.option("--zerofee", default="http://127.0.0.1:8000", show_default=True, help="Where their webhooks go.")
def command(host: str, port: int, zerofee: str) -> None:
    """
    Serve stand-ins of Stripe, PayPal, Hub2 and pawaPay, and the payers' telephone, until a signal comes.

    They take the same calls as the providers and answer alike, keep books, show the payer's pages, and send signed
    webhooks. No money moves, and what they remember goes with them.
    """
    set_up_logging(LogFormat.TEXT, LogLevel.WARNING)
    logging.getLogger("uvicorn").setLevel(logging.WARNING)
    with simulation(host, port, zerofee) as simulated:
        asyncio.run(_until_told(simulated))


async def _until_told(simulated: Simulation) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with simulated.serving():
        _say(simulated)
        await stop.wait()


def _say(simulated: Simulation) -> None:
    table = Table("stand-in", "address", "credentials")
    for kind in KINDS:
        given = "\n".join(f"{name}: {value}" for name, value in kind.credentials.items())
        table.add_row(kind.name, simulated.base_urls[kind.name], given)
    table.add_row("the payers' phone", simulated.phone_url, "open it in a browser")
    Console().print(table)
    click.echo("\nFor zerofee, in its environment or its .env:\n")
    for name, url in simulated.base_urls.items():
        click.echo(f"  {PREFIX}{name.upper()}_BASE_URL={url}")
    click.echo("\n" + _FAULTS.format(url=simulated.base_urls["stripe"]))
    click.echo("Ctrl-C stops them.")
