import asyncio
import logging

import pytest

from tests.unit.application.house import AMA, HOME, KOFI, PASSWORD, House, code_in, other
from zerofee.adapters.notify.log import LogNotifier, NoNotifier
from zerofee.application.accounts.log_in import CredentialsRefused
from zerofee.domain.letter import Mail, code_mail
from zerofee.domain.one_time_code import CodeRefused
from zerofee.domain.password import WeakPassword
from zerofee.domain.ports.notifier import NotDelivered
from zerofee.domain.session import SessionRefused, is_alive
from zerofee.domain.tally import TooManyTries


@pytest.fixture
async def house() -> House:
    house = House()
    await house.register()
    return house


async def refused(house: House, *codes: str, email: str = AMA, address: str = HOME) -> list[type[Exception]]:
    """Try codes one after another, and give how each was refused."""
    said: list[type[Exception]] = []
    for code in codes:
        try:
            await house.verify_code(code, email, address)
        except (CodeRefused, TooManyTries) as refusal:
            said.append(type(refusal))
    return said


async def test_lets_in_whoever_reads_the_mailbox(house: House) -> None:
    logged_in = await house.verify_code(await house.code())

    assert logged_in.user.verified_at == house.clock.now()
    assert await house.accounts.session(logged_in.session.id) == logged_in.session


async def test_is_good_once(house: House) -> None:
    code = await house.code()
    await house.verify_code(code)

    assert await refused(house, code) == [CodeRefused]


async def test_one_of_many_uses_a_code(house: House) -> None:
    code = await house.code()

    answers = await asyncio.gather(*(house.verify_code(code) for _ in range(5)), return_exceptions=True)

    assert sorted(type(answer).__name__ for answer in answers) == [*["CodeRefused"] * 4, "LoggedIn"]


async def test_is_good_for_five_minutes(house: House) -> None:
    first = await house.code()
    house.clock.advance(299)
    await house.verify_code(first)
    second = await house.code()
    house.clock.advance(300)

    assert await refused(house, second) == [CodeRefused]


async def test_is_burnt_by_five_tries(house: House) -> None:
    code = await house.code()

    assert await refused(house, *[other(code)] * 5, code) == [CodeRefused] * 6


async def test_races_do_not_buy_a_sixth_try(house: House) -> None:
    code = await house.code()

    await asyncio.gather(*(refused(house, other(code)) for _ in range(12)))

    assert await refused(house, code) != []
    kept = await house.accounts.latest_code(AMA)
    assert kept is not None
    assert kept.tries == 5


async def test_only_the_newest_is_good(house: House) -> None:
    first = await house.code()
    second = await house.code()
    # Chance gives the same code twice, once in a million.
    older = first if first != second else other(second)

    assert await refused(house, older) == [CodeRefused]
    await house.verify_code(second)


async def test_a_new_code_does_not_buy_new_tries(house: House) -> None:
    """Fifteen tries an hour of one account, whatever codes they are of."""
    said = []
    for _ in range(4):
        code = await house.code()
        said += await refused(house, *[other(code)] * 5)

    assert said == [*[CodeRefused] * 15, *[TooManyTries] * 5]
    house.clock.advance(3600)
    await house.verify_code(await house.code())


async def test_five_an_hour_are_mailed_to_one_account(house: House) -> None:
    """The sixth request is answered like the others."""
    for _ in range(8):
        await house.request_code()

    assert len(await house.mailed()) == 5
    house.clock.advance(3600)
    await house.request_code()
    assert len(await house.mailed()) == 6


async def test_thirty_requests_an_hour_come_from_one_address(house: House) -> None:
    for n in range(30):
        await house.request_code(f"somebody{n}@example.com")

    with pytest.raises(TooManyTries) as refusal:
        await house.request_code(KOFI)

    assert refusal.value.retry_after_s == 3600
    await house.request_code(KOFI, "192.0.2.2")


async def test_thirty_tries_an_hour_come_from_one_address(house: House) -> None:
    for n in range(30):
        assert await refused(house, "123456", email=f"somebody{n}@example.com") == [CodeRefused]

    assert await refused(house, "123456", email=KOFI) == [TooManyTries]
    assert await refused(house, "123456", email=KOFI, address="192.0.2.2") == [CodeRefused]


async def test_the_limits_hold_when_everybody_comes_at_once(house: House) -> None:
    code = await house.code()

    said = await asyncio.gather(*(refused(house, other(code)) for _ in range(40)))

    assert sorted(kind.__name__ for kinds in said for kind in kinds) == [
        *["CodeRefused"] * 15,
        *["TooManyTries"] * 25,
    ]


async def test_an_address_without_an_account_is_answered_alike(house: House) -> None:
    """The same rows are written, and nothing is mailed."""
    shop = house.store._shop
    shelves = (shop.codes, shop.letters, shop.tallies)
    await house.request_code(AMA, "192.0.2.2")
    with_account = [len(shelf.rows) for shelf in shelves]

    await house.request_code(KOFI, "192.0.2.3")

    assert [len(shelf.rows) for shelf in shelves] == [2 * count for count in with_account]
    assert [mail.to for mail in await house.mailed()] == [AMA]
    for email in (AMA, KOFI):
        assert await refused(house, "000000x", email=email) == [CodeRefused]


async def test_the_code_itself_is_nowhere(house: House) -> None:
    code = await house.code()

    kept = repr([*house.store._shop.codes, *house.store._shop.letters, await house.user()])
    assert code not in kept
    digest = (await house.accounts.latest_code(AMA) or pytest.fail("no code")).digest
    assert digest is not None
    assert code not in digest


async def test_a_letter_that_did_not_go_out_is_tried_again_with_a_new_code(house: House) -> None:
    house.notifier.refusing = True
    await house.request_code()
    with pytest.raises(NotDelivered):
        await house.letters.due()
    house.notifier.refusing = False

    assert await house.mailed() == []
    house.clock.advance(2)
    (mail,) = await house.mailed()

    await house.verify_code(code_in(mail))
    house.clock.advance(3600)
    assert await house.mailed() == [mail]


async def test_a_letter_is_given_up_when_its_code_would_be_too_old(house: House) -> None:
    await house.request_code()
    house.clock.advance(300)

    assert await house.mailed() == []
    house.clock.advance(3600)
    assert await house.letters.due() == 0


async def test_a_letter_that_nobody_takes_is_given_up(house: House) -> None:
    house.notifier.refusing = True
    await house.register()
    tried = 0
    for _ in range(20):
        try:
            await house.letters.due()
        except NotDelivered:
            tried += 1
        house.clock.advance(60)

    assert tried == 6


async def test_forgets_what_is_past_its_time(house: House) -> None:
    """A request, a letter and four tallies go after a day, the session when it has ended."""
    await house.verify_code(await house.code())
    assert await house.letters.reap() == 0

    house.clock.advance(86_401)
    assert await house.letters.reap() == 6
    house.clock.advance(30 * 86_400)
    assert await house.letters.reap() == 1

    shop = house.store._shop
    assert not any(shelf.rows for shelf in (shop.codes, shop.letters, shop.tallies, shop.sessions))
    assert shop.users.rows


async def test_may_set_a_new_password_which_ends_every_other_login(house: House) -> None:
    before = await house.log_in()

    after = await house.verify_code(await house.code(), password="another long password")

    user = await house.user()
    assert not is_alive(before.session, user, house.clock.now())
    assert is_alive(after.session, user, house.clock.now())
    with pytest.raises(SessionRefused):
        await house.refresh(before.refresh_token)
    with pytest.raises(CredentialsRefused):
        await house.log_in(password=PASSWORD)
    await house.log_in(password="another long password")


async def test_a_weak_new_password_does_not_use_the_code_up(house: House) -> None:
    code = await house.code()

    with pytest.raises(WeakPassword):
        await house.verify_code(code, password="short")

    await house.verify_code(code)


async def test_development_writes_mail_into_the_log(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        await LogNotifier().send(code_mail(AMA, "314159"))

    assert "DEVELOPMENT mail to ama@example.com: Your code is 314159" in caplog.text


async def test_without_a_mail_server_no_code_reaches_the_log(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG), pytest.raises(NotDelivered, match="ZEROFEE_SMTP_URL"):
        await NoNotifier().send(Mail(AMA, "subject", "314159"))

    assert "314159" not in caplog.text
