"""API keys: made, checked by their form alone, and kept as a keyed hash."""

import hashlib
import hmac
import re
import secrets
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from zerofee.domain.app import ApiKey, KeyKind
from zerofee.domain.ports.keys import MintedKey
from zerofee.domain.ports.vault import Secret
from zerofee.domain.scope import Environment

KINDS: Final[Mapping[str, KeyKind]] = {"sk": KeyKind.SECRET, "pk": KeyKind.PUBLISHABLE}
ENVIRONMENTS: Final[Mapping[str, Environment]] = {"live": Environment.LIVE, "sand": Environment.SANDBOX}

_KIND_WORDS: Final = {kind: word for word, kind in KINDS.items()}
_ENVIRONMENT_WORDS: Final = {environment: word for word, environment in ENVIRONMENTS.items()}
_ALPHABET: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_RANDOM_LENGTH: Final = 30
_CHECKSUM_LENGTH: Final = 6
_SHOWN: Final = 4
_FORM: Final = re.compile(rf"({'|'.join(KINDS)})_({'|'.join(ENVIRONMENTS)})_[0-9A-Za-z]{{36}}", re.ASCII)


class MalformedKey(Exception):
    """Not a key of ours: another form, or a checksum that does not fit. The text itself is not kept here."""


@dataclass(frozen=True, slots=True)
class ParsedKey:
    """What a key's form tells with no database."""

    kind: KeyKind
    environment: Environment


@dataclass(frozen=True, slots=True)
class HashedKey:
    """What is kept of a key: its keyed hash in hex, and the id of the pepper it was made under."""

    digest: str
    pepper_id: str


def make(kind: KeyKind, environment: Environment) -> str:
    """
    Make a new key: prefix, 30 random base62 characters (178 bits), 6 characters of checksum.

    It is to be shown once, and then known by its hash.

    Source: reliability rules KEY-1.
    """
    chance = "".join(secrets.choice(_ALPHABET) for _ in range(_RANDOM_LENGTH))
    unchecked = f"{_KIND_WORDS[kind]}_{_ENVIRONMENT_WORDS[environment]}_{chance}"
    return unchecked + _checksum(unchecked)


def parse(text: str) -> ParsedKey:
    """
    Read a key's kind and environment from its form; raise `MalformedKey` for what was never a key of ours.

    The checksum finds slips of the pen and is no security: only the hash, looked up, says that a key exists.
    """
    found = _FORM.fullmatch(text)
    if found is None:
        raise MalformedKey("a key is sk_ or pk_, then live_ or sand_, then 36 letters and digits")
    if text[-_CHECKSUM_LENGTH:] != _checksum(text[:-_CHECKSUM_LENGTH]):
        raise MalformedKey("the key's checksum does not fit: a character is wrong or missing")
    return ParsedKey(KINDS[found[1]], ENVIRONMENTS[found[2]])


def hint(text: str) -> str:
    """Say what may be shown of a key: its prefix and its last four characters, `sk_sand_…4242`."""
    prefix, _, body = text.rpartition("_")
    return f"{prefix}_…{body[-_SHOWN:]}"


@dataclass(frozen=True, slots=True)
class KeyHasher:
    """
    HMAC-SHA256 under one of several peppers, the newest first.

    New keys are hashed under the newest; older peppers stay until no stored key names them, so a pepper can be
    changed without changing a key. Not argon2: 178 random bits need no stretching.

    Source: reliability rules KEY-2.
    """

    peppers: Sequence[Secret] = field(repr=False)

    def __post_init__(self) -> None:
        if not self.peppers:
            raise ValueError("a key hasher needs at least one pepper")

    def digest(self, text: str) -> HashedKey:
        """Hash a key under the newest pepper, as a new one is kept."""
        return _hashed(text, self.peppers[0])

    def digests(self, text: str) -> tuple[HashedKey, ...]:
        """Hash a key under every pepper, newest first: one of these is the kept one, if the key was issued."""
        return tuple(_hashed(text, pepper) for pepper in self.peppers)

    def mint(self, kind: KeyKind, environment: Environment) -> MintedKey:
        """Make a new key under the newest pepper."""
        text = make(kind, environment)
        hashed = self.digest(text)
        return MintedKey(text=Secret(text), digest=hashed.digest, pepper_id=hashed.pepper_id, hint=hint(text))

    def is_of(self, text: str, key: ApiKey) -> bool:
        """Say in constant time whether `text` is the key that `key` is kept of."""
        hashed = (_hashed(text, pepper) for pepper in self.peppers)
        return any(hmac.compare_digest(one.digest, key.digest) for one in hashed)


def pepper_id(pepper: Secret) -> str:
    """Name a pepper without telling it, so that its name can stand in the database."""
    return hmac.digest(pepper.reveal().encode(), b"zerofee pepper id", hashlib.sha256).hex()[:16]


def _hashed(text: str, pepper: Secret) -> HashedKey:
    digest = hmac.digest(pepper.reveal().encode(), text.encode(), hashlib.sha256).hex()
    return HashedKey(digest, pepper_id(pepper))


def _checksum(text: str) -> str:
    number = zlib.crc32(text.encode())
    digits = []
    for _ in range(_CHECKSUM_LENGTH):
        number, digit = divmod(number, len(_ALPHABET))
        digits.append(_ALPHABET[digit])
    return "".join(reversed(digits))
