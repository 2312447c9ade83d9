"""Whose an app is: another person's looks as if it did not exist."""

from dataclasses import dataclass

from zerofee.domain.app import App
from zerofee.domain.ids import AppId, UserId
from zerofee.domain.ports.apps import Apps
from zerofee.domain.ports.store import NotFound


@dataclass(frozen=True, slots=True)
class Ownership:
    """Asked before everything that a person does with an app."""

    apps: Apps

    async def __call__(self, user_id: UserId, app_id: AppId) -> App:
        """Give the person's app; raise `NotFound` for another's as for one that there is not."""
        app = await self.apps.app(app_id)
        if app.owner_id != user_id:
            raise NotFound("app")
        return app
