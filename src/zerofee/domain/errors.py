"""The root of every refusal, so that the edge can turn each into one kind of answer."""

from typing import ClassVar


class DomainError(Exception):
    """
    A request that we refuse; whoever asked can mend it.

    What another party answered is an `Outcome`, and a bug is any other exception: neither is one
    of these. Each subclass stands beside the rule that raises it and sets its own `code`, which
    apps match on and which therefore never changes.
    """

    code: ClassVar[str]

    def __init__(self, detail: str, *, field: str | None = None) -> None:
        """Keep `detail`, a sentence that says what to do, and the request's `field` it is about."""
        super().__init__(detail)
        self.detail = detail
        self.field = field
