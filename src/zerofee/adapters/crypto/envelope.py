"""Envelopes: a value under a data key of its own, which is wrapped by one of ours, and both bound to one place."""

import hashlib
import hmac
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from zerofee.domain.ports.vault import SealBroken, Secret

_FORMAT: Final = b"\x01"
_KEY_ID_BYTES: Final = 8
_KEY_BYTES: Final = 32
_NONCE_BYTES: Final = 12
_TAG_BYTES: Final = 16
_WRAPPED_BYTES: Final = _KEY_BYTES + _TAG_BYTES
_HEAD_BYTES: Final = 1 + _KEY_ID_BYTES
_SHORTEST: Final = _HEAD_BYTES + _NONCE_BYTES + _WRAPPED_BYTES + _NONCE_BYTES + _TAG_BYTES


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a sealed value belongs; it opens nowhere else."""

    app_id: str
    environment: str
    owner_id: str
    provider_id: str
    field: str

    def bound(self, head: bytes) -> bytes:
        """Give the bytes that both layers are bound to: format, key id and every part, each with its length."""
        parts = (self.app_id, self.environment, self.owner_id, self.provider_id, self.field)
        return head + b"".join(len(part.encode()).to_bytes(2) + part.encode() for part in parts)


@dataclass(frozen=True, slots=True)
class _WrappingKey:
    id: bytes
    key: AESGCM = field(repr=False)


class Envelopes:
    """
    Seals under the newest key, opens under any.

    What is made: format (1 byte), key id (8), nonce (12), wrapped data key (48), nonce (12), the value with its tag.
    Both layers are AES-256-GCM with fresh nonces. Keys are any secrets of 32 bytes and more, the newest first; the
    cipher's keys are derived from them.

    Source: reliability rules CRY-1; NIST SP 800-38D; RFC 5869.
    """

    def __init__(self, keys: Sequence[Secret]) -> None:
        """Take the keys, the newest first; at least one."""
        if not keys:
            raise ValueError("an envelope needs at least one encryption key")
        self._keys = {wrapping.id: wrapping for wrapping in map(_wrapping_key, keys)}
        self._newest = _wrapping_key(keys[0])

    @property
    def key_ids(self) -> tuple[str, ...]:
        """Name the keys, the newest first."""
        return tuple(found.hex() for found in self._keys)

    def seal(self, place: Place, value: bytes) -> bytes:
        """Seal `value` so that it opens at `place` alone."""
        head = _FORMAT + self._newest.id
        bound = place.bound(head)
        data_key = AESGCM.generate_key(bit_length=8 * _KEY_BYTES)
        wrap_nonce, nonce = os.urandom(_NONCE_BYTES), os.urandom(_NONCE_BYTES)
        wrapped = self._newest.key.encrypt(wrap_nonce, data_key, bound)
        return head + wrap_nonce + wrapped + nonce + AESGCM(data_key).encrypt(nonce, value, bound)

    def open(self, place: Place, sealed: bytes) -> bytes:
        """Open what `seal` made for `place`; raise `SealBroken` for anything else."""
        wrapping = self._keys.get(_key_id(sealed))
        if wrapping is None:
            raise SealBroken("sealed under a key that is not among ENCRYPTION_KEYS")
        bound = place.bound(sealed[:_HEAD_BYTES])
        wrap_nonce, rest = _cut(sealed[_HEAD_BYTES:], _NONCE_BYTES)
        wrapped, rest = _cut(rest, _WRAPPED_BYTES)
        nonce, value = _cut(rest, _NONCE_BYTES)
        try:
            data_key = wrapping.key.decrypt(wrap_nonce, wrapped, bound)
            return AESGCM(data_key).decrypt(nonce, value, bound)
        except InvalidTag:
            # The cause would add nothing, and a chained exception is one more thing that could be shown.
            raise SealBroken("sealed for another row, or changed since") from None

    def is_newest(self, sealed: bytes) -> bool:
        """Say whether a value is sealed under the newest key; raise `SealBroken` for what is no envelope."""
        return _key_id(sealed) == self._newest.id


def key_id(sealed: bytes) -> str:
    """Name the key that an envelope is sealed under; raise `SealBroken` for what is no envelope."""
    return _key_id(sealed).hex()


def _key_id(sealed: bytes) -> bytes:
    if len(sealed) < _SHORTEST or sealed[:1] != _FORMAT:
        raise SealBroken("not an envelope of ours")
    return sealed[1:_HEAD_BYTES]


def _wrapping_key(secret: Secret) -> _WrappingKey:
    text = secret.reveal().encode()
    derived = HKDF(SHA256(), _KEY_BYTES, salt=None, info=b"zerofee envelope key").derive(text)
    name = hmac.digest(text, b"zerofee envelope key id", hashlib.sha256)[:_KEY_ID_BYTES]
    return _WrappingKey(name, AESGCM(derived))


def _cut(data: bytes, length: int) -> tuple[bytes, bytes]:
    return data[:length], data[length:]
