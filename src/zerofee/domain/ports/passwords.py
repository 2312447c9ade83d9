"""Passwords: hashed slowly, compared slowly, and refused when everybody tries them first."""

from typing import Protocol

from zerofee.domain.ports.vault import Secret


class Passwords(Protocol):
    """The slow work, which others need not wait for."""

    async def hash(self, password: Secret) -> str:
        """Hash a password with what is strong enough today."""
        ...

    async def is_right(self, password: Secret, password_hash: str | None) -> bool:
        """Say whether a password has this hash; `None` is no password's, and takes as long to find out."""
        ...

    def is_outdated(self, password_hash: str) -> bool:
        """Say whether a hash was made with less than what is strong enough today."""
        ...

    async def is_common(self, password: Secret) -> bool:
        """Say whether a password is among the first that a stranger would try."""
        ...
