"""Passwords by Argon2id, four at a time and off the event loop, and those that everybody tries first."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final, TypeVar

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError
from zxcvbn import zxcvbn

from zerofee.domain.ports.vault import Secret

T = TypeVar("T")

_MEMORY_KIB: Final = 19 * 1024
_PASSES: Final = 2
_LANES: Final = 1
_AT_A_TIME: Final = 4
# 16 bytes and 32 bytes in base64 without padding.
_SALT_LENGTH: Final = 22
_HASH_LENGTH: Final = 43
_COMMON_GUESSES: Final = 100_000
"""What a stranger can try at a server within some days, against all its limits; the names of pets are beyond that."""

_LOOKED_AT: Final = 64
"""The estimate's time grows with the square of the length, and who types more than this is not common."""


class ArgonPasswords:
    """
    The `Passwords` port.

    Source: OWASP, Password Storage Cheat Sheet, "Argon2id"; RFC 9106; reliability rules AUT-1.
    """

    def __init__(self, memory_kib: int = _MEMORY_KIB, passes: int = _PASSES) -> None:
        """Hash with this much; tests may do with less."""
        self._hasher = PasswordHasher(time_cost=passes, memory_cost=memory_kib, parallelism=_LANES, type=Type.ID)
        self._pool = ThreadPoolExecutor(_AT_A_TIME, thread_name_prefix="zerofee passwords")
        # Well-formed, and the hash of nothing that anybody will find: comparing with it is the same work.
        self._nobodys = f"$argon2id$v=19$m={memory_kib},t={passes},p={_LANES}${'A' * _SALT_LENGTH}${'A' * _HASH_LENGTH}"

    async def hash(self, password: Secret) -> str:
        return await self._apart(lambda: self._hasher.hash(password.reveal()))

    async def is_right(self, password: Secret, password_hash: str | None) -> bool:
        known = self._nobodys if password_hash is None else password_hash
        right = await self._apart(lambda: self._verify(known, password))
        return right and password_hash is not None

    def is_outdated(self, password_hash: str) -> bool:
        return self._hasher.check_needs_rehash(password_hash)

    async def is_common(self, password: Secret) -> bool:
        looked_at = password.reveal()[:_LOOKED_AT]
        return await self._apart(lambda: zxcvbn(looked_at)["guesses"] < _COMMON_GUESSES)

    def _verify(self, password_hash: str, password: Secret) -> bool:
        try:
            return self._hasher.verify(password_hash, password.reveal())
        except (VerificationError, InvalidHashError):
            return False

    async def _apart(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._pool, work)
