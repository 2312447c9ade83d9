"""How Stripe's stand-in shows many objects, and objects inside of objects."""

from collections.abc import Iterable, Sequence
from typing import Any, Final, Protocol

from zerofee.entrypoints.standins.stripe_form import Listing, Range, StripeError
from zerofee.entrypoints.standins.stripe_objects import Shelf, Shown

_DEEPEST: Final = 4


class Showable(Protocol):
    """Any object of Stripe's."""

    @property
    def id(self) -> str:
        """Give its id."""
        ...

    @property
    def created(self) -> int:
        """Say when it was made."""
        ...

    def shown(self) -> Shown:
        """Write it as Stripe does."""
        ...


class Listed:
    """An object that is kept as it is shown, as one of a list."""

    def __init__(self, event: Shown) -> None:
        """Take its name and time."""
        self._event = event
        self.id: str = event["id"]
        self.created: int = event["created"]

    def shown(self) -> Shown:
        """Give it as it is."""
        return self._event


def page(url: str, found: Sequence[Showable], query: Listing, shelf: Shelf) -> Shown:
    """Give one page of what was found, the newest first."""
    span = Range(gte=query.created, lte=query.created) if isinstance(query.created, int) else query.created
    newest = [one for one in reversed(found) if one.created in span]
    if query.starting_after is not None:
        places = [place for place, one in enumerate(newest) if one.id == query.starting_after]
        if not places:
            raise StripeError(
                404, f"No such object: '{query.starting_after}'", "resource_missing", param="starting_after"
            )
        newest = newest[places[0] + 1 :]
    items = [one.shown() for one in newest[: query.limit]]
    listed: Shown = {"object": "list", "url": url, "has_more": len(newest) > query.limit, "data": items}
    return expanded(listed, query.expand, shelf)


def expanded(shown: Shown, wishes: Iterable[str], shelf: Shelf) -> Shown:
    """Put objects where their ids stand, along paths such as `payment_intent.latest_charge`."""
    for wish in wishes:
        path = wish.split(".")
        if len(path) > _DEEPEST or not _expand(shown, path, shelf):
            raise StripeError(400, f"This property cannot be expanded ({wish}).", param="expand")
    return shown


def _expand(shown: Shown, path: Sequence[str], shelf: Shelf) -> bool:
    if not path:
        return True
    name, *rest = path
    if name == "data" and isinstance(shown.get("data"), list):
        return all(_expand(item, rest, shelf) for item in shown["data"])
    if name not in shown:
        return False
    value: Any = shown[name]
    if isinstance(value, str):
        value = shown[name] = shelf.shown(value)
    return _expand(value, rest, shelf) if isinstance(value, dict) else value is None
