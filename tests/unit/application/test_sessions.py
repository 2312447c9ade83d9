import asyncio
from dataclasses import replace

import pytest

from tests.unit.application.house import KOFI, House
from zerofee.domain.change_set import ChangeSet, Update
from zerofee.domain.ports.vault import Secret
from zerofee.domain.session import ReauthenticationRequired, SessionRefused, prove_fresh


@pytest.fixture
async def house() -> House:
    house = House()
    await house.register()
    return house


async def test_each_token_gives_the_next(house: House) -> None:
    token = (await house.log_in()).refresh_token
    seen = {token.reveal()}
    for _ in range(3):
        house.clock.advance(60)
        token = (await house.refresh(token)).refresh_token
        seen.add(token.reveal())

    assert len(seen) == 4
    assert all(text.startswith("rt_") for text in seen)


async def test_keeps_the_time_of_the_login(house: House) -> None:
    """Renewing proves nothing new about who is there."""
    logged_in = await house.log_in()
    house.clock.advance(301)

    renewed = await house.refresh(logged_in.refresh_token)

    assert renewed.session.authenticated_at == logged_in.session.authenticated_at
    with pytest.raises(ReauthenticationRequired):
        prove_fresh(renewed.session, house.clock.now())


async def test_a_login_is_fresh_for_five_minutes(house: House) -> None:
    session = (await house.log_in()).session

    prove_fresh(session, house.clock.advance(300))
    with pytest.raises(ReauthenticationRequired):
        prove_fresh(session, house.clock.advance(1))


async def test_the_previous_token_gives_the_same_successor_for_ten_seconds(house: House) -> None:
    first = (await house.log_in()).refresh_token
    successor = (await house.refresh(first)).refresh_token

    house.clock.advance(10)
    again = (await house.refresh(first)).refresh_token

    assert again == successor
    assert (await house.refresh(successor)).refresh_token not in {first, successor}


async def test_a_used_token_ends_the_whole_family(house: House) -> None:
    first = await house.log_in()
    second = await house.refresh(first.refresh_token)
    house.clock.advance(11)

    with pytest.raises(SessionRefused):
        await house.refresh(first.refresh_token)

    with pytest.raises(SessionRefused):
        await house.refresh(second.refresh_token)
    standing = await house.standings.standing(first.session.id)
    assert standing is not None
    assert standing.session.revoked_at == house.clock.now()


async def test_an_older_generation_has_no_grace(house: House) -> None:
    """Two renewals within the ten seconds: the first token is no longer the one before."""
    first = await house.log_in()
    second = await house.refresh(first.refresh_token)
    third = await house.refresh(second.refresh_token)

    with pytest.raises(SessionRefused):
        await house.refresh(first.refresh_token)

    with pytest.raises(SessionRefused):
        await house.refresh(third.refresh_token)


async def test_a_race_has_one_successor(house: House) -> None:
    token = (await house.log_in()).refresh_token

    answers = await asyncio.gather(*(house.refresh(token) for _ in range(10)))

    assert len({answer.refresh_token for answer in answers}) == 1
    await house.refresh(answers[0].refresh_token)


async def test_ends_after_thirty_days_without_use(house: House) -> None:
    token = (await house.log_in()).refresh_token
    house.clock.advance(30 * 86_400 - 1)
    token = (await house.refresh(token)).refresh_token
    house.clock.advance(30 * 86_400)

    with pytest.raises(SessionRefused):
        await house.refresh(token)


@pytest.mark.parametrize("text", ["", "rt_", "rt_" + "A" * 99, "rt_" + "é" * 99, "sk_sand_x", "rt_" + "A" * 100])
async def test_refuses_what_was_never_a_token(house: House, text: str) -> None:
    with pytest.raises(SessionRefused):
        await house.refresh(Secret(text))


async def test_nobody_ends_a_session_by_a_token_that_they_made_up(house: House) -> None:
    """A token tells its session, and one character more or less tells that it is none of ours."""
    token = (await house.log_in()).refresh_token
    text = token.reveal()
    for place in (5, 50, len(text) - 1):
        changed = text[:place] + ("A" if text[place] != "A" else "B") + text[place + 1 :]
        with pytest.raises(SessionRefused):
            await house.refresh(Secret(changed))

    await house.refresh(token)


async def test_logging_out_ends_the_session(house: House) -> None:
    logged_in = await house.log_in()
    await house.standings.standing(logged_in.session.id)

    await house.log_out(logged_in.session.id)
    await house.log_out(logged_in.session.id)

    standing = await house.standings.standing(logged_in.session.id)
    assert standing is not None
    assert standing.session.revoked_at is not None
    with pytest.raises(SessionRefused):
        await house.refresh(logged_in.refresh_token)


async def test_one_login_ends_and_the_others_go_on(house: House) -> None:
    await house.register(KOFI)
    here, there, kofi = await house.log_in(), await house.log_in(), await house.log_in(KOFI)

    await house.log_out(here.session.id)

    await house.refresh(there.refresh_token)
    await house.refresh(kofi.refresh_token)


async def test_whoever_is_disabled_cannot_stay(house: House) -> None:
    token = (await house.log_in()).refresh_token
    user = await house.user()
    disabled = replace(user, disabled_at=house.clock.now(), version=user.version + 1)
    await house.store.commit(ChangeSet((Update(disabled),)))

    with pytest.raises(SessionRefused):
        await house.refresh(token)


async def test_a_changed_secret_does_not_end_sessions() -> None:
    """The newest secret makes tokens, and an older one still knows what it made."""
    before = House()
    await before.register()
    logged_in = await before.log_in()

    after = House(secrets=(Secret("n" * 32), *before.secrets), store=before.store, clock=before.clock)

    assert after.access.read(logged_in.access_token.reveal(), after.clock.now()) is not None
    renewed = await after.refresh(logged_in.refresh_token)
    assert (await after.refresh(logged_in.refresh_token)).refresh_token == renewed.refresh_token
    alone = House(secrets=(Secret("n" * 32),), store=before.store, clock=before.clock)
    assert alone.access.read(renewed.access_token.reveal(), alone.clock.now()) is not None
    await alone.refresh(renewed.refresh_token)


async def test_a_successor_of_the_old_secret_is_still_found_in_the_grace() -> None:
    before = House()
    await before.register()
    first = await before.log_in()
    second = await before.refresh(first.refresh_token)

    after = House(secrets=(Secret("n" * 32), *before.secrets), store=before.store, clock=before.clock)

    assert (await after.refresh(first.refresh_token)).refresh_token == second.refresh_token


async def test_no_token_is_kept(house: House) -> None:
    logged_in = await house.log_in()

    kept = repr([*house.store._shop.sessions, logged_in])
    assert logged_in.refresh_token.reveal() not in kept
    assert logged_in.access_token.reveal() not in kept
