"""A connection: one provider with one app's credentials for it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from zerofee.domain.ids import ConnectionId
from zerofee.domain.scope import Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """
    A provider's account of an app's. `sealed` opens only for this row (`ports.vault`).

    `credential_version` grows with each new set of credentials, and is kept with every attempt.
    """

    id: ConnectionId
    scope: Scope
    provider_id: str
    sealed: bytes = b""
    credential_version: int = 1
    hints: Mapping[str, str] = field(default_factory=dict)
    settings: Mapping[str, str] = field(default_factory=dict)
    active: bool = True
    created_at: datetime
    updated_at: datetime
    version: int = 1
