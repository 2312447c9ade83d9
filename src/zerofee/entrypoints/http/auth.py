"""Authorization into a caller or a person, before a byte of the body is read."""

import hashlib
from dataclasses import dataclass, field
from typing import Any, Final

from litestar.connection import Request

from zerofee.adapters.crypto.api_keys import KeyHasher, MalformedKey, ParsedKey, parse
from zerofee.application.apps.key_uses import KeyUses
from zerofee.domain.app import ApiKey, KeyKind, allows, is_usable
from zerofee.domain.ports.clock import Clock
from zerofee.domain.ports.keys import Keys
from zerofee.domain.scope import Permission, Scope
from zerofee.entrypoints.http.needs import Declared, declared
from zerofee.entrypoints.http.people import People, Person, is_access_token
from zerofee.entrypoints.http.quotas import Connection, Quotas
from zerofee.entrypoints.http.refusals import InsufficientScope, KeyNotAllowed, NotAuthenticated, PersonNeeded

AUTHORIZATION: Final = b"authorization"
MANAGED_APP: Final = "managed_app"
"""Where a request's scope holds the person's app that its path names."""
_SCHEME: Final = b"bearer "
# Found again by a hash of the key, so that no key is kept.
_MOST_KNOWN: Final = 10_000


@dataclass(frozen=True, slots=True)
class Caller:
    """Where what is asked for lies, and who asks: an app's key, or one of the app's people."""

    scope: Scope
    key: ApiKey | None = None
    person: Person | None = None


@dataclass(frozen=True, slots=True)
class _Read:
    """A key as its form was read and hashed; whether it is good is asked each time."""

    form: ParsedKey
    digests: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Admission:
    """
    Lets a request in, or refuses it; runs before each route, and before its body is read.

    A route that declares nothing lets nobody in. Requests are counted as soon as it is known whose they are: whoever
    is nobody has no quota, and what a key may not do still counts.
    """

    keys: Keys
    hasher: KeyHasher
    clock: Clock
    people: People
    quotas: Quotas
    key_uses: KeyUses
    _known: dict[bytes, _Read] = field(default_factory=dict, repr=False)

    async def __call__(self, request: Request[Any, Any, Any]) -> None:
        """Leave the `Caller` or the `Person` in the request's `auth`; raise what the caller must be told."""
        terms = declared(request.route_handler)
        if terms is None:
            # Litestar's own answer to OPTIONS, which tells the methods of an address and nothing else.
            if request.method == "OPTIONS":
                return
            raise InsufficientScope("of no key")
        if terms.personal:
            person = request.scope["auth"] = await self._person(request, _token(request), terms)
            if (app_id := request.path_params.get("app_id")) is not None:
                # Whatever a person does with an app is done to their own: no route can forget to ask.
                request.scope[MANAGED_APP] = await self.people.app(person, app_id)  # type: ignore[typeddict-unknown-key]
        elif terms.permission is not None:
            request.scope["auth"] = await self._caller(request, terms, terms.permission)
        elif terms.by_address:
            await self.quotas.of_address(request)

    async def _person(self, connection: Connection, token: bytes, terms: Declared) -> Person:
        if not is_access_token(token):
            await self.quotas.of_key(connection, await self._key(token))
            raise PersonNeeded
        person = await self.people.person(token)
        await self.quotas.of_person(connection, person.user.id)
        if terms.fresh_login:
            self.people.prove_fresh(person)
        return person

    async def _caller(self, connection: Connection, terms: Declared, needed: Permission) -> Caller:
        token = _token(connection)
        if is_access_token(token):
            person = await self._person(connection, token, terms)
            return Caller(await self.people.scope(person, connection.scope["headers"]), person=person)
        key = await self._key(token)
        await self.quotas.of_key(connection, key)
        if key.kind is not KeyKind.SECRET:
            if not terms.publishable:
                raise KeyNotAllowed
        elif not allows(key, needed):
            raise InsufficientScope(needed)
        return Caller(key.scope, key)

    async def _key(self, token: bytes) -> ApiKey:
        read = self._read(token)
        for digest in read.digests:
            key = await self.keys.key(digest)
            now = self.clock.now()
            if key is not None and is_usable(key, now):
                if (key.kind, key.scope.environment) != (read.form.kind, read.form.environment):
                    raise NotAuthenticated
                self.key_uses.note(key, now)
                return key
        raise NotAuthenticated

    def _read(self, token: bytes) -> _Read:
        name = hashlib.sha256(token).digest()
        read = self._known.get(name)
        if read is not None:
            return read
        text = token.decode("latin-1")
        try:
            form = parse(text)
        except MalformedKey as fault:
            raise NotAuthenticated from fault
        read = _Read(form, tuple(hashed.digest for hashed in self.hasher.digests(text)))
        if len(self._known) >= _MOST_KNOWN:
            self._known.clear()
        self._known[name] = read
        return read


def _token(connection: Connection) -> bytes:
    found = [value for name, value in connection.scope["headers"] if name == AUTHORIZATION]
    if len(found) != 1 or found[0][: len(_SCHEME)].lower() != _SCHEME:
        raise NotAuthenticated
    return found[0][len(_SCHEME) :]
