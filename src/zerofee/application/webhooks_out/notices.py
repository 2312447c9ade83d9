"""The owner is told when we have given an endpoint up."""

import logging
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from zerofee.domain.change_set import Change, Insert
from zerofee.domain.endpoint import WebhookEndpoint
from zerofee.domain.ids import LetterId
from zerofee.domain.letter import Letter, LetterKind
from zerofee.domain.ports.accounts import Accounts
from zerofee.domain.ports.apps import Apps
from zerofee.domain.ports.clock import Ids
from zerofee.domain.ports.store import NotFound

_LOG: Final = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Notices:
    """Writes the letters that are committed beside what they tell of."""

    apps: Apps
    accounts: Accounts
    ids: Ids

    async def endpoint_disabled(self, endpoint: WebhookEndpoint, now: datetime) -> tuple[Change, ...]:
        """Make the letter to the app's owner; none when nobody is known."""
        _LOG.warning("webhook endpoint %s is disabled: %s", endpoint.id, endpoint.disabled_because)
        try:
            app = await self.apps.app(endpoint.scope.app_id)
        except NotFound:
            return ()
        owner = await self.accounts.user(app.owner_id)
        if owner is None:
            return ()
        letter = Letter(
            id=self.ids.new(LetterId),
            kind=LetterKind.ENDPOINT_DISABLED,
            email=owner.email,
            due_at=now,
            created_at=now,
        )
        return (Insert(letter),)
