"""A connection to a provider as the API takes and shows it: credentials go in and never come out."""

from collections.abc import Mapping
from typing import Annotated, Literal, assert_never

import msgspec

from zerofee.application.apps.write_connections import ConnectionChanges, NewConnection, Removed
from zerofee.domain.connection import Connection
from zerofee.domain.ids import AppId, ConnectionId
from zerofee.domain.ports.provider import (
    CredentialCheck,
    CredentialsAccepted,
    CredentialsRefused,
    CredentialsUnproven,
)
from zerofee.domain.ports.vault import Secret
from zerofee.domain.scope import Environment, Scope
from zerofee.entrypoints.http.wire.parts import Time

Settings = Annotated[
    dict[str, str], msgspec.Meta(description="Choices of this provider's, by name; see its page.", examples=[{}])
]


class NewConnectionBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A provider to be connected. Which `credentials` it takes is told by `GET /v1/providers`."""

    provider: Annotated[str, msgspec.Meta(description="An id of `GET /v1/providers`.", examples=["test"])]
    environment: Environment
    credentials: dict[str, str] | None = None
    settings: Settings | None = None

    def __repr__(self) -> str:  # type: ignore[explicit-override]  # `override` came with Python 3.12
        """Tell nothing of the credentials."""
        return f"NewConnectionBody({self.provider!r})"

    def to_order(self, app_id: AppId) -> NewConnection:
        """Take what was sent, unchecked."""
        return NewConnection(
            scope=Scope(app_id, self.environment),
            provider_id=self.provider,
            credentials={name: Secret(value) for name, value in (self.credentials or {}).items()},
            settings=self.settings or {},
        )


class ConnectionChangesBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """
    What is to be changed; what is left out stays as it is.

    Credentials that are named are replaced, and with null taken away; the others stay. `settings` are replaced whole.
    """

    credentials: dict[str, str | None] | msgspec.UnsetType = msgspec.UNSET
    settings: Settings | msgspec.UnsetType = msgspec.UNSET
    active: bool | msgspec.UnsetType = msgspec.UNSET

    def __repr__(self) -> str:  # type: ignore[explicit-override]  # the same
        """Tell nothing of the credentials."""
        return "ConnectionChangesBody()"

    def to_changes(self) -> ConnectionChanges:
        """Take what was sent, unchecked."""
        given = {} if self.credentials is msgspec.UNSET else self.credentials
        return ConnectionChanges(
            credentials={name: None if value is None else Secret(value) for name, value in given.items()},
            settings=None if self.settings is msgspec.UNSET else self.settings,
            active=None if self.active is msgspec.UNSET else self.active,
        )


class ConnectionBody(msgspec.Struct, frozen=True, kw_only=True):
    """
    One connection. `hints` show enough of each credential to recognise it by.

    Give `webhook_url` to the provider, so that it can tell us what becomes of payments. `credential_version` counts
    the sets of credentials.
    """

    id: str
    object: Literal["connection"] = "connection"
    environment: Environment
    provider: str
    active: bool
    hints: Mapping[str, str]
    settings: Mapping[str, str]
    credential_version: int
    webhook_url: str
    created_at: Time
    updated_at: Time

    @classmethod
    def of(cls, connection: Connection, public_url: str) -> "ConnectionBody":
        """Show a connection."""
        return cls(
            id=connection.id,
            environment=connection.scope.environment,
            provider=connection.provider_id,
            active=connection.active,
            hints=connection.hints,
            settings=connection.settings,
            credential_version=connection.credential_version,
            webhook_url=f"{public_url}/v1/webhooks/{connection.provider_id}/{connection.id}",
            created_at=connection.created_at,
            updated_at=connection.updated_at,
        )


class RemovedConnectionBody(msgspec.Struct, frozen=True, kw_only=True):
    """
    What became of it.

    Not `deleted` but switched off when payments or routes refer to it: what was sent through it must still be asked
    about and refunded. To take its credentials out of use, revoke them at the provider.
    """

    id: str
    object: Literal["connection"] = "connection"
    deleted: bool
    active: Literal[False] = False

    @classmethod
    def of(cls, removed: Removed) -> "RemovedConnectionBody":
        """Show what became of a connection."""
        return cls(id=removed.connection.id, deleted=removed.deleted)


class ValidationBody(msgspec.Struct, frozen=True, kw_only=True):
    """The provider's word on a connection's credentials; `valid` is null when it could not be asked."""

    object: Literal["validation"] = "validation"
    provider_id: str
    valid: bool | None
    message: str | None

    @classmethod
    def of(cls, connection_id: ConnectionId, check: CredentialCheck) -> "ValidationBody":
        """Show a check."""
        match check:
            case CredentialsAccepted(warning):
                return cls(provider_id=connection_id, valid=True, message=warning)
            case CredentialsRefused(why):
                return cls(provider_id=connection_id, valid=False, message=why)
            case CredentialsUnproven(why):
                return cls(provider_id=connection_id, valid=None, message=why)
            case never:
                assert_never(never)
