"""Where a person is told something."""

from typing import Protocol

from zerofee.domain.letter import Mail


class NotDelivered(Exception):
    """A mail that did not go out; the sentence says why, and holds nothing of the mail."""


class Notifier(Protocol):
    """Hands mail over to whoever carries it."""

    async def send(self, mail: Mail) -> None:
        """Return when the mail was taken; raise `NotDelivered` otherwise. It may then have been taken all the same."""
        ...
