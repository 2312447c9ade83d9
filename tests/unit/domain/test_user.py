from datetime import timedelta

import pytest

from zerofee.adapters.memory.clock import START
from zerofee.domain.new_payment import InvalidField
from zerofee.domain.user import account_email, account_name, contested, rehashed, verified, with_password
from zerofee.testing.builders import a_user

LATER = START + timedelta(minutes=1)


@pytest.mark.parametrize(
    ("text", "email"),
    [
        ("ama@example.com", "ama@example.com"),
        (" AMA@Example.COM ", "ama@example.com"),
        ("\uff21\uff2d\uff21@example.com", "ama@example.com"),
        ("Jose\u0301@example.com", "jos\u00e9@example.com"),
        ("a.m+a@sub.example.co.uk", "a.m+a@sub.example.co.uk"),
    ],
)
def test_two_spellings_are_one_account(text: str, email: str) -> None:
    assert account_email(text) == email
    assert account_email(account_email(text)) == email


@pytest.mark.parametrize(
    "text", ["", "a", "@", "a@b", "a@@example.com", "a b@example.com", "a@exa mple.com", "a\0@example.com"]
)
def test_refuses_what_is_no_address(text: str) -> None:
    with pytest.raises(InvalidField) as refused:
        account_email(text)

    assert refused.value.field == "email"


def test_a_name_stands_in_one_line() -> None:
    assert account_name(" Ama Mensah ") == "Ama Mensah"
    for text in ("", " ", "a\nb", "a\u202eb", "x" * 201):
        with pytest.raises(InvalidField):
            account_name(text)


def test_an_address_is_proven_once() -> None:
    proven = verified(a_user(), START)

    assert (proven.verified_at, proven.version) == (START, 2)
    assert verified(proven, LATER) is proven


def test_a_new_password_ends_all_sessions_and_a_newer_hash_none() -> None:
    user = a_user()

    assert with_password(user, "hash", LATER).session_version == user.session_version + 1
    assert rehashed(user, "hash").session_version == user.session_version


def test_a_contested_password_is_nobodys() -> None:
    assert contested(a_user(password_hash="hash"), LATER).password_hash is None


def test_does_not_show_the_hash() -> None:
    assert "argon2id" not in repr(a_user(password_hash="$argon2id$v=19$…"))
