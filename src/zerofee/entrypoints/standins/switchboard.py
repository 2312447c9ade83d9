"""What each stand-in answers beside its provider's own paths: its faults, its book, its webhooks."""

from typing import Any

import msgspec
from litestar import Controller, Request, Router, delete, get, put
from litestar.di import NamedDependency, Provide
from litestar.exceptions import ClientException
from litestar.params import FromQuery, SkipValidation

from zerofee.entrypoints.standins.book import Entry
from zerofee.entrypoints.standins.faults import Faults
from zerofee.entrypoints.standins.world import World

Surroundings = NamedDependency[SkipValidation[World]]


class EntryBody(msgspec.Struct, kw_only=True):
    """One entry of the book as JSON."""

    kind: str
    id: str
    reference: str | None
    amount: int
    currency: str
    status: str
    moved: bool
    charge_id: str | None

    @classmethod
    def of(cls, entry: Entry) -> "EntryBody":
        """Write an entry down."""
        return cls(
            kind=entry.kind,
            id=entry.id,
            reference=entry.reference,
            amount=entry.money.minor,
            currency=entry.money.currency,
            status=entry.status,
            moved=entry.moved,
            charge_id=entry.charge_id,
        )


class SwitchboardController(Controller):
    """Reads and sets what a test needs to know and to break."""

    path = "/"

    @get("/_faults")
    async def faults(self, world: Surroundings) -> Faults:
        """Show the faults in place."""
        return world.switch.faults

    @put("/_faults")
    async def set_faults(self, request: Request[Any, Any, Any], world: Surroundings) -> Faults:
        """Put other faults in place; what is left out is off."""
        try:
            faults = msgspec.json.decode(await request.body(), type=Faults)
        except msgspec.DecodeError as wrong:
            raise ClientException(str(wrong)) from wrong
        world.switch.set(faults)
        return faults

    @delete("/_faults", status_code=200)
    async def mend(self, world: Surroundings) -> Faults:
        """Take every fault back."""
        world.switch.set(Faults())
        return world.switch.faults

    @get("/_book")
    async def book(self, world: Surroundings, reference: FromQuery[str | None] = None) -> dict[str, list[EntryBody]]:
        """List what the provider has recorded; `?reference=` asks for one of ours."""
        return {"data": [EntryBody.of(entry) for entry in world.book.entries(reference=reference)]}

    @get("/_webhooks")
    async def webhooks(self, world: Surroundings) -> dict[str, list[dict[str, str | int | None]]]:
        """List the webhooks that went out, in order, and what was answered."""
        return {
            "data": [
                {"url": sent.webhook.url, "status": sent.status, "body": sent.webhook.body.decode()}
                for sent in world.webhooks.sent
            ]
        }


def switchboard_router(world: World) -> Router:
    """Serve the switchboard of one stand-in."""
    provide = Provide(lambda: world, sync_to_thread=False)
    return Router(path="/", route_handlers=[SwitchboardController], dependencies={"world": provide})
