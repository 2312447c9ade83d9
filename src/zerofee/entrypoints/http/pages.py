"""Pages: how they are asked for, and the cursor that leads from one to the next."""

import base64
import binascii
import hashlib
from collections.abc import Callable, Sequence
from typing import Annotated, Final, Protocol, TypeVar

import msgspec

from zerofee.domain.ids import AppId, UserId
from zerofee.domain.new_payment import text
from zerofee.domain.payment_status import PaymentStatus
from zerofee.domain.ports.views import Listed, PageOf, PaymentFilter
from zerofee.domain.scope import Environment, Scope
from zerofee.entrypoints.http.refusals import CursorInvalid
from zerofee.entrypoints.http.reply import Reply, json_reply
from zerofee.entrypoints.http.wire.pages import PageBody
from zerofee.entrypoints.http.wire.parts import Time
from zerofee.entrypoints.http.wire.showing import ENCODER


class Identified(Protocol):
    """A thing with an id, which a cursor can lead to."""

    @property
    def id(self) -> str:
        """Name the thing."""
        ...


ThingT = TypeVar("ThingT", bound=Identified)
Place = Scope | AppId | UserId
"""Whose list it is: a scope's, an app's in both its environments, or a person's."""

_CHECK_BYTES: Final = 9
_LONGEST_CURSOR: Final = 100
_LONGEST_FILTER: Final = 100


class PageQuery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which page of a list."""

    limit: Annotated[int, msgspec.Meta(ge=1, le=100, description="How many at most.")] = 20
    cursor: Annotated[str | None, msgspec.Meta(description="`next_cursor` of the page before, as it came.")] = None

    def page(self, place: Place, listed: str) -> PageOf:
        """Read where the page begins; raise `CursorInvalid` for a cursor of another list or place."""
        return PageOf(limit=self.limit, after=None if self.cursor is None else _after(place, listed, self.cursor))


class EnvironmentQuery(PageQuery, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which page, of one environment or of both."""

    environment: Annotated[Environment | None, msgspec.Meta(description="Both when left out.")] = None


class PaymentQuery(PageQuery, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which page of which payments."""

    status: PaymentStatus | None = None
    reference: Annotated[str | None, msgspec.Meta(description="Your own reference, exactly.")] = None
    provider: Annotated[str | None, msgspec.Meta(description="The provider that it was last tried with.")] = None
    needs_attention: bool | None = None
    created_from: Annotated[Time | None, msgspec.Meta(description="Created at or after; RFC 3339.")] = None
    created_to: Annotated[Time | None, msgspec.Meta(description="Created before; RFC 3339.")] = None

    def wanted(self) -> PaymentFilter:
        """Check the filters; raise `InvalidField` for a text that no payment can have."""
        return PaymentFilter(
            status=self.status,
            reference=text("reference", self.reference, _LONGEST_FILTER),
            provider_id=text("provider", self.provider, _LONGEST_FILTER),
            needs_attention=self.needs_attention,
            created_from=self.created_from,
            created_to=self.created_to,
        )


def page_reply(listed: Listed[ThingT], show: Callable[[ThingT], object], name: str, place: Place) -> Reply:
    """Answer with a page of the list `name`, each thing as `show` shows it."""
    cursor = _cursor(place, name, listed.items[-1].id) if listed.has_more else None
    shown = [show(thing) for thing in listed.items]
    return json_reply(ENCODER.encode(PageBody(data=shown, has_more=listed.has_more, next_cursor=cursor)))


def newest_first(things: Sequence[ThingT], page: PageOf) -> Listed[ThingT]:
    """Make a page of things that are all there, the oldest first."""
    rest = list(reversed(things))
    if page.after is not None:
        rest = rest[1 + next((place for place, thing in enumerate(rest) if thing.id == page.after), len(rest)) :]
    return Listed(items=tuple(rest[: page.limit]), has_more=len(rest) > page.limit)


def _cursor(place: Place, listed: str, last_id: str) -> str:
    return base64.urlsafe_b64encode(_check(place, listed, last_id) + last_id.encode()).decode().rstrip("=")


def _after(place: Place, listed: str, cursor: str) -> str:
    if len(cursor) > _LONGEST_CURSOR:
        raise CursorInvalid
    try:
        content = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        last_id = content[_CHECK_BYTES:].decode("ascii")
    except (binascii.Error, ValueError) as fault:
        raise CursorInvalid from fault
    if content[:_CHECK_BYTES] != _check(place, listed, last_id):
        raise CursorInvalid
    return last_id


def _check(place: Place, listed: str, last_id: str) -> bytes:
    # No secret: whatever is asked is asked within the caller's scope. It keeps cursors from wandering between lists.
    named = f"{place.app_id}\n{place.environment}" if isinstance(place, Scope) else place
    return hashlib.blake2b(f"{named}\n{listed}\n{last_id}".encode(), digest_size=_CHECK_BYTES).digest()
