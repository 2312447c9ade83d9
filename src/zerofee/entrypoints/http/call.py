"""One request as the routes see it: who calls, what was sent, and what the house can do."""

from functools import cache
from typing import Any, Final, TypeVar
from urllib.parse import quote

import msgspec
from litestar import Request
from litestar.datastructures import State

from zerofee.domain.app import App
from zerofee.domain.audit import Actor, ActorKind, Author
from zerofee.entrypoints.http.auth import MANAGED_APP, Caller
from zerofee.entrypoints.http.client_address import UNKNOWN, network_of
from zerofee.entrypoints.http.limits import read_body
from zerofee.entrypoints.http.needs import declared
from zerofee.entrypoints.http.people import Person
from zerofee.entrypoints.http.problems import Occurrence
from zerofee.entrypoints.http.refusals import UnsupportedMediaType
from zerofee.entrypoints.http.services import Services
from zerofee.entrypoints.http.strict import decode, read_query

T = TypeVar("T", bound=msgspec.Struct)

_CONTENT_TYPE: Final = b"content-type"
_CONTENT_ENCODING: Final = b"content-encoding"
_CHARSETS: Final = frozenset({"charset=utf-8", 'charset="utf-8"'})


class Call(Request[None, Caller | Person, State]):
    """Litestar's request, with the few questions that our routes ask."""

    @property
    def services(self) -> Services:
        """Give the house's verbs and ports."""
        services: Services = self.scope["litestar_app"].state.services
        return services

    @property
    def caller(self) -> Caller:
        """Give who was let in to an app's data; there is none on any other route."""
        caller: Caller = self.scope["auth"]
        return caller

    @property
    def person(self) -> Person:
        """Give who is logged in, on a personal route."""
        person: Person = self.scope["auth"]
        return person

    @property
    def address(self) -> str:
        """Give the client's network address; it is the client's own only as far as the trusted proxies are."""
        return self.services.settings.proxies.client_address(self.scope)

    @property
    def app_of_person(self) -> App:
        """Give the app that a personal route's path names; it is the person's."""
        app: App = self.scope[MANAGED_APP]  # type: ignore[typeddict-item]
        return app

    @property
    def author(self) -> Author:
        """Say who does what a personal route does, and from where."""
        address = None if self.address == UNKNOWN else self.address
        return Author(Actor(ActorKind.USER, self.person.user.id), address)

    @property
    def network(self) -> str:
        """Give what is counted as one client: an address, or the network of one customer."""
        return network_of(self.address)

    async def read(self, model: type[T]) -> T:
        """
        Read the body strictly, as what the route has declared to take.

        A body may be left out where no field is required. Raises `UnsupportedMediaType` and what `decode` raises.
        """
        terms = declared(self.route_handler)
        if terms is None or terms.takes is not model:
            raise TypeError(f"the route does not declare that it takes {model.__name__}")
        settings = self.services.settings
        body = await read_body(self.receive, settings.max_body, settings.body_timeout_s)
        if not body and _may_be_left_out(model):
            return model()
        self._refuse_other_media()
        return decode(model, body)

    def asked(self, model: type[T]) -> T:
        """Read the query, as what the route has declared to be asked; raise `InvalidRequest`, naming the parameter."""
        terms = declared(self.route_handler)
        if terms is None or terms.asks is not model:
            raise TypeError(f"the route does not declare that it is asked {model.__name__}")
        return read_query(model, self.scope["query_string"])

    def _refuse_other_media(self) -> None:
        for name, value in self.scope["headers"]:
            if name == _CONTENT_TYPE and not _is_json(value):
                raise UnsupportedMediaType
            if name == _CONTENT_ENCODING and value.lower() != b"identity":
                raise UnsupportedMediaType
        if not any(name == _CONTENT_TYPE for name, _ in self.scope["headers"]):
            raise UnsupportedMediaType


def occurrence(scope: Any) -> Occurrence:  # noqa: ANN401  an ASGI scope of whatever kind
    """Say where a problem occurs: our id of the request, and its path as it can stand in a URL."""
    raw = scope.get("raw_path")
    path = quote(raw.partition(b"?")[0], safe="/%") if raw else quote(scope["path"])
    return Occurrence(request_id=scope.get("request_id", ""), path=path)


@cache
def _is_json(content_type: bytes) -> bool:
    media, *parameters = (part.strip().lower() for part in content_type.decode("latin-1").split(";"))
    return media == "application/json" and all(parameter in _CHARSETS for parameter in parameters)


@cache
def _may_be_left_out(model: type[msgspec.Struct]) -> bool:
    return not any(field.required for field in msgspec.structs.fields(model))
