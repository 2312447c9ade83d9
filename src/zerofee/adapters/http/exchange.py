"""One exchange with a provider as values: the call, the reply, and what a silence means."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from zerofee.domain.outcome import NotSent, Unknown


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpCall:
    """
    One request, complete: whoever sends it adds nothing but the connection.

    `headers` may hold credentials, so neither they nor the body are part of the `repr`. `timeout_s` bounds the
    whole call; `None` leaves it to the sender's setting.
    """

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes = field(default=b"", repr=False)
    timeout_s: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpReply:
    """One whole reply, of any status; header names in lower case."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True)
class Silence:
    """
    No whole reply came. `sent` is false only when provably no byte of the request left us.

    Source: reliability rules OUT-1: of httpx's faults only ConnectError, ConnectTimeout and PoolTimeout prove it.
    """

    reason: str
    sent: bool = True


class Send(Protocol):
    """The one way out. It never raises for what the network or the other side did."""

    async def __call__(self, call: HttpCall) -> HttpReply | Silence:
        """Send one call and wait for its whole reply."""
        ...


def silent_outcome(silence: Silence) -> NotSent | Unknown:
    """Say what a silence means to a call that may move money."""
    return Unknown(silence.reason) if silence.sent else NotSent(silence.reason)
