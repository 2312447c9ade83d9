"""Passwords with no cost: each piece of slow work is counted instead of done."""

from zerofee.domain.ports.vault import Secret

COMMON = frozenset({"password1234"})


class CountedPasswords:
    """
    The `Passwords` port. `hashed` and `verified` count the work; `round` is in each hash, and an older one is outdated.

    It protects nothing.
    """

    def __init__(self) -> None:
        """Begin with nothing done."""
        self.hashed = 0
        self.verified = 0
        self.round = 1

    @property
    def work(self) -> tuple[int, int]:
        """Give how many hashes were made, and how many compared."""
        return self.hashed, self.verified

    async def hash(self, password: Secret) -> str:
        self.hashed += 1
        return f"{self.round}:{password.reveal()[::-1]}"

    async def is_right(self, password: Secret, password_hash: str | None) -> bool:
        self.verified += 1
        return password_hash is not None and password_hash.partition(":")[2] == password.reveal()[::-1]

    def is_outdated(self, password_hash: str) -> bool:
        return int(password_hash.partition(":")[0]) < self.round

    async def is_common(self, password: Secret) -> bool:
        return password.reveal() in COMMON
