"""The person who owns the demo: a real account, on a domain that nobody can have."""

import secrets
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from zerofee.domain.change_set import Change, Insert, Update
from zerofee.domain.ids import UserId
from zerofee.domain.ports.vault import Secret
from zerofee.domain.user import User, verified, with_password
from zerofee.entrypoints.container import Container
from zerofee.entrypoints.demo import DEMO_OWNER

# RFC 2606 keeps this domain for examples: no mail to it reaches anybody.
_DOMAIN: Final = "example.com"
_EMAIL: Final = f"demo@{_DOMAIN}"
_PASSWORD_BYTES: Final = 15


@dataclass(frozen=True, slots=True)
class Owner:
    """An account with a password that is known now, and what must be written for it to be so."""

    id: UserId
    email: str
    password: Secret
    changes: tuple[Change, ...] = ()


async def demo_owner(container: Container, now: datetime) -> Owner:
    """Make the demo's owner, or give the one that there is a new password."""
    there = await container.accounts().user(DEMO_OWNER)
    if there is None:
        taken = await container.accounts().user_by_email(_EMAIL) is not None
        return await _made(container, DEMO_OWNER, _another_email() if taken else _EMAIL, now)
    password = _password()
    renewed = verified(with_password(there, await container.passwords().hash(password), now), now)
    # One commit, one version, whatever it changes.
    return Owner(there.id, there.email, password, (Update(replace(renewed, version=there.version + 1)),))


async def another_owner(container: Container, now: datetime) -> Owner:
    """Make a person beside the demo's owner."""
    return await _made(container, container.ids().new(UserId), _another_email(), now)


async def _made(container: Container, user_id: UserId, email: str, now: datetime) -> Owner:
    password = _password()
    user = User(
        id=user_id,
        email=email,
        name="Demo",
        password_hash=await container.passwords().hash(password),
        verified_at=now,
        created_at=now,
        updated_at=now,
    )
    return Owner(user_id, email, password, (Insert(user),))


def _password() -> Secret:
    return Secret(secrets.token_urlsafe(_PASSWORD_BYTES))


def _another_email() -> str:
    return f"demo-{secrets.token_hex(4)}@{_DOMAIN}"
