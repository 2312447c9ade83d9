"""The demo app's keys on the developer's own disk, so that each start can print them; never in production."""

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec

KEY_FILE: Final = Path(".zerofee-demo.json")

_PRIVATE: Final = 0o600


class KeptKeys(msgspec.Struct, frozen=True, kw_only=True):
    """One demo app's keys, and the login of its owner; files of earlier versions have none."""

    user_email: str | None = None
    user_password: str | None = None
    app_id: str
    secret_key: str
    publishable_key: str


_DECODER: Final = msgspec.json.Decoder(dict[str, KeptKeys])


@dataclass(frozen=True, slots=True)
class KeyFile:
    """The keys of the demo app in one database, in a file that holds those of several."""

    path: Path
    database: str

    @classmethod
    def of(cls, database_url: str, path: Path = KEY_FILE) -> "KeyFile":
        """Name the keys of a database; its URL may hold a password, so a digest stands for it."""
        return cls(path, hashlib.sha256(database_url.encode()).hexdigest()[:16])

    def read(self) -> KeptKeys | None:
        """Give what is kept; `None` when nothing is, or nothing that can be read."""
        return self._all().get(self.database)

    def write(self, keys: KeptKeys) -> None:
        """Keep keys, readable by the file's owner alone."""
        write_private(self.path, msgspec.json.encode({**self._all(), self.database: keys}))

    def _all(self) -> dict[str, KeptKeys]:
        try:
            return _DECODER.decode(self.path.read_bytes())
        except (OSError, msgspec.DecodeError):
            return {}


def write_private(path: Path, content: bytes) -> None:
    """Write a whole file that only its owner can read, in place of whatever was there."""
    beside = path.with_name(f"{path.name}.{os.getpid()}")
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _PRIVATE), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
