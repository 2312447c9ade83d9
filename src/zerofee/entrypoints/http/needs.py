"""What a route declares of itself: who may call it, what it takes and gives, and what it refuses."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

import msgspec
from litestar.handlers import BaseRouteHandler

from zerofee.domain.errors import DomainError
from zerofee.domain.scope import Permission

_KEY: Final = "declared"

Refusals: TypeAlias = tuple[type[DomainError], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """
    One route in the words of the reference; the same value guards the route and is drawn into the document.

    `permission` is what the caller's secret key must hold, `None` for a route that is open to all. `takes` is the
    JSON body, `asks` the query, `gives` the shape of each good status; a media type stands for what is no JSON.
    """

    permission: Permission | None
    takes: type[msgspec.Struct] | None = None
    asks: type[msgspec.Struct] | None = None
    gives: Mapping[int, Any] = field(default_factory=dict)
    refuses: Refusals = ()


def needs(
    permission: Permission,
    *,
    gives: Mapping[int, Any],
    takes: type[msgspec.Struct] | None = None,
    asks: type[msgspec.Struct] | None = None,
    refuses: Refusals = (),
) -> dict[str, Any]:
    """Declare a route of an app's secret key: `@post(opt=needs(Permission.PAYMENTS, …))`."""
    return {_KEY: Declared(permission=permission, takes=takes, asks=asks, gives=gives, refuses=refuses)}


def public(*, gives: Mapping[int, Any], refuses: Refusals = ()) -> dict[str, Any]:
    """Declare a route that is open to all, and tells nothing of any app."""
    return {_KEY: Declared(permission=None, gives=gives, refuses=refuses)}


def declared(handler: BaseRouteHandler) -> Declared | None:
    """Give what a route has declared; `None` for one that has not, which nobody may call."""
    found: Declared | None = handler.opt.get(_KEY)
    return found
