"""The HTTP application: every route, one ring round them, and a stop that sees begun work through."""

import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any, Final

from litestar import Litestar, Request, Response
from litestar.datastructures import State
from litestar.exceptions import HTTPException, MethodNotAllowedException, NotFoundException
from litestar.types import ControllerRouterHandler, Scope

from zerofee.domain.errors import DomainError
from zerofee.entrypoints.http.auth import Admission
from zerofee.entrypoints.http.call import Call, occurrence
from zerofee.entrypoints.http.cors import Cors, openings
from zerofee.entrypoints.http.limits import Edge
from zerofee.entrypoints.http.problems import internal_problem, problem, problem_headers
from zerofee.entrypoints.http.quotas import Quotas
from zerofee.entrypoints.http.refusals import BadRequest, MethodNotAllowed, NoSuchRoute
from zerofee.entrypoints.http.reply import Reply
from zerofee.entrypoints.http.routes import customers, docs, providers, system
from zerofee.entrypoints.http.routes.accounts import AccountsController
from zerofee.entrypoints.http.routes.app_routes import AppRoutesController
from zerofee.entrypoints.http.routes.apps import AppsController
from zerofee.entrypoints.http.routes.checkout import CheckoutController
from zerofee.entrypoints.http.routes.connections import ConnectionsController
from zerofee.entrypoints.http.routes.endpoints import EndpointsController
from zerofee.entrypoints.http.routes.events import EventsController
from zerofee.entrypoints.http.routes.keys import KeysController
from zerofee.entrypoints.http.routes.payments import PaymentsController
from zerofee.entrypoints.http.routes.provider_events import ProviderEventsController
from zerofee.entrypoints.http.routes.refunds import PaymentRefundsController, RefundsController
from zerofee.entrypoints.http.routes.wallets import WalletsController
from zerofee.entrypoints.http.routes.webhooks_in import WebhooksController
from zerofee.entrypoints.http.routes.withdrawals import WithdrawalsController
from zerofee.entrypoints.http.services import Services

_LOG: Final = logging.getLogger(__name__)
_SERVER_FAULTS: Final = 500


def create_app(services: Services, pages: Sequence[ControllerRouterHandler] = ()) -> Litestar:
    """Put the application together, with `pages` beside the API; nothing is opened before its lifespan begins."""
    settings = services.settings
    quotas = Quotas(services.limits, settings.proxies, settings.rate_limit, settings.auth_rate_limit)

    def refused(scope: Scope, refusal: DomainError) -> Reply:
        answer = problem(services.settings.public_url, refusal, occurrence(scope))
        return Reply(answer, problem_headers(refusal))

    def failed(request: Request[Any, Any, Any], fault: Exception) -> Response[bytes]:
        refusal = _refusal(fault)
        if refusal is not None:
            return _response(refused(request.scope, refusal))
        _LOG.error("a request failed", exc_info=fault)
        return _response(Reply(internal_problem(services.settings.public_url, occurrence(request.scope))))

    @asynccontextmanager
    async def lifespan(_: Litestar) -> AsyncIterator[None]:
        await services.start()
        try:
            yield
        finally:
            services.readiness.draining = True
            await _drain(services)
            await services.stop()

    app = Litestar(
        route_handlers=[
            system.read_api,
            system.read_health,
            system.read_liveness,
            system.read_readiness,
            docs.read_document,
            docs.read_docs,
            docs.read_style,
            docs.read_error,
            providers.list_providers,
            customers.come_back,
            customers.show_test_page,
            customers.press_test_button,
            AccountsController,
            AppsController,
            KeysController,
            ConnectionsController,
            AppRoutesController,
            PaymentsController,
            PaymentRefundsController,
            RefundsController,
            WalletsController,
            WithdrawalsController,
            EventsController,
            EndpointsController,
            WebhooksController,
            ProviderEventsController,
            CheckoutController,
            *pages,
        ],
        before_request=Admission(
            services.keys, services.hasher, services.clock, services.people, quotas, services.key_uses
        ),
        exception_handlers={Exception: failed, HTTPException: failed},
        request_class=Call,
        state=State({"services": services}),
        lifespan=[lifespan],
        openapi_config=None,
        logging_config=None,
    )
    cors = Cors(frozenset(origin.encode() for origin in settings.cors_origins), openings(app))
    app.asgi_handler = Edge(app.asgi_handler, refused, cors, settings.max_body, settings.production)
    return app


async def _drain(services: Services) -> None:
    """See begun work through; what is not done in time is found and asked about by the next process."""
    if not await services.send_attempt.drain(services.settings.drain_s):
        _LOG.warning("stopped with %d calls under way; they will be asked about", len(services.send_attempt.underway))


def _refusal(fault: Exception) -> DomainError | None:
    """Say what a fault tells the client; `None` for a bug, of which it is told nothing."""
    match fault:
        case DomainError():
            return fault
        case NotFoundException():
            return NoSuchRoute()
        case MethodNotAllowedException():
            return MethodNotAllowed((fault.headers or {}).get("allow", "other methods"))
        case HTTPException() if fault.status_code < _SERVER_FAULTS:
            return BadRequest("The request is not understood.")
        case _:
            return None


def _response(reply: Reply) -> Response[bytes]:
    headers = {name.decode(): value.decode() for name, value in reply.headers}
    answer = reply.answer
    return Response(answer.body, status_code=answer.status, media_type=answer.content_type, headers=headers)
