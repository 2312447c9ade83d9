from dataclasses import replace
from datetime import timedelta

import pytest

from tests.unit.application.house import AMA, KOFI, House
from zerofee.application.accounts.log_in import CredentialsRefused
from zerofee.domain.change_set import ChangeSet, Update
from zerofee.domain.ids import UserId
from zerofee.domain.session import is_alive


@pytest.fixture
async def house() -> House:
    house = House()
    await house.register()
    return house


async def test_opens_a_session_for_the_right_password(house: House) -> None:
    logged_in = await house.log_in()

    user = await house.user()
    grant = house.access.read(logged_in.access_token.reveal(), house.clock.now())
    assert grant is not None
    assert (grant.user_id, grant.session_id) == (user.id, logged_in.session.id)
    kept = await house.accounts.session(logged_in.session.id)
    assert kept == logged_in.session
    assert is_alive(kept, user, house.clock.now())
    assert kept.expires_at == house.clock.now() + timedelta(days=30)


@pytest.mark.parametrize(
    ("email", "password"),
    [
        (AMA, "not the password"),
        (AMA, ""),
        (AMA, "x" * 5000),
        (KOFI, "three hens in a canoe"),
        ("nobody", "three hens in a canoe"),
        ("", ""),
    ],
)
async def test_refuses_all_else_alike_and_after_the_same_work(house: House, email: str, password: str) -> None:
    """Counted and not timed: whatever is wrong, one hash is compared and none is made."""
    before = house.passwords.work

    with pytest.raises(CredentialsRefused) as refused:
        await house.log_in(email, password)

    assert str(refused.value) == "The e-mail address or the password is not right."
    assert house.passwords.work == (before[0], before[1] + 1)


async def test_refuses_whoever_is_disabled(house: House) -> None:
    user = await house.user()
    disabled = replace(user, disabled_at=house.clock.now(), version=user.version + 1)
    await house.store.commit(ChangeSet((Update(disabled),)))

    with pytest.raises(CredentialsRefused):
        await house.log_in()

    assert house.passwords.verified == 1


async def test_hashes_anew_what_was_hashed_with_less(house: House) -> None:
    house.passwords.round = 2

    first = await house.log_in()
    hashed = house.passwords.hashed
    await house.log_in()

    assert house.passwords.hashed == hashed
    user = await house.user()
    assert user.password_hash is not None
    assert user.password_hash.startswith("2:")
    # Nobody was logged out for it.
    assert is_alive(first.session, user, house.clock.now())


async def test_gives_a_token_that_ends_after_a_quarter_of_an_hour(house: House) -> None:
    token = (await house.log_in()).access_token.reveal()
    now = house.clock.now()

    assert house.access.read(token, now + timedelta(minutes=15)) is not None
    assert house.access.read(token, now + timedelta(minutes=15, seconds=31)) is None
    assert house.access.read(token, now - timedelta(seconds=31)) is None


async def test_another_user_is_another_user(house: House) -> None:
    await house.register(KOFI)

    ids: set[UserId] = {(await house.log_in(email)).user.id for email in (AMA, KOFI)}

    assert len(ids) == 2
