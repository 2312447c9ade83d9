"""A new API key: its text, to be shown once, and the row that is kept of it."""

from dataclasses import dataclass
from datetime import datetime

from zerofee.adapters.crypto.api_keys import KeyHasher, hint, make
from zerofee.domain.app import ApiKey, KeyKind
from zerofee.domain.ids import KeyId
from zerofee.domain.ports.clock import Ids
from zerofee.domain.ports.vault import Secret
from zerofee.domain.scope import Permission, Scope


@dataclass(frozen=True, slots=True)
class Issued:
    """A key in the only moment in which it can be read."""

    text: Secret
    row: ApiKey


@dataclass(frozen=True, slots=True)
class IssueKey:
    """Makes keys; nothing is written here."""

    hasher: KeyHasher
    ids: Ids

    def __call__(
        self, scope: Scope, kind: KeyKind, name: str, now: datetime, permissions: frozenset[Permission]
    ) -> Issued:
        """Make a key of `kind` in `scope`; a publishable one has no permissions, whatever is given."""
        text = make(kind, scope.environment)
        hashed = self.hasher.digest(text)
        row = ApiKey(
            id=self.ids.new(KeyId),
            scope=scope,
            kind=kind,
            name=name,
            digest=hashed.digest,
            pepper_id=hashed.pepper_id,
            hint=hint(text),
            permissions=permissions if kind is KeyKind.SECRET else frozenset(),
            created_at=now,
        )
        return Issued(Secret(text), row)
