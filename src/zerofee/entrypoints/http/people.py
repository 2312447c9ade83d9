"""An access token into a person, and the headers beside it into the scope that the person means."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from zerofee.application.apps.ownership import Ownership
from zerofee.domain.app import App
from zerofee.domain.ids import AppId
from zerofee.domain.ports.accounts import Standings
from zerofee.domain.ports.clock import Clock
from zerofee.domain.ports.tokens import AccessTokens
from zerofee.domain.scope import Environment, Scope
from zerofee.domain.session import Session, is_alive, prove_fresh
from zerofee.domain.user import User
from zerofee.entrypoints.http.addressed import addressed
from zerofee.entrypoints.http.refusals import AppNotNamed, NotAuthenticated

_APP_ID: Final = b"x-app-id"
_ENVIRONMENT: Final = b"x-environment"
_DOTS_OF_A_TOKEN: Final = 2


@dataclass(frozen=True, slots=True)
class Person:
    """Who is logged in, and by which login."""

    user: User
    session: Session


@dataclass(frozen=True, slots=True)
class People:
    """
    Knows people by their access tokens.

    A login that was ended is refused at once by the process that ended it, and within 5 s by all others.

    Source: reliability rules AUT-4, AUT-5, TEN-2, TEN-3.
    """

    tokens: AccessTokens
    standings: Standings
    own: Ownership
    clock: Clock

    async def person(self, token: bytes) -> Person:
        """Say whose token it is; raise `NotAuthenticated` for every one that is not good."""
        now = self.clock.now()
        grant = self.tokens.read(token.decode("latin-1"), now)
        if grant is None:
            raise NotAuthenticated
        standing = await self.standings.standing(grant.session_id)
        if standing is None or not is_alive(standing.session, standing.user, now):
            raise NotAuthenticated
        if (grant.user_id, grant.session_version) != (standing.user.id, standing.user.session_version):
            raise NotAuthenticated
        return Person(standing.user, standing.session)

    async def scope(self, person: Person, headers: Iterable[tuple[bytes, bytes]]) -> Scope:
        """
        Read in a request's headers which app's data is meant, in which environment.

        Raises `AppNotNamed` when a header is missing, and `NotFound` for an app that is not the person's: another's
        and none at all look the same.
        """
        app_id, environment = _only(headers, _APP_ID), _only(headers, _ENVIRONMENT)
        if environment not in set(Environment):
            raise AppNotNamed
        return Scope((await self.app(person, app_id)).id, Environment(environment))

    async def app(self, person: Person, app_id: str) -> App:
        """Find the person's app; raise `NotFound` for another's as for none at all."""
        return await self.own(person.user.id, addressed(AppId, app_id))

    def prove_fresh(self, person: Person) -> None:
        """Raise `ReauthenticationRequired` unless the person has logged in within the last five minutes."""
        prove_fresh(person.session, self.clock.now())


def is_access_token(token: bytes) -> bool:
    """Say whether a bearer's token has the form of a JWT, which no API key has."""
    return token.count(b".") == _DOTS_OF_A_TOKEN


def _only(headers: Iterable[tuple[bytes, bytes]], wanted: bytes) -> str:
    found = [value for name, value in headers if name == wanted]
    if len(found) != 1:
        raise AppNotNamed
    return found[0].decode("latin-1").strip()
