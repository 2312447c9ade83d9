"""Which ways to pay an app can offer, now."""

from collections.abc import Sequence
from dataclasses import dataclass

from zerofee.application.checkout.see_session import Seen
from zerofee.domain.country import Country
from zerofee.domain.method import Method
from zerofee.domain.money import Money
from zerofee.domain.offering import Offer, offered_countries, offers, operators_by_country
from zerofee.domain.ports.provider import Providers
from zerofee.domain.ports.store import RoutingTables
from zerofee.domain.scope import Scope


@dataclass(frozen=True, slots=True)
class OfferMethods:
    """`GET /v1/checkout/payment-methods`, `GET /v1/checkout/countries`, and the choices of the page."""

    tables: RoutingTables
    providers: Providers

    async def __call__(
        self, scope: Scope, country: Country | None, money: Money, methods: Sequence[Method] = ()
    ) -> tuple[Offer, ...]:
        """List what would find a candidate for this amount."""
        operators = operators_by_country(self.providers.catalogue())
        return offers(await self.tables.routing(scope), operators, country, money, methods=methods)

    async def for_session(self, seen: Seen, country: Country | None) -> tuple[Offer, ...]:
        """List what the session's customer may choose."""
        return offers(
            await self.tables.routing(seen.session.scope),
            operators_by_country(self.providers.catalogue()),
            country,
            seen.payment.money,
            methods=seen.session.methods,
            capture=seen.payment.capture,
            provider_id=seen.session.provider_id,
        )

    async def countries(self, scope: Scope) -> tuple[Country, ...]:
        """List the countries in which the app takes mobile money."""
        return offered_countries(await self.tables.routing(scope), operators_by_country(self.providers.catalogue()))
