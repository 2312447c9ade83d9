import asyncio
import threading

import argon2
import pytest

from zerofee.adapters.crypto.passwords import ArgonPasswords
from zerofee.domain.ports.vault import Secret

RIGHT = Secret("three hens in a canoe")


@pytest.fixture
def passwords() -> ArgonPasswords:
    """Return the real thing, at the least cost that there is."""
    return ArgonPasswords(memory_kib=8, passes=1)


async def test_knows_its_own(passwords: ArgonPasswords) -> None:
    made = await passwords.hash(RIGHT)

    assert await passwords.is_right(RIGHT, made)
    assert not await passwords.is_right(Secret("three hens in a canoe "), made)
    assert not await passwords.is_right(RIGHT, "no hash at all")
    assert not await passwords.is_right(RIGHT, "")


async def test_salts_each_hash(passwords: ArgonPasswords) -> None:
    assert await passwords.hash(RIGHT) != await passwords.hash(RIGHT)


async def test_nothing_is_the_password_of_nobody(passwords: ArgonPasswords) -> None:
    for tried in ("", RIGHT.reveal()):
        assert not await passwords.is_right(Secret(tried), None)


async def test_nobodys_password_takes_the_same_work(passwords: ArgonPasswords, monkeypatch: pytest.MonkeyPatch) -> None:
    """Counted and not timed: one hash is compared, whether or not there is one."""
    made = await passwords.hash(RIGHT)
    compared: list[str] = []
    verify = argon2.PasswordHasher.verify

    def counting(self: argon2.PasswordHasher, known: str, password: str) -> bool:
        compared.append(known)
        return bool(verify(self, known, password))

    monkeypatch.setattr(argon2.PasswordHasher, "verify", counting)

    await passwords.is_right(RIGHT, made)
    await passwords.is_right(RIGHT, None)

    assert [argon2.extract_parameters(known) for known in compared] == [argon2.extract_parameters(made)] * 2


async def test_is_as_strong_as_the_rules_say() -> None:
    found = argon2.extract_parameters(await ArgonPasswords().hash(RIGHT))

    assert (found.type, found.memory_cost, found.time_cost, found.parallelism) == (argon2.Type.ID, 19 * 1024, 2, 1)


async def test_tells_a_hash_that_was_made_with_less(passwords: ArgonPasswords) -> None:
    made = await passwords.hash(RIGHT)

    assert not passwords.is_outdated(made)
    assert ArgonPasswords(memory_kib=16, passes=1).is_outdated(made)


async def test_works_off_the_loop_and_four_at_a_time(passwords: ArgonPasswords) -> None:
    """Eight are asked for; the loop goes on meanwhile, and no more than four threads ever work."""
    names: set[str] = set()
    work = passwords._hasher.hash

    class Watched:
        def hash(self, password: str) -> str:
            names.add(threading.current_thread().name)
            return work(password)

    passwords._hasher = Watched()  # type: ignore[assignment]

    await asyncio.gather(*(passwords.hash(RIGHT) for _ in range(8)))

    assert threading.current_thread().name not in names
    assert 1 <= len(names) <= 4
    assert passwords._pool._max_workers == 4


@pytest.mark.parametrize("text", ["password1234", "123456789012", "aaaaaaaaaaaa", "qwertyuiop12", "letmeinletmein"])
async def test_knows_what_everybody_tries_first(passwords: ArgonPasswords, text: str) -> None:
    assert await passwords.is_common(Secret(text))


@pytest.mark.parametrize("text", ["three hens in a canoe", "correct horse battery staple", "Gx7#pq9!Lm2z"])
async def test_takes_what_nobody_tries_first(passwords: ArgonPasswords, text: str) -> None:
    assert not await passwords.is_common(Secret(text))
