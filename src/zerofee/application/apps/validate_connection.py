"""Ask a provider whether a connection's credentials hold."""

from dataclasses import dataclass

from zerofee.domain.ids import AppId, ConnectionId
from zerofee.domain.ports.apps import Apps
from zerofee.domain.ports.provider import CannotOpen, CredentialCheck, CredentialsRefused, Providers


@dataclass(frozen=True, slots=True)
class ValidateConnection:
    """`POST /v1/apps/{app_id}/providers/{id}/validate`: it moves no money and changes nothing."""

    apps: Apps
    providers: Providers

    async def __call__(self, app_id: AppId, connection_id: ConnectionId) -> CredentialCheck:
        """Give the provider's word on the credentials; raise `NotFound`."""
        connection = await self.apps.connection_of(app_id, connection_id)
        try:
            provider = await self.providers.open(connection)
        except CannotOpen as fault:
            return CredentialsRefused(str(fault))
        return await provider.check()
