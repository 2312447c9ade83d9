"""Issue and revoke API keys."""

from dataclasses import dataclass, replace
from datetime import datetime

from zerofee.application.apps.audited import Audited, Decided
from zerofee.domain.app import ApiKey
from zerofee.domain.audit import AuditAction, Author
from zerofee.domain.change_set import Insert, Update
from zerofee.domain.ids import AppId, KeyId
from zerofee.domain.in_words import deed
from zerofee.domain.new_key import NewKey
from zerofee.domain.ports.apps import Apps
from zerofee.domain.ports.clock import Ids
from zerofee.domain.ports.forgetting import Forgetting
from zerofee.domain.ports.keys import KeyMint
from zerofee.domain.ports.vault import Secret


@dataclass(frozen=True, slots=True)
class Issued:
    """A key in the only moment in which it can be read."""

    text: Secret
    row: ApiKey


@dataclass(frozen=True, slots=True)
class IssueKey:
    """Makes keys; nothing is written here."""

    keys: KeyMint
    ids: Ids

    def __call__(self, order: NewKey, now: datetime) -> Issued:
        """Make the key that was asked for."""
        minted = self.keys.mint(order.kind, order.scope.environment)
        row = ApiKey(
            id=self.ids.new(KeyId),
            scope=order.scope,
            kind=order.kind,
            name=order.name,
            digest=minted.digest,
            pepper_id=minted.pepper_id,
            hint=minted.hint,
            permissions=order.permissions,
            rate_limit=order.rate_limit,
            expires_at=order.expires_at,
            created_at=now,
        )
        return Issued(minted.text, row)


@dataclass(frozen=True, slots=True)
class WriteKeys:
    """`POST /v1/apps/{app_id}/keys` and `DELETE …/{key_id}`. Both raise `NotFound`."""

    audited: Audited
    issue: IssueKey
    apps: Apps
    forgetting: Forgetting

    async def make(self, author: Author, order: NewKey) -> Issued:
        """Make a key; its text is in the answer, and nowhere else."""
        app_id = order.scope.app_id

        async def decide(now: datetime) -> Decided[Issued]:
            await self.apps.app(app_id)
            issued = self.issue(order, now)
            return Decided(issued, deed(AuditAction.KEY_CREATED, after=issued.row), (Insert(issued.row),))

        return await self.audited(author, app_id, decide)

    async def revoke(self, author: Author, app_id: AppId, key_id: KeyId) -> ApiKey:
        """Refuse a key from now on: here at once, in other processes within 5 s. Twice is once."""

        async def decide(now: datetime) -> Decided[ApiKey]:
            key = await self.apps.key_of(app_id, key_id)
            if key.revoked_at is not None:
                return Decided(key)
            revoked = replace(key, revoked_at=now, version=key.version + 1)
            return Decided(revoked, deed(AuditAction.KEY_REVOKED, before=key, after=revoked), (Update(revoked),))

        key = await self.audited(author, app_id, decide)
        await self.forgetting.key_changed(key.digest)
        return key
