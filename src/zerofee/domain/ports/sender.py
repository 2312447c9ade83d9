"""Deliver one signed webhook, and say how it went."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from zerofee.domain.delivery import Heard
from zerofee.domain.errors import DomainError


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One POST: whoever sends it adds nothing but the connection."""

    url: str
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)


class BlockedAddress(DomainError):
    """An address that an app may not make us call."""

    code = "blocked_address"

    def __init__(self, detail: str, field: str = "url") -> None:
        """Say what an address must be like, and nothing of where it leads."""
        super().__init__(detail, field=field)


class Sender(Protocol):
    """The one way to what an app has named. It never raises for what the network or the other side did."""

    async def refuse(self, url: str) -> None:
        """Raise `BlockedAddress` for what must not be called; a name that leads nowhere yet is let pass."""
        ...

    async def send(self, message: Message) -> Heard:
        """Send once, within the rules' time; follow nothing."""
        ...
