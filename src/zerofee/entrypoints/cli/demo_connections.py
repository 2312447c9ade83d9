"""The demo app connected to the stand-ins too, so that each provider can be tried; twice is once."""

from collections.abc import Iterable

from zerofee.application.apps.write_connections import NewConnection
from zerofee.domain.ids import AppId
from zerofee.domain.ports.vault import Secret
from zerofee.domain.scope import Environment, Scope
from zerofee.entrypoints.cli.opening import AT_THE_COMMAND_LINE, opened
from zerofee.entrypoints.settings import Settings
from zerofee.entrypoints.standins.world import StandinKind


async def connect_standins(settings: Settings, app_id: AppId, kinds: Iterable[StandinKind]) -> None:
    """
    Connect an app to each stand-in that it is not connected to, with the credentials that are published for it.

    No route leads there: a payment goes to one of them when it names the provider.
    """
    scope = Scope(app_id, Environment.SANDBOX)
    async with opened(settings) as container:
        connected = {connection.provider_id for connection in await container.reads().connections(scope)}
        for kind in kinds:
            if kind.name in connected:
                continue
            credentials = {name: Secret(value) for name, value in kind.credentials.items()}
            order = NewConnection(scope=scope, provider_id=kind.name, credentials=credentials)
            await container.write_connections().make(AT_THE_COMMAND_LINE, order)
