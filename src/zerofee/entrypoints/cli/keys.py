"""An app's API keys: made, listed, revoked."""

import asyncio

import click

from zerofee.application.apps.write_keys import Issued
from zerofee.domain.app import ApiKey, KeyKind, is_usable
from zerofee.domain.ids import AppId, KeyId
from zerofee.domain.new_key import new_key
from zerofee.domain.ports.store import NotFound
from zerofee.domain.scope import Environment, Permission, Scope
from zerofee.entrypoints.cli.failing import CommandFailed
from zerofee.entrypoints.cli.opening import AT_THE_COMMAND_LINE, checked_settings, opened
from zerofee.entrypoints.settings import Settings

_APP = click.option("--app", "app_id", required=True, help="The app's id.")
_ENVIRONMENT = click.option(
    "--environment",
    default="sandbox",
    show_default=True,
    type=click.Choice([one.value for one in Environment]),
    help="Which of its two.",
)


@click.group("keys", short_help="An app's API keys.")
def command() -> None:
    """Make, list and revoke an app's API keys."""


@command.command("list")
@_APP
@_ENVIRONMENT
def list_keys(app_id: str, environment: str) -> None:
    """List an app's keys; the keys themselves are not kept."""
    found = asyncio.run(_list(checked_settings(), Scope(AppId(app_id), Environment(environment))))
    for key, usable in found:
        state = "good" if usable else "gone"
        may = ",".join(sorted(key.permissions)) or "-"
        click.echo(f"{key.id}  {state}  {key.hint}  {may}  {key.created_at:%Y-%m-%d}  {key.name}")


@command.command("create")
@_APP
@_ENVIRONMENT
@click.option("--kind", default="secret", show_default=True, type=click.Choice([one.value for one in KeyKind]))
@click.option("--name", default="made by hand", show_default=True, help="What you will know it by.")
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    default=["*"],
    show_default=True,
    type=click.Choice([one.value for one in Permission]),
)
def create_key(app_id: str, environment: str, kind: str, name: str, scopes: tuple[str, ...]) -> None:
    """Make a key and print it: this is the only time it can be read."""
    scope = Scope(AppId(app_id), Environment(environment))
    permissions = frozenset(map(Permission, scopes)) if kind == KeyKind.SECRET else None
    click.echo(asyncio.run(_create(checked_settings(), scope, KeyKind(kind), name, permissions)))


@command.command("revoke")
@_APP
@_ENVIRONMENT
@click.argument("key_id")
def revoke_key(app_id: str, environment: str, key_id: str) -> None:
    """Refuse a key from now on: running servers follow within 5 seconds."""
    asyncio.run(_revoke(checked_settings(), Scope(AppId(app_id), Environment(environment)), KeyId(key_id)))
    click.echo(f"{key_id} is revoked.")


async def _list(settings: Settings, scope: Scope) -> list[tuple[ApiKey, bool]]:
    async with opened(settings) as container:
        now = container.clock().now()
        return [(key, is_usable(key, now)) for key in await container.reads().api_keys(scope)]


async def _create(
    settings: Settings, scope: Scope, kind: KeyKind, name: str, permissions: frozenset[Permission] | None
) -> str:
    async with opened(settings) as container:
        order = new_key(scope=scope, kind=kind, name=name, scopes=permissions, now=container.clock().now())
        try:
            issued: Issued = await container.write_keys().make(AT_THE_COMMAND_LINE, order)
        except NotFound as missing:
            raise CommandFailed(f"there is no app {scope.app_id}") from missing
        return issued.text.reveal()


async def _revoke(settings: Settings, scope: Scope, key_id: KeyId) -> None:
    async with opened(settings) as container:
        keys = {key.id for key in await container.reads().api_keys(scope)}
        if key_id not in keys:
            raise CommandFailed(f"the app has no key {key_id} in its {scope.environment} environment")
        await container.write_keys().revoke(AT_THE_COMMAND_LINE, scope.app_id, key_id)
