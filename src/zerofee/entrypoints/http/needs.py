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

    `permission` is what the caller's secret key must hold; `personal` is a route of a logged-in person; what is
    neither is open to all. `publishable`: a customer's browser may call it, with a publishable key and from the origins
    of the settings. `fresh_login`: a person must have logged in within the last five minutes. `takes` is the
    JSON body, `asks` the query, `gives` the shape of each good status, `None` for no body; a media type stands for
    what is no JSON. `also` is a second media type, for whoever asks for it.
    """

    permission: Permission | None = None
    personal: bool = False
    publishable: bool = False
    fresh_login: bool = False
    takes: type[msgspec.Struct] | None = None
    asks: type[msgspec.Struct] | None = None
    gives: Mapping[int, Any] = field(default_factory=dict)
    also: str | None = None
    refuses: Refusals = ()

    @property
    def by_address(self) -> bool:
        """Say whether callers are counted by their address: nobody is known, and there is something to be tried."""
        return self.permission is None and not self.personal and self.takes is not None

    @property
    def counted(self) -> bool:
        """Say whether requests are counted at all."""
        return self.permission is not None or self.personal or self.by_address


def needs(
    permission: Permission,
    *,
    gives: Mapping[int, Any],
    takes: type[msgspec.Struct] | None = None,
    asks: type[msgspec.Struct] | None = None,
    refuses: Refusals = (),
    also: str | None = None,
    publishable: bool = False,
    fresh_login: bool = False,
) -> dict[str, Any]:
    """
    Declare a route of an app's secret key: `@post(opt=needs(Permission.PAYMENTS, …))`.

    The app's people may do the same with an access token, `X-App-Id` and `X-Environment`.
    """
    terms = Declared(
        permission=permission,
        publishable=publishable,
        fresh_login=fresh_login,
        takes=takes,
        asks=asks,
        gives=gives,
        also=also,
        refuses=refuses,
    )
    return {_KEY: terms}


def personal(
    *,
    gives: Mapping[int, Any],
    takes: type[msgspec.Struct] | None = None,
    asks: type[msgspec.Struct] | None = None,
    refuses: Refusals = (),
    fresh_login: bool = False,
) -> dict[str, Any]:
    """Declare a route of a logged-in person, which no API key may call; the handler finds them as `request.person`."""
    terms = Declared(personal=True, takes=takes, asks=asks, gives=gives, refuses=refuses, fresh_login=fresh_login)
    return {_KEY: terms}


def public(
    *, gives: Mapping[int, Any], takes: type[msgspec.Struct] | None = None, refuses: Refusals = ()
) -> dict[str, Any]:
    """Declare a route that is open to all, and tells nothing of any app."""
    return {_KEY: Declared(takes=takes, gives=gives, refuses=refuses)}


def declared(handler: BaseRouteHandler) -> Declared | None:
    """Give what a route has declared; `None` for one that has not, which nobody may call."""
    found: Declared | None = handler.opt.get(_KEY)
    return found
