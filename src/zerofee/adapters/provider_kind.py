"""What a package gives under the entry-point group `zerofee.providers`: one kind of provider."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Protocol

from zerofee.adapters.http.exchange import Send
from zerofee.domain.capabilities import Capabilities
from zerofee.domain.ids import ConnectionId
from zerofee.domain.ports.clock import Clock
from zerofee.domain.ports.provider import Provider
from zerofee.domain.ports.vault import Secret
from zerofee.domain.scope import Environment

ENTRY_POINT_GROUP: Final = "zerofee.providers"


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """
    All that a provider needs to serve one connection.

    `base_url` is the operator's setting for this provider (`ZEROFEE_<ID>_BASE_URL`), `None` for the provider's own
    hosts. `public_url` is where zerofee is reached from outside. A connection's webhook secrets are among its
    `credentials`; `own_secret` is this connection's alone, derived and never stored, for what an adapter signs
    itself. Nothing here outlives the process.
    """

    connection_id: ConnectionId
    environment: Environment
    credentials: Mapping[str, Secret] = field(repr=False)
    settings: Mapping[str, str]
    send: Send
    clock: Clock
    public_url: str
    base_url: str | None = None
    own_secret: Secret = field(repr=False)


class CredentialsInvalid(Exception):
    """A credential that is missing, unknown or in a form that no such credential has; `field` names it."""

    def __init__(self, field: str, detail: str) -> None:
        """Keep `detail`, a sentence that says what to do; it never holds the value."""
        super().__init__(detail)
        self.field = field
        self.detail = detail


class ProviderKind(Protocol):
    """One kind of provider: what it can do, and how to open a connection to it."""

    @property
    def capabilities(self) -> Capabilities:
        """Say what this provider can do, and which credentials it needs."""
        ...

    def open(self, opening: Opening) -> Provider:
        """
        Make the provider of one connection; no I/O happens here.

        Raises `CredentialsInvalid` for credentials that cannot serve here, such as those of the other environment. It
        is asked once when they are given, so that a connection is kept only if it opens.
        """
        ...

    def hints(self, credentials: Mapping[str, Secret]) -> Mapping[str, str]:
        """Say of each credential what may be shown, such as `sk_…4242`; raise `CredentialsInvalid` for a bad form."""
        ...
