import asyncio

import pytest

from tests.unit.application.house import AMA, HOME, KOFI, PASSWORD, House
from zerofee.application.accounts.log_in import CredentialsRefused, EmailNotVerified
from zerofee.application.rules import AccountRules
from zerofee.domain.new_payment import InvalidField
from zerofee.domain.password import WeakPassword


@pytest.fixture
def house() -> House:
    return House()


@pytest.fixture
def strict() -> House:
    """Return a house in which an address must be proven first, as in production."""
    return House(rules=AccountRules(require_verified_email=True))


async def test_lets_a_new_person_in_at_once(house: House) -> None:
    await house.register(" Ama@Example.COM ", name=" Ama  Mensah ", phone="+225 07 00 00 00 00")

    user = (await house.log_in("AMA@example.com")).user

    assert (user.email, user.name, user.phone) == (AMA, "Ama  Mensah", "+2250700000000")
    assert PASSWORD not in repr(user)


async def test_answers_the_same_for_an_address_that_has_an_account(house: House) -> None:
    """The same answer after the same work: one password is hashed, and none compared."""
    first = await house.register()
    work = house.passwords.work

    again = await house.register(password="another long password", name="Somebody Else")

    assert again == first
    assert house.passwords.work == (2 * work[0], 2 * work[1]) == (2, 0)


async def test_changes_nothing_of_an_account_that_is_there(house: House) -> None:
    await house.register()
    before = await house.user()

    await house.register(password="another long password", name="Somebody Else")

    assert await house.user() == before
    with pytest.raises(CredentialsRefused):
        await house.log_in(password="another long password")
    await house.log_in()


async def test_tells_the_owner_by_mail(house: House) -> None:
    await house.register()
    assert await house.mailed() == []

    await house.register()

    (mail,) = await house.mailed()
    assert (mail.to, mail.subject) == (AMA, "You have an account with zerofee already")


async def test_does_not_fill_the_owners_mailbox(house: House) -> None:
    for _ in range(9):
        await house.register()

    assert len(await house.mailed()) == 5


async def test_one_of_many_makes_the_account(house: House) -> None:
    answers = await asyncio.gather(*(house.register(password=f"{PASSWORD} {n}") for n in range(10)))

    assert len({answer.email for answer in answers}) == 1
    assert len(house.store._shop.users.rows) == 1


async def test_a_password_lets_nobody_in_before_the_address_is_proven(strict: House) -> None:
    await strict.register()

    with pytest.raises(EmailNotVerified):
        await strict.log_in()
    with pytest.raises(CredentialsRefused):
        await strict.log_in(password="not the password")
    await strict.verify_code(await strict.code())
    await strict.log_in()


async def test_nobody_gets_in_by_having_registered_a_strangers_address_first(strict: House) -> None:
    """The stranger's password is void as soon as the owner registers too, and the owner chooses another."""
    await strict.register(password="the attacker's password")
    await strict.register(password=PASSWORD)

    await strict.verify_code(await strict.code())

    for password in ("the attacker's password", PASSWORD):
        with pytest.raises(CredentialsRefused):
            await strict.log_in(password=password)
    await strict.verify_code(await strict.code(), password=PASSWORD)
    assert (await strict.log_in()).user.verified_at is not None


@pytest.mark.parametrize(
    "password", ["short", "elevenchars", "x" * 1025, "é" * 600, "password1234", AMA, "\u1d00" * 11]
)
async def test_refuses_a_weak_password(house: House, password: str) -> None:
    with pytest.raises(WeakPassword) as refused:
        await house.register(password=password)

    assert refused.value.field == "password"
    assert house.passwords.hashed == 0


@pytest.mark.parametrize("password", ["x" * 64, "            ", "日本語日本語日本語日本語", "y" * 1024])
async def test_takes_any_long_password(house: House, password: str) -> None:
    await house.register(password=password)

    await house.log_in(password=password)


async def test_every_keyboard_types_the_same_password(house: House) -> None:
    await house.register(password="caf\u00e9 and \ufb01sh for all")

    await house.log_in(password="cafe\u0301 and fish for all")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("email", "nobody"),
        ("email", "a b@example.com"),
        ("email", "a@b"),
        ("email", f"{'a' * 250}@example.com"),
        ("email", "a@example.com\r\nBcc: b@example.com"),
        ("phone", "0700000000"),
        ("phone", "+٢٢٥٠٧٠٠٠٠٠٠٠٠"),
        ("phone", "+1234567"),
        ("name", " "),
        ("name", "a\nb"),
        ("name", "x" * 201),
    ],
)
async def test_names_the_field_that_is_wrong(house: House, field: str, value: str) -> None:
    given = {"email": KOFI, "password": PASSWORD} | {field: value}

    with pytest.raises(InvalidField) as refused:
        await house.register(**given)

    assert refused.value.field == field


async def test_writes_a_phone_number_as_its_country_does(house: House) -> None:
    """The zero that is dialled within the United Kingdom is no part of the number."""
    await house.register(phone="+44 (0)20 7946 0018", address=HOME)

    assert (await house.user()).phone == "+442079460018"
