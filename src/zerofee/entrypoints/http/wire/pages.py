"""One page of anything."""

from collections.abc import Sequence
from typing import Generic, Literal, TypeVar

import msgspec

T = TypeVar("T")


class PageBody(msgspec.Struct, Generic[T], frozen=True, gc=False, kw_only=True):
    """A page, newest first. `next_cursor` asks for the next one; it is null with the last."""

    object: Literal["list"] = "list"
    data: Sequence[T]
    has_more: bool
    next_cursor: str | None
