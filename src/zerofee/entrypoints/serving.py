"""One server process: the application over its container, and its life from the first connection to the last."""

from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from importlib.metadata import version
from typing import Any

from zerofee.entrypoints.checkout.page import checkout_pages
from zerofee.entrypoints.container import Container
from zerofee.entrypoints.http.app import create_app
from zerofee.entrypoints.http.client_address import TrustedProxies
from zerofee.entrypoints.http.services import (
    AccountVerbs,
    Checkout,
    HttpSettings,
    Managing,
    Readiness,
    Services,
    Wallets,
    WebhooksIn,
    WebhooksOut,
    nothing,
)
from zerofee.entrypoints.logs import set_up_logging
from zerofee.entrypoints.pace import set_pace
from zerofee.entrypoints.running import running
from zerofee.entrypoints.settings import Settings, read_environment, read_settings

Application = Any
"""An ASGI application; what framework it is made with is the HTTP shell's business."""


@dataclass(frozen=True, slots=True)
class Served:
    """An application, and the switch that says it is to stop."""

    application: Application
    readiness: Readiness


def serve_within(container: Container) -> Served:
    """Make the application of a container that somebody else opens and closes."""
    services = _services(container)
    application = create_app(services, checkout_pages(services))
    set_pace()
    return Served(application, services.readiness)


def working_application() -> Application:
    """Make the application of a process of its own, with the upkeep; it opens and closes what it needs."""
    return _own_application(working=True)


def idle_application() -> Application:
    """Make the same without the upkeep, which is left to worker processes."""
    return _own_application(working=False)


def _own_application(*, working: bool) -> Application:
    settings = read_settings(read_environment())
    set_up_logging(settings.log_format, settings.log_level)
    container = Container(settings=settings)
    life = _Life(container, working)
    services = _services(container, life)
    application = create_app(services, checkout_pages(services))
    set_pace()
    return application


@dataclass(slots=True)
class _Life:
    """`running` as the two hooks that an application calls."""

    container: Container
    working: bool
    opened: AsyncExitStack = field(default_factory=AsyncExitStack)

    async def start(self) -> None:
        await self.opened.enter_async_context(running(self.container, working=self.working))

    async def stop(self) -> None:
        await self.opened.aclose()


def _services(container: Container, life: _Life | None = None) -> Services:
    return Services(
        settings=_http_settings(container.settings()),
        create_payment=container.create_payment(),
        capture_payment=container.capture_payment(),
        cancel_payment=container.cancel_payment(),
        authenticate_payment=container.authenticate_payment(),
        refund_payment=container.refund_payment(),
        come_back=container.come_back(),
        reading=container.reading(),
        repair=container.repair(),
        once=container.once(),
        send_attempt=container.send_attempt(),
        showing=container.showing(),
        keys=container.keys(),
        hasher=container.hasher(),
        clock=container.clock(),
        providers=container.directory(),
        people=container.people(),
        accounts=AccountVerbs(
            register=container.register(),
            log_in=container.log_in(),
            request_code=container.request_code(),
            verify_code=container.verify_code(),
            refresh_session=container.refresh_session(),
            log_out=container.log_out(),
        ),
        managing=Managing(
            apps=container.store().apps,
            audit=container.store().audit,
            write_apps=container.write_apps(),
            write_keys=container.write_keys(),
            write_connections=container.write_connections(),
            validate_connection=container.validate_connection(),
            write_routes=container.write_routes(),
            preview_route=container.preview_route(),
            simulate_routes=container.simulate_routes(),
        ),
        webhooks_in=WebhooksIn(
            receive=container.receive_event(), apply=container.apply_event(), inbox=container.store().inbox
        ),
        webhooks=WebhooksOut(
            outbox=container.store().outbox,
            write=container.write_endpoints(),
            redeliver=container.redeliver(),
            listen_at=container.listen_at(),
            sealed_answers=container.sealed_answers(),
        ),
        wallets=Wallets(
            ledger=container.store().ledger,
            state=container.state_wallet(),
            withdraw=container.withdraw(),
            cancel=container.cancel_withdrawal(),
        ),
        checkout=Checkout(
            open=container.open_session(),
            see=container.see_session(),
            pay=container.pay_session(),
            expire=container.expire_session(),
            offer=container.offer_methods(),
            operators=container.operators(),
            checkouts=container.store().checkouts,
        ),
        key_uses=container.key_uses(),
        cache=container.caching().cache,
        limits=container.caching().limits,
        ping=container.store().ping,
        start=life.start if life else nothing,
        stop=life.stop if life else nothing,
    )


def _http_settings(settings: Settings) -> HttpSettings:
    return HttpSettings(
        public_url=settings.public_url,
        version=version("zerofee"),
        production=settings.production,
        max_body=settings.max_body,
        body_timeout_s=settings.body_timeout,
        rate_limit=settings.rate_limit,
        auth_rate_limit=settings.auth_rate_limit,
        cors_origins=settings.cors_origins,
        proxies=TrustedProxies(settings.trusted_proxies),
        drain_s=settings.drain_time,
    )
