"""What the house keeps of an app's payments: set, listed, removed."""

import asyncio

import click

from zerofee.domain.currency import currency
from zerofee.domain.fee import FeeRule
from zerofee.domain.ids import AppId
from zerofee.domain.method import METHODS, Method
from zerofee.domain.scope import Environment, Scope
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
_METHOD = click.option("--method", type=click.Choice(list(METHODS)), help="For this method; for any if left out.")
_CURRENCY = click.option("--currency", "code", help="For this currency; for any if left out.")


@click.group("fees", short_help="What is kept of an app's payments.")
def command() -> None:
    """
    Set, list and remove what is kept of an app's payments.

    Nothing is kept where there is no rule. Of several rules that fit, the one for the method and the currency counts,
    then the one for the method, the one for the currency, the one for any. The share is rounded half up to the
    minor unit.
    """


@command.command("list")
@_APP
@_ENVIRONMENT
def list_fees(app_id: str, environment: str) -> None:
    """List an app's rules."""
    scope = Scope(AppId(app_id), Environment(environment))
    for rule in asyncio.run(_list(checked_settings(), scope)):
        click.echo(_line(rule))


@command.command("set")
@_APP
@_ENVIRONMENT
@_METHOD
@_CURRENCY
@click.option("--bps", default=0, show_default=True, help="The share, in basis points: 150 is 1.5 %.")
@click.option("--fixed", default=0, show_default=True, help="The fixed part, in minor units of the currency.")
def set_fee(app_id: str, environment: str, method: str | None, code: str | None, bps: int, fixed: int) -> None:
    """Set a rule; one for the same method and currency is replaced. Running servers follow within 5 seconds."""
    scope = Scope(AppId(app_id), Environment(environment))
    fits = (Method(method) if method else None, currency(code) if code else None)

    async def write(settings: Settings) -> FeeRule:
        async with opened(settings) as container:
            rule: FeeRule = await container.write_fees().set(AT_THE_COMMAND_LINE, scope, fits, bps, fixed)
            return rule

    click.echo(_line(asyncio.run(write(checked_settings()))))


@command.command("remove")
@_APP
@_ENVIRONMENT
@_METHOD
@_CURRENCY
def remove_fee(app_id: str, environment: str, method: str | None, code: str | None) -> None:
    """Remove a rule. Running servers follow within 5 seconds."""
    scope = Scope(AppId(app_id), Environment(environment))
    fits = (Method(method) if method else None, currency(code) if code else None)

    async def write(settings: Settings) -> None:
        async with opened(settings) as container:
            await container.write_fees().remove(AT_THE_COMMAND_LINE, scope, fits)

    asyncio.run(write(checked_settings()))
    click.echo("It is removed.")


async def _list(settings: Settings, scope: Scope) -> tuple[FeeRule, ...]:
    async with opened(settings) as container:
        rules: tuple[FeeRule, ...] = await container.store().ledger.fee_rules(scope)
        return rules


def _line(rule: FeeRule) -> str:
    fixed = f" + {rule.fixed_minor}" if rule.fixed_minor else ""
    return (
        f"{rule.id}  {rule.method or 'any method'}  {rule.currency or 'any currency'}  {rule.basis_points} bps{fixed}"
    )
