"""An app as the API takes and shows it."""

from typing import Annotated, Literal

import msgspec

from zerofee.domain.app import App
from zerofee.domain.ordering import CHOICES, Strategy
from zerofee.entrypoints.http.wire.parts import Time

RoutingStrategy = Annotated[
    Strategy,
    msgspec.Meta(
        description=(
            "How routes are put in order: `priority`; `weighted`, whatever the priority; or `best_success_rate` of "
            "late, with one payment in twenty by weight."
        ),
        extra_json_schema={"enum": list(CHOICES)},
    ),
]
Name = Annotated[str, msgspec.Meta(description="1 to 100 characters.", examples=["My shop"])]


class NewAppBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An app to be made; you will know it by its name."""

    name: Name


class AppChangesBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is to be changed; what is left out stays as it is."""

    name: Name | msgspec.UnsetType = msgspec.UNSET
    routing_strategy: RoutingStrategy | msgspec.UnsetType = msgspec.UNSET
    webhook_url: Annotated[
        str | msgspec.UnsetType | None,
        msgspec.Meta(description="Makes a default webhook endpoint in each environment; null takes it away."),
    ] = msgspec.UNSET


class AppBody(msgspec.Struct, frozen=True, kw_only=True):
    """One app. It has keys, connections, routes and payments in two environments, `sandbox` and `live`."""

    id: str
    object: Literal["app"] = "app"
    name: str
    routing_strategy: Strategy
    webhook_url: str | None
    created_at: Time
    updated_at: Time

    @classmethod
    def of(cls, app: App) -> "AppBody":
        """Show an app."""
        return cls(
            id=app.id,
            name=app.name,
            routing_strategy=app.strategy,
            webhook_url=app.webhook_url,
            created_at=app.created_at,
            updated_at=app.updated_at,
        )
