"""What every store promises of people, as tests: subclass, and give a fixture `store` that yields a started one."""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from zerofee.adapters.memory.clock import START
from zerofee.domain.change_set import BrokenRule, ChangeSet, Conflict, Insert, Update
from zerofee.domain.ids import CodeId, LetterId, SessionId, UserId
from zerofee.domain.letter import Letter
from zerofee.domain.one_time_code import armed, tried
from zerofee.domain.session import revoked, rotated
from zerofee.domain.tally import Tally, TallyId, counted
from zerofee.domain.user import User, verified
from zerofee.entrypoints.stores import Store
from zerofee.testing.builders import a_code, a_letter, a_session, a_user
from zerofee.testing.store_contract import keep, race

LATER = START + timedelta(minutes=1)
TALLY = TallyId("t" * 64)


def numbered(number: int, due_at: datetime | None = None) -> Letter:
    """Give the letter of that number."""
    return a_letter(id=LetterId(f"let_{number:026d}"), due_at=due_at, created_at=START + timedelta(seconds=number))


class AccountsContract:
    """Each address is one user, each tally counts exactly, and each letter is claimed by one."""

    async def test_keeps_people_as_they_are(self, store: Store) -> None:
        user = a_user(name="Ama", phone="+2250700000000", password_hash="$argon2id$…")  # noqa: S106  of nobody
        session, code, letter = a_session(), a_code(), a_letter()
        tally = counted(None, TALLY, 5, START)
        await keep(store, Insert(user), Insert(session), Insert(code), Insert(letter), Insert(tally))

        accounts = store.accounts
        assert await accounts.user(user.id) == await accounts.user_by_email(user.email) == user
        assert await accounts.session(session.id) == session
        assert await accounts.code(code.id) == await accounts.latest_code(code.email) == code
        assert await accounts.tally(TALLY) == tally

    async def test_keeps_what_becomes_of_them(self, store: Store) -> None:
        await keep(store, Insert(a_user()), Insert(a_session()), Insert(a_code()))
        user, session = verified(a_user(), LATER), rotated(a_session(), "b" * 64, LATER)
        code = armed(a_code(), "c" * 64, LATER)
        await keep(store, Update(user), Update(session), Update(code))
        ended, tried_code = revoked(session, LATER), tried(code)
        disabled = replace(user, disabled_at=LATER, session_version=2, version=3)

        await keep(store, Update(disabled), Update(ended), Update(tried_code))

        assert await store.accounts.user(user.id) == disabled
        assert await store.accounts.session(session.id) == ended
        assert await store.accounts.code(code.id) == tried_code

    async def test_nothing_is_found_where_nothing_is(self, store: Store) -> None:
        accounts = store.accounts

        assert await accounts.user(UserId("usr_x")) is None
        assert await accounts.user_by_email("nobody@example.com") is None
        assert await accounts.session(SessionId("ses_x")) is None
        assert await accounts.code(CodeId("otp_x")) is None
        assert await accounts.latest_code("nobody@example.com") is None
        assert await accounts.tally(TALLY) is None

    async def test_one_of_many_gets_the_address(self, store: Store) -> None:
        users = [a_user(id=UserId(f"usr_{number:026d}"), name=str(number)) for number in range(20)]

        answers = await race(store, [ChangeSet((Insert(user),)) for user in users])

        assert sorted(map(str, answers)) == ["None", *["unique"] * 19]
        assert await store.accounts.user_by_email(users[0].email) == users[answers.index(None)]

    async def test_different_people_do_not_stand_in_each_others_way(self, store: Store) -> None:
        users = [a_user(id=UserId(f"usr_{n:026d}"), email=f"p{n}@example.com") for n in range(20)]

        answers = await race(store, [ChangeSet((Insert(user),)) for user in users])

        assert answers == [None] * 20

    async def test_a_session_needs_its_user(self, store: Store) -> None:
        for orphan in (a_session(), a_code()):
            with pytest.raises(BrokenRule):
                await keep(store, Insert(orphan))
        await keep(store, Insert(a_code(user_id=None)))

    async def test_one_token_is_one_sessions(self, store: Store) -> None:
        await keep(store, Insert(a_user()), Insert(a_session()))

        with pytest.raises(Conflict):
            await keep(store, Insert(a_session(id=SessionId(f"ses_{1:026d}"))))

    async def test_finds_the_newest_request_of_an_address(self, store: Store) -> None:
        requests = [a_code(id=CodeId(f"otp_{number:026d}"), user_id=None) for number in (2, 3, 1)]
        other = a_code(id=CodeId(f"otp_{9:026d}"), user_id=None, email="other@example.com")
        await keep(store, *map(Insert, (*requests, other)))

        assert await store.accounts.latest_code(other.email) == other
        assert await store.accounts.latest_code(requests[0].email) == requests[1]

    async def test_a_tally_misses_nobody(self, store: Store) -> None:
        """Twenty count at the same time, and decide again when they lost: all twenty are counted."""

        async def count(second: int) -> None:
            for _ in range(100):
                tally = counted(await store.accounts.tally(TALLY), TALLY, 100, START + timedelta(seconds=second))
                try:
                    await keep(store, Insert(tally) if tally.version == 1 else Update(tally))
                except Conflict:
                    continue
                return
            pytest.fail("lost every race")

        await asyncio.gather(*map(count, range(20)))

        tally = await store.accounts.tally(TALLY)
        assert tally is not None
        assert len(tally.moments) == tally.version == 20

    async def test_claims_due_letters_oldest_first(self, store: Store) -> None:
        due = [numbered(n, START + timedelta(seconds=n)) for n in (3, 1, 2, 60)]
        await keep(store, *map(Insert, (*due, numbered(9, None))))

        first = await store.accounts.due_letters(START + timedelta(seconds=5), LATER, 2)
        rest = await store.accounts.due_letters(START + timedelta(seconds=5), LATER, 9)

        assert {letter.id for letter in first} == {numbered(1).id, numbered(2).id}
        assert rest == (replace(due[0], due_at=LATER),)
        assert await store.accounts.due_letters(START + timedelta(seconds=5), LATER, 9) == ()

    async def test_what_a_dead_worker_claimed_is_due_again(self, store: Store) -> None:
        await keep(store, Insert(numbered(1, START)))
        await store.accounts.due_letters(START, LATER, 9)

        (again,) = await store.accounts.due_letters(LATER, LATER + timedelta(minutes=1), 9)

        assert again.id == numbered(1).id

    async def test_many_workers_share_the_letters(self, store: Store) -> None:
        await keep(store, *(Insert(numbered(n, START)) for n in range(6)))

        claims = await asyncio.gather(*(store.accounts.due_letters(START, LATER, 2) for _ in range(8)))

        claimed = [letter.id for claim in claims for letter in claim]
        assert len(claimed) == len(set(claimed)) == 6

    async def test_a_claim_does_not_stand_in_the_way_of_what_became_of_a_letter(self, store: Store) -> None:
        letter = numbered(1, START)
        await keep(store, Insert(letter))
        await store.accounts.due_letters(START, LATER, 9)

        await keep(store, Update(replace(letter, due_at=None, sent_at=START, version=2)))

        assert await store.accounts.due_letters(LATER, LATER, 9) == ()

    async def test_forgets_what_is_past_its_time(self, store: Store) -> None:
        user: User = a_user()
        old, new = START, START + timedelta(days=40)
        await keep(store, Insert(user))
        for number, at in enumerate((old, old, old, new)):
            await keep(
                store,
                Insert(a_session(id=SessionId(f"ses_{number:026d}"), digest=f"{number:064d}", expires_at=at)),
                Insert(a_code(id=CodeId(f"otp_{number:026d}"), created_at=at)),
                Insert(replace(numbered(number), created_at=at)),
                Insert(Tally(id=TallyId(f"{number:064d}"), moments=(START - timedelta(days=9), at))),
            )

        reaped = [await store.accounts.reap_accounts(START + timedelta(days=1), 2) for _ in range(3)]

        assert reaped == [8, 4, 0]
        assert await store.accounts.session(SessionId(f"ses_{3:026d}")) is not None
        assert await store.accounts.code(CodeId(f"otp_{3:026d}")) is not None
        assert await store.accounts.tally(TallyId(f"{3:064d}")) is not None
        assert await store.accounts.user(user.id) == user
