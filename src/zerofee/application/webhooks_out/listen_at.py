"""The app's own `webhook_url`, as it was before there were endpoints: it makes a default one in each environment."""

from dataclasses import dataclass, replace
from datetime import datetime

from zerofee.application.apps.audited import Audited, Decided
from zerofee.domain.app import App
from zerofee.domain.audit import AuditAction, Author
from zerofee.domain.change_set import Change, Delete, Insert, Update
from zerofee.domain.endpoint import WebhookEndpoint
from zerofee.domain.ids import AppId, EndpointId
from zerofee.domain.in_words import deed
from zerofee.domain.ports.apps import Apps
from zerofee.domain.ports.clock import Ids
from zerofee.domain.ports.forgetting import Forgetting
from zerofee.domain.ports.outbox import Endpoints
from zerofee.domain.ports.sender import Sender
from zerofee.domain.ports.signing import Signing
from zerofee.domain.scope import Environment, Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class ListenAt:
    """`PATCH /v1/apps/{app_id}` with a `webhook_url`. Raises `BlockedAddress` and `NotFound`."""

    audited: Audited
    apps: Apps
    endpoints: Endpoints
    sender: Sender
    signing: Signing
    forgetting: Forgetting
    ids: Ids

    async def __call__(self, author: Author, app_id: AppId, url: str | None) -> App:
        """Listen at `url` to everything, or, with `None`, there no more; an endpoint's secret comes by rotating it."""
        if url is not None:
            await self.sender.refuse(url)

        async def decide(now: datetime) -> Decided[App]:
            app = await self.apps.app(app_id)
            if app.webhook_url == url:
                return Decided(app)
            changed = replace(app, webhook_url=url, updated_at=now, version=app.version + 1)
            changes = [await self._change(Scope(app_id, environment), url, now) for environment in Environment]
            told = deed(AuditAction.APP_UPDATED, before=app, after=changed)
            return Decided(changed, told, (Update(changed), *(one for one in changes if one is not None)))

        app = await self.audited(author, app_id, decide)
        for environment in Environment:
            await self.forgetting.endpoints_changed(Scope(app_id, environment))
        return app

    async def _change(self, scope: Scope, url: str | None, now: datetime) -> Change | None:
        stored = next((one for one in await self.endpoints.endpoints(scope) if one.is_default), None)
        if url is None:
            return None if stored is None else Delete(stored)
        if stored is not None:
            return Update(replace(stored, url=url, updated_at=now, version=stored.version + 1))
        blank = WebhookEndpoint(
            id=self.ids.new(EndpointId), scope=scope, url=url, is_default=True, created_at=now, updated_at=now
        )
        return Insert(replace(blank, sealed=self.signing.seal(blank, self.signing.make())))
