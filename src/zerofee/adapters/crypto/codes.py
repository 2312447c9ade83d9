"""One-time codes: drawn by chance, kept as a keyed hash that is bound to the request."""

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from typing import Final

from zerofee.adapters.crypto.derived_keys import derived_keys
from zerofee.domain.ids import CodeId
from zerofee.domain.one_time_code import CODE_DIGITS
from zerofee.domain.ports.vault import Secret

_NOBODYS: Final = "0" * 64


class HashedCodes:
    """
    The `Codes` port: six digits, HMAC-SHA256 under our secret, since a million guesses would break a plain hash.

    Source: reliability rules AUT-3.
    """

    def __init__(self, jwt_secrets: Sequence[Secret]) -> None:
        """Take the secrets, the newest first; at least one."""
        self._keys = derived_keys(jwt_secrets, "one-time codes")

    def make(self) -> str:
        return f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}}"

    def digest(self, code_id: CodeId, code: str) -> str:
        return _digest(self._keys[0].key, code_id, code)

    def is_right(self, code_id: CodeId, code: str, digest: str | None) -> bool:
        # All keys are tried, so that the time tells nothing.
        found = [hmac.compare_digest(_digest(key.key, code_id, code), digest or _NOBODYS) for key in self._keys]
        return digest is not None and any(found)


def _digest(key: bytes, code_id: CodeId, code: str) -> str:
    return hmac.digest(key, f"{code_id}\n{code}".encode(), hashlib.sha256).hex()
