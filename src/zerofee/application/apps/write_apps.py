"""Make and change apps."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from zerofee.application.apps.audited import Audited, Decided
from zerofee.domain.app import App
from zerofee.domain.audit import AuditAction, Author
from zerofee.domain.change_set import Insert, Update
from zerofee.domain.ids import AppId, UserId
from zerofee.domain.in_words import deed
from zerofee.domain.new_payment import InvalidField, text
from zerofee.domain.ordering import CHOICES, Strategy
from zerofee.domain.ports.apps import Apps
from zerofee.domain.ports.clock import Ids
from zerofee.domain.ports.forgetting import Forgetting
from zerofee.domain.scope import Environment, Scope

_LONGEST_NAME: Final = 100


@dataclass(frozen=True, slots=True)
class WriteApps:
    """`POST /v1/apps` and `PATCH /v1/apps/{app_id}`. Both raise `InvalidField` for a name out of bounds."""

    audited: Audited
    apps: Apps
    forgetting: Forgetting
    ids: Ids

    async def make(self, author: Author, owner_id: UserId, name: str) -> App:
        """Make an app of a person's."""
        app_id, called = self.ids.new(AppId), _checked(name)

        async def decide(now: datetime) -> Decided[App]:
            app = App(id=app_id, owner_id=owner_id, name=called, created_at=now, updated_at=now)
            return Decided(app, deed(AuditAction.APP_CREATED, after=app), (Insert(app),))

        return await self.audited(author, app_id, decide)

    async def reorder(self, author: Author, app_id: AppId, strategy: Strategy) -> App:
        """Put an app's routes in another order from now on; raise `NotFound`, and `InvalidField` for no choice."""
        if strategy not in CHOICES:
            raise InvalidField(f"routing_strategy must be one of {', '.join(CHOICES)}.", field="routing_strategy")

        async def decide(now: datetime) -> Decided[App]:
            app = await self.apps.app(app_id)
            if app.strategy is strategy:
                return Decided(app)
            ordered = replace(app, strategy=strategy, updated_at=now, version=app.version + 1)
            return Decided(ordered, deed(AuditAction.APP_UPDATED, before=app, after=ordered), (Update(ordered),))

        app = await self.audited(author, app_id, decide)
        for environment in Environment:
            await self.forgetting.routing_changed(Scope(app_id, environment))
        return app

    async def rename(self, author: Author, app_id: AppId, name: str) -> App:
        """Give an app another name; raise `NotFound`."""
        called = _checked(name)

        async def decide(now: datetime) -> Decided[App]:
            app = await self.apps.app(app_id)
            if app.name == called:
                return Decided(app)
            renamed = replace(app, name=called, updated_at=now, version=app.version + 1)
            return Decided(renamed, deed(AuditAction.APP_UPDATED, before=app, after=renamed), (Update(renamed),))

        return await self.audited(author, app_id, decide)


def _checked(name: str) -> str:
    return text("name", name, _LONGEST_NAME) or name
