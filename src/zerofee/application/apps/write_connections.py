"""Keep credentials sealed, change them, and ask the provider whether they hold."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from zerofee.application.apps.audited import Audited, Decided
from zerofee.domain.audit import AuditAction, Author
from zerofee.domain.change_set import Conflict, Delete, Insert, Update
from zerofee.domain.connecting import refuse_environment, refuse_fields, refuse_text, settings_of
from zerofee.domain.connection import Connection
from zerofee.domain.ids import AppId, ConnectionId
from zerofee.domain.in_words import deed
from zerofee.domain.new_payment import InvalidField
from zerofee.domain.ports.apps import Apps
from zerofee.domain.ports.clock import Ids
from zerofee.domain.ports.forgetting import Forgetting
from zerofee.domain.ports.provider import CredentialForms, Providers
from zerofee.domain.ports.vault import SealBroken, Secret, Vault
from zerofee.domain.scope import Scope

Credentials = Mapping[str, Secret]


@dataclass(frozen=True, slots=True, kw_only=True)
class NewConnection:
    """What is to be connected, as it was sent."""

    scope: Scope
    provider_id: str
    credentials: Credentials = field(default_factory=dict, repr=False)
    settings: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionChanges:
    """
    What is to be changed; `None` leaves it as it is.

    The credentials that are named are replaced, and with `None` taken away; `settings` are replaced whole.
    """

    credentials: Mapping[str, Secret | None] = field(default_factory=dict, repr=False)
    settings: Mapping[str, str] | None = None
    active: bool | None = None


@dataclass(frozen=True, slots=True)
class Removed:
    """A connection that is gone; or, not `deleted`, only switched off, since payments or routes refer to it."""

    connection: Connection
    deleted: bool


@dataclass(frozen=True, slots=True)
class WriteConnections:
    """
    `POST /v1/apps/{app_id}/providers`, `PATCH` and `DELETE …/{id}`.

    What cannot be is refused with `InvalidField`, which names the field and never a credential's value.
    """

    audited: Audited
    apps: Apps
    providers: Providers
    forms: CredentialForms
    vault: Vault
    forgetting: Forgetting
    ids: Ids

    async def make(self, author: Author, order: NewConnection) -> Connection:
        """Connect an app; what is answered holds hints of the credentials and nothing more of them."""
        connection_id, settings = self.ids.new(ConnectionId), settings_of(order.settings)

        async def decide(now: datetime) -> Decided[Connection]:
            blank = Connection(
                id=connection_id,
                scope=order.scope,
                provider_id=order.provider_id,
                settings=settings,
                created_at=now,
                updated_at=now,
            )
            connection = self._sealed(blank, order.credentials)
            return Decided(connection, deed(AuditAction.CONNECTION_CREATED, after=connection), (Insert(connection),))

        return await self._told(await self.audited(author, order.scope.app_id, decide))

    async def change(
        self, author: Author, app_id: AppId, connection_id: ConnectionId, wanted: ConnectionChanges
    ) -> Connection:
        """Change a connection; what is under way goes on with the credentials that it began with. Raise `NotFound`."""

        async def decide(now: datetime) -> Decided[Connection]:
            stored = await self.apps.connection_of(app_id, connection_id)
            drawn = self._drawn(stored, wanted)
            if drawn == stored:
                return Decided(stored)
            changed = replace(drawn, updated_at=now, version=stored.version + 1)
            told = deed(AuditAction.CONNECTION_UPDATED, before=stored, after=changed)
            return Decided(changed, told, (Update(changed),))

        return await self._told(await self.audited(author, app_id, decide))

    async def delete(self, author: Author, app_id: AppId, connection_id: ConnectionId) -> Removed:
        """
        Delete a connection, credentials and all; switch it off instead when a payment or a route refers to it.

        What was sent through it must still be asked about and refunded, and history must stay readable. Raises
        `NotFound`.
        """

        async def decide(_: datetime) -> Decided[Connection]:
            stored = await self.apps.connection_of(app_id, connection_id)
            return Decided(stored, deed(AuditAction.CONNECTION_DELETED, before=stored), (Delete(stored),))

        try:
            gone = await self.audited(author, app_id, decide)
        except Conflict:
            off = await self.change(author, app_id, connection_id, ConnectionChanges(active=False))
            return Removed(off, deleted=False)
        return Removed(await self._told(gone), deleted=True)

    def _drawn(self, stored: Connection, wanted: ConnectionChanges) -> Connection:
        drawn = stored
        if wanted.settings is not None:
            drawn = replace(drawn, settings=settings_of(wanted.settings))
        if wanted.active is not None:
            drawn = replace(drawn, active=wanted.active)
        if wanted.credentials:
            drawn = self._sealed(drawn, self._merged(stored, wanted.credentials))
            drawn = replace(drawn, credential_version=stored.credential_version + 1)
        return drawn

    def _merged(self, stored: Connection, wanted: Mapping[str, Secret | None]) -> Credentials:
        try:
            kept = self.vault.open(stored) if stored.sealed else {}
        except SealBroken:
            # None of the old ones can be read any more, so all of them must have been sent anew.
            kept = {}
        merged = {**kept, **wanted}
        return {name: secret for name, secret in merged.items() if secret is not None}

    def _sealed(self, connection: Connection, given: Credentials) -> Connection:
        can = self.providers.capabilities(connection.provider_id)
        if can is None:
            raise InvalidField("provider is none of the installed ones: see GET /v1/providers.", field="provider")
        refuse_environment(can, connection.scope.environment)
        refuse_fields(can, given)
        for name, secret in given.items():
            refuse_text(name, secret.reveal())
        hinted = replace(connection, hints=self.forms.hints(connection, given))
        return replace(hinted, sealed=self.vault.seal(hinted, given) if given else b"")

    async def _told(self, connection: Connection) -> Connection:
        await self.forgetting.routing_changed(connection.scope)
        return connection
