"""What every stand-in is given, and what it gives back: this is all a new one has to know."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from litestar.types import ControllerRouterHandler

from zerofee.domain.ports.clock import Clock
from zerofee.entrypoints.standins.book import Book
from zerofee.entrypoints.standins.faults import FaultSwitch
from zerofee.entrypoints.standins.handset import Handset
from zerofee.entrypoints.standins.webhooks import WebhookSender


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """
    The surroundings of one stand-in.

    `url` is where it is reached, without a slash at the end; `zerofee_url` is where zerofee is. The handset is
    shared by all stand-ins, the rest is its own.
    """

    name: str
    url: str
    zerofee_url: str
    clock: Clock
    book: Book
    switch: FaultSwitch
    handset: Handset
    webhooks: WebhookSender

    @property
    def webhook_url(self) -> str:
        """Say where webhooks go unless the merchant registered another address."""
        return f"{self.zerofee_url}/v1/webhooks/{self.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class StandinKind:
    """
    One provider's stand-in.

    `build` makes its routes in a world, most simply one `Router` whose dependencies hold its state. Paths that
    begin with `/_` are not its own. `credentials` are those of its sandbox merchant: published, and worth nothing
    anywhere else.
    """

    name: str
    port: int
    build: Callable[[World], Sequence[ControllerRouterHandler]]
    credentials: Mapping[str, str] = field(default_factory=dict)
