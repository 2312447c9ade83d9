"""A first app that can take a payment at once; twice is once."""

import asyncio
from typing import Final

import click
import msgspec

from zerofee.domain.app import KeyKind, is_usable
from zerofee.domain.change_set import ChangeSet, Conflict, Insert
from zerofee.domain.ids import AppId
from zerofee.domain.new_key import new_key
from zerofee.domain.ports.vault import Secret
from zerofee.domain.scope import Environment, Scope
from zerofee.entrypoints.cli.demo_owner import Owner, another_owner, demo_owner
from zerofee.entrypoints.cli.key_file import KeptKeys, KeyFile
from zerofee.entrypoints.cli.opening import checked_settings, opened
from zerofee.entrypoints.container import Container
from zerofee.entrypoints.demo import DEMO_APP, DEMO_OWNER, demo_app, entries_of
from zerofee.entrypoints.settings import Settings

_SHOWN_ONCE: Final = (
    "The demo app is there already, and its keys were shown when it was made. For others: zerofee keys create"
)


class Bootstrapped(msgspec.Struct, frozen=True, kw_only=True):
    """
    What `bootstrap --json` prints, all of it of the sandbox.

    The user owns the app. Keys and login are null where the app was there before and this machine does not hold
    them.
    """

    user_email: str | None
    user_password: str | None
    app_id: str
    secret_key: str | None
    publishable_key: str | None


@click.command("bootstrap", short_help="Make a demo app in the sandbox, once.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option("--new", is_flag=True, help="Make another app beside those that are there.")
def command(as_json: bool, new: bool) -> None:  # noqa: FBT001  click gives them so
    """
    Make a demo app with an owner, keys, connections to the test provider, and routes.

    Twice is once: the same app is printed again, in development with the same keys and login, which are kept in
    .zerofee-demo.json for that.
    """
    settings = checked_settings()
    made = asyncio.run(bootstrap(settings, new=new))
    if as_json:
        click.echo(msgspec.json.encode(made).decode())
        return
    click.echo(f"user             {made.user_email or '-'}")
    click.echo(f"password         {made.user_password or '-'}")
    click.echo(f"app              {made.app_id}")
    click.echo(f"secret key       {made.secret_key or '-'}")
    click.echo(f"publishable key  {made.publishable_key or '-'}")
    if made.secret_key is None:
        click.echo(_SHOWN_ONCE, err=True)


async def bootstrap(settings: Settings, *, new: bool = False) -> Bootstrapped:
    """Make the demo app unless it is there, or another one if `new`."""
    file = None if settings.production else KeyFile.of(settings.database_url)
    async with opened(settings) as container:
        kept = file.read() if file else None
        known = kept is not None and await _is_known(container, kept)
        if new:
            owner = _kept_owner(kept) if known else None
            owner = owner or await another_owner(container, container.clock().now())
            return _bootstrapped(await _make(container, container.ids().new(AppId), owner, app_too=True))
        if kept is not None and known:
            return _bootstrapped(kept)
        owner = await demo_owner(container, container.clock().now())
        try:
            keys = await _make(container, DEMO_APP, owner, app_too=True)
        except Conflict:
            if file is None:
                return _KNOWN_TO_NOBODY
            keys = await _make(container, DEMO_APP, owner, app_too=False)
    if file is not None:
        file.write(keys)
    return _bootstrapped(keys)


async def _make(container: Container, app_id: AppId, owner: Owner, *, app_too: bool) -> KeptKeys:
    """Make a pair of keys and their owner, and if `app_too` the app that they are for, in one commit."""
    scope, now = Scope(app_id, Environment.SANDBOX), container.clock().now()
    issue = container.issue_key()
    secret, publishable = (
        issue(new_key(scope=scope, kind=kind, name="demo", scopes=None, now=now), now)
        for kind in (KeyKind.SECRET, KeyKind.PUBLISHABLE)
    )
    app = demo_app(scope, container.ids(), now, owner.id) if app_too else ()
    made = (*app, Insert(secret.row), Insert(publishable.row))
    told = entries_of(made, await container.audit().last(app_id), container.ids(), now)
    await container.commit()(ChangeSet((*owner.changes, *made, *told)))
    return KeptKeys(
        user_email=owner.email,
        user_password=owner.password.reveal(),
        app_id=app_id,
        secret_key=secret.text.reveal(),
        publishable_key=publishable.text.reveal(),
    )


def _kept_owner(kept: KeptKeys | None) -> Owner | None:
    if kept is None or kept.user_email is None or kept.user_password is None:
        return None
    return Owner(DEMO_OWNER, kept.user_email, Secret(kept.user_password))


async def _is_known(container: Container, kept: KeptKeys) -> bool:
    """Say whether the kept secret key is one of this database and still good, and the kept login is whole."""
    if kept.user_password is None or await container.accounts().user(DEMO_OWNER) is None:
        return False
    for hashed in container.hasher().digests(kept.secret_key):
        found = await container.keys().key(hashed.digest)
        if found is not None and is_usable(found, container.clock().now()):
            return True
    return False


def _bootstrapped(keys: KeptKeys) -> Bootstrapped:
    return Bootstrapped(
        user_email=keys.user_email,
        user_password=keys.user_password,
        app_id=keys.app_id,
        secret_key=keys.secret_key,
        publishable_key=keys.publishable_key,
    )


_KNOWN_TO_NOBODY: Final = Bootstrapped(
    user_email=None, user_password=None, app_id=DEMO_APP, secret_key=None, publishable_key=None
)
