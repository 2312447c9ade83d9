"""From a connection to its provider: find the entry point, unseal the credentials, open it."""

import hashlib
import hmac
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.metadata import entry_points
from typing import Final

from zerofee.adapters.http.client import HttpClient
from zerofee.adapters.provider_kind import ENTRY_POINT_GROUP, CredentialsInvalid, Opening, ProviderKind
from zerofee.domain.capabilities import Capabilities
from zerofee.domain.connection import Connection
from zerofee.domain.ids import ConnectionId
from zerofee.domain.new_payment import InvalidField
from zerofee.domain.ports.clock import Clock
from zerofee.domain.ports.provider import CannotOpen, Provider
from zerofee.domain.ports.vault import SealBroken, Secret, Vault

# An open provider holds unsealed credentials: few are kept, and none for longer than a minute.
_MOST_OPEN: Final = 1000
_KEPT_S: Final = 60


def installed_kinds() -> Mapping[str, ProviderKind]:
    """
    Load every provider that is installed, by id.

    Raises `ValueError` when two packages bring the same id: which one would take the money must not depend on luck.
    """
    kinds: dict[str, ProviderKind] = {}
    for point in entry_points(group=ENTRY_POINT_GROUP):
        kind: ProviderKind = point.load()
        provider_id = kind.capabilities.provider_id
        if provider_id in kinds:
            raise ValueError(f"two installed packages bring the provider {provider_id!r}; remove one")
        kinds[provider_id] = kind
    return dict(sorted(kinds.items()))


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderDirectory:
    """
    Every installed provider, and the connections that are open.

    `base_urls` are the operator's, by provider id. `master` is the operator's secret from which each connection's
    own is derived (`Opening.own_secret`).
    """

    kinds: Mapping[str, ProviderKind]
    vault: Vault
    http: HttpClient
    clock: Clock
    public_url: str
    master: Secret
    base_urls: Mapping[str, str] = field(default_factory=dict)
    _opened: OrderedDict[tuple[ConnectionId, int], tuple[int, Provider]] = field(
        default_factory=OrderedDict, repr=False
    )

    def catalogue(self) -> tuple[Capabilities, ...]:
        return tuple(kind.capabilities for kind in self.kinds.values())

    def capabilities(self, provider_id: str) -> Capabilities | None:
        kind = self.kinds.get(provider_id)
        return kind.capabilities if kind else None

    def hints(self, connection: Connection, given: Mapping[str, Secret]) -> Mapping[str, str]:
        kind = self._kind(connection)
        try:
            hints = kind.hints(given)
            # What is kept must open: whether a secret is of this environment shows only here.
            kind.open(self._opening(connection, given))
        except CredentialsInvalid as invalid:
            raise InvalidField(invalid.detail, field=f"credentials.{invalid.field}") from None
        return hints

    async def open(self, connection: Connection) -> Provider:
        key = (connection.id, connection.version)
        until = int(self.clock.now().timestamp())
        kept = self._opened.get(key)
        if kept is not None and until - kept[0] < _KEPT_S:
            return kept[1]
        provider = self._open(connection)
        self._opened[key] = (until, provider)
        self._opened.move_to_end(key)
        while len(self._opened) > _MOST_OPEN:
            self._opened.popitem(last=False)
        return provider

    def _open(self, connection: Connection) -> Provider:
        kind = self._kind(connection)
        try:
            credentials = self.vault.open(connection) if connection.sealed else {}
            return kind.open(self._opening(connection, credentials))
        except SealBroken as broken:
            raise CannotOpen("the connection's credentials do not open; connect it anew") from broken
        except CredentialsInvalid as invalid:
            raise CannotOpen(f"the connection's credentials are no good: {invalid.detail}") from None

    def _kind(self, connection: Connection) -> ProviderKind:
        kind = self.kinds.get(connection.provider_id)
        if kind is None:
            raise CannotOpen(f"the provider {connection.provider_id} is not installed")
        return kind

    def _opening(self, connection: Connection, credentials: Mapping[str, Secret]) -> Opening:
        environment = connection.scope.environment
        return Opening(
            connection_id=connection.id,
            environment=environment,
            credentials=credentials,
            settings=connection.settings,
            send=self.http.sender(connection.provider_id, environment),
            clock=self.clock,
            public_url=self.public_url,
            base_url=self.base_urls.get(connection.provider_id),
            own_secret=self._own_secret(connection.id),
        )

    def _own_secret(self, connection_id: ConnectionId) -> Secret:
        mac = hmac.new(self.master.reveal().encode(), f"connection:{connection_id}".encode(), hashlib.sha256)
        return Secret(mac.hexdigest())
