"""An app as the API takes and shows it."""

from typing import Annotated, Literal

import msgspec

from zerofee.domain.app import App
from zerofee.entrypoints.http.wire.parts import Time

Name = Annotated[str, msgspec.Meta(description="1 to 100 characters.", examples=["My shop"])]


class NewAppBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An app to be made; you will know it by its name."""

    name: Name


class AppChangesBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is to be changed; what is left out stays as it is."""

    name: Name | msgspec.UnsetType = msgspec.UNSET


class AppBody(msgspec.Struct, frozen=True, kw_only=True):
    """One app. It has keys, connections, routes and payments in two environments, `sandbox` and `live`."""

    id: str
    object: Literal["app"] = "app"
    name: str
    created_at: Time
    updated_at: Time

    @classmethod
    def of(cls, app: App) -> "AppBody":
        """Show an app."""
        return cls(id=app.id, name=app.name, created_at=app.created_at, updated_at=app.updated_at)
