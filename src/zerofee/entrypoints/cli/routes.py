"""Why a payment would go where it would go."""

import asyncio

import click

from zerofee.domain.country import country
from zerofee.domain.ids import AppId
from zerofee.domain.method import method_choice
from zerofee.domain.money import payable
from zerofee.domain.routing import Decision
from zerofee.domain.scope import Environment, Scope
from zerofee.domain.wish import CaptureMode, Wish
from zerofee.entrypoints.cli.opening import checked_settings, opened
from zerofee.entrypoints.settings import Settings


@click.group("routes", short_help="How payments are routed.")
def command() -> None:
    """Look into an app's routes."""


@command.command("explain")
@click.option("--app", "app_id", required=True, help="The app's id.")
@click.option(
    "--environment", default="sandbox", show_default=True, type=click.Choice([one.value for one in Environment])
)
@click.option("--amount", required=True, type=int, help="In the currency's minor unit.")
@click.option("--currency", required=True)
@click.option("--payment-method", required=True, help="A method, or a code such as PAYIN_ORANGE_CI.")
@click.option("--country", "country_code", help="ISO 3166-1 alpha-2.")
@click.option(
    "--capture", default="automatic", show_default=True, type=click.Choice([one.value for one in CaptureMode])
)
@click.option("--provider", help="Pin it to one provider, as a request can.")
def explain(  # noqa: PLR0913, PLR0917  click gives each option so
    app_id: str,
    environment: str,
    amount: int,
    currency: str,
    payment_method: str,
    country_code: str | None,
    capture: str,
    provider: str | None,
) -> None:
    """Say by which connections a payment would be tried, in order, and why each other is left out."""
    choice = method_choice(payment_method)
    wish = Wish(
        money=payable(amount, currency),
        method=choice.method,
        country=country(country_code) if country_code else choice.country,
        operator=choice.operator,
        capture=CaptureMode(capture),
    )
    scope = Scope(AppId(app_id), Environment(environment))
    _tell(asyncio.run(_decide(checked_settings(), scope, wish, provider)))


async def _decide(settings: Settings, scope: Scope, wish: Wish, provider: str | None) -> Decision:
    async with opened(settings) as container:
        decision: Decision = await container.preview_route()(scope, wish, provider)
        return decision


def _tell(decision: Decision) -> None:
    click.echo(decision.why)
    for place, candidate in enumerate(decision.candidates, start=1):
        click.echo(f"{place}. {candidate.provider_id} through {candidate.connection_id}: {candidate.why}")
    if not decision.candidates:
        click.echo("No connection can take it: the payment would fail with no_route.")
    for left_out in decision.left_out:
        click.echo(f"-  {left_out.provider_id or '?'} through {left_out.connection_id}: {left_out.why}")
