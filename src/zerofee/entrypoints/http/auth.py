"""Authorization into a caller, before a byte of the body is read."""

import hashlib
from dataclasses import dataclass, field
from typing import Any, Final

from litestar.connection import ASGIConnection, Request

from zerofee.adapters.crypto.api_keys import KeyHasher, MalformedKey, ParsedKey, parse
from zerofee.domain.app import ApiKey, KeyKind, allows, is_usable
from zerofee.domain.ports.clock import Clock
from zerofee.domain.ports.keys import Keys
from zerofee.domain.scope import Scope
from zerofee.entrypoints.http.needs import declared
from zerofee.entrypoints.http.refusals import InsufficientScope, KeyNotAllowed, NotAuthenticated

AUTHORIZATION: Final = b"authorization"
_SCHEME: Final = b"bearer "
# Found again by a hash of the key, so that no key is kept.
_MOST_KNOWN: Final = 10_000


@dataclass(frozen=True, slots=True)
class Caller:
    """Whose key it is, and where what it asks for lies."""

    scope: Scope
    key: ApiKey


@dataclass(frozen=True, slots=True)
class _Read:
    """A key as its form was read and hashed; whether it is good is asked each time."""

    form: ParsedKey
    digests: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Admission:
    """
    Lets a request in, or refuses it; runs before each route, and before its body is read.

    A route that declares nothing lets nobody in. A limit to how often a caller may ask belongs between the two
    steps of `__call__`: whoever is nobody has no quota, and what the key may not do still counts.
    """

    keys: Keys
    hasher: KeyHasher
    clock: Clock
    _known: dict[bytes, _Read] = field(default_factory=dict, repr=False)

    async def __call__(self, request: Request[Any, Any, Any]) -> None:
        """Leave the `Caller` in the request's `auth`; raise what the caller must be told."""
        terms = declared(request.route_handler)
        if terms is None:
            # Litestar's own answer to OPTIONS, which tells the methods of an address and nothing else.
            if request.method == "OPTIONS":
                return
            raise InsufficientScope("of no key")
        if terms.permission is None:
            return
        caller = await self._caller(request)
        if caller.key.kind is not KeyKind.SECRET:
            raise KeyNotAllowed
        if not allows(caller.key, terms.permission):
            raise InsufficientScope(terms.permission)
        request.scope["auth"] = caller

    async def _caller(self, connection: ASGIConnection[Any, Any, Any, Any]) -> Caller:
        read = self._read(_token(connection))
        for digest in read.digests:
            key = await self.keys.key(digest)
            if key is not None and is_usable(key, self.clock.now()):
                if (key.kind, key.scope.environment) != (read.form.kind, read.form.environment):
                    raise NotAuthenticated
                return Caller(key.scope, key)
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


def _token(connection: ASGIConnection[Any, Any, Any, Any]) -> bytes:
    found = [value for name, value in connection.scope["headers"] if name == AUTHORIZATION]
    if len(found) != 1 or found[0][: len(_SCHEME)].lower() != _SCHEME:
        raise NotAuthenticated
    return found[0][len(_SCHEME) :]
