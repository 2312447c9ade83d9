"""Webhook endpoints: register, change, rotate, test; their deliveries, and redelivery."""

from typing import Annotated, Final

import msgspec
from litestar import Controller, delete, get, patch, post
from litestar.params import FromPath
from litestar.types import ASGIApp

from zerofee.application.apps.audited import ChangedMeanwhile
from zerofee.application.webhooks_out.redeliver import EndpointDisabled
from zerofee.domain.delivery import Delivery, DeliveryStatus
from zerofee.domain.endpoint import TooManyEndpoints, WebhookEndpoint
from zerofee.domain.idempotency import Answer, Claim
from zerofee.domain.ids import DeliveryId, EndpointId
from zerofee.domain.new_payment import InvalidField
from zerofee.domain.ports.sender import BlockedAddress
from zerofee.domain.ports.store import NotFound
from zerofee.domain.scope import Permission, Scope
from zerofee.entrypoints.http.addressed import addressed
from zerofee.entrypoints.http.call import Call
from zerofee.entrypoints.http.needs import needs
from zerofee.entrypoints.http.once_answered import answered_once
from zerofee.entrypoints.http.pages import PageQuery, newest_first, page_reply
from zerofee.entrypoints.http.refusals import CursorInvalid
from zerofee.entrypoints.http.reply import json_reply
from zerofee.entrypoints.http.wire.endpoints import (
    ArmedEndpointBody,
    DeliveryBody,
    EndpointBody,
    EndpointChangesBody,
    NewEndpointBody,
    RedeliverBody,
    RedeliverFailedBody,
    RedeliveriesBody,
    TestEndpointBody,
)
from zerofee.entrypoints.http.wire.pages import PageBody
from zerofee.entrypoints.http.wire.showing import ENCODER

_WEBHOOKS: Final = Permission.WEBHOOKS
_LIST: Final = "webhook-endpoints"
_CREATED: Final = 201
_ACCEPTED: Final = 202
_MEANING: Final = (InvalidField, BlockedAddress)
_SENDING: Final = (NotFound, EndpointDisabled, ChangedMeanwhile)


class DeliveryQuery(PageQuery, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which page of which deliveries."""

    status: Annotated[DeliveryStatus | None, msgspec.Meta(description="All when left out.")] = None


class EndpointsController(Controller):
    """`/v1/webhook-endpoints` and below."""

    path = "/v1/webhook-endpoints"

    @post(
        opt=needs(
            _WEBHOOKS,
            takes=NewEndpointBody,
            gives={201: ArmedEndpointBody},
            refuses=(*_MEANING, TooManyEndpoints),
        )
    )
    async def create(self, request: Call) -> ASGIApp:
        """
        Register a place where your app listens.

        The answer holds the `secret` that messages are signed with, by the Standard Webhooks scheme, and no other
        answer ever will. An address that leads inside our network is refused.
        """
        body = await request.read(NewEndpointBody)
        webhooks, order = request.services.webhooks, body.to_order(request.caller.scope)

        async def act(claim: Claim | None) -> Answer:
            armed = await webhooks.write.make(
                order, claim, lambda made: _sealed(request, claim, ArmedEndpointBody.armed(made), _CREATED)
            )
            return _answer(ArmedEndpointBody.armed(armed), _CREATED)

        return await answered_once(request, body, act)

    @get(opt=needs(_WEBHOOKS, asks=PageQuery, gives={200: PageBody[EndpointBody]}, refuses=(CursorInvalid,)))
    async def list_endpoints(self, request: Call) -> ASGIApp:
        """List webhook endpoints, newest first."""
        scope = request.caller.scope
        page = request.asked(PageQuery).page(scope, _LIST)
        found = await request.services.webhooks.outbox.endpoints(scope)
        shown = [endpoint for endpoint in found if endpoint.subscriber is None]
        return page_reply(newest_first(shown, page), EndpointBody.of, _LIST, scope)

    @get("/{endpoint_id:str}", opt=needs(_WEBHOOKS, gives={200: EndpointBody}, refuses=(NotFound,)))
    async def read_endpoint(self, request: Call, endpoint_id: FromPath[str]) -> ASGIApp:
        """Read one endpoint."""
        return _shown(await _endpoint(request, addressed(EndpointId, endpoint_id)))

    @patch(
        "/{endpoint_id:str}",
        opt=needs(
            _WEBHOOKS,
            takes=EndpointChangesBody,
            gives={200: EndpointBody},
            refuses=(NotFound, *_MEANING, ChangedMeanwhile),
        ),
    )
    async def change_endpoint(self, request: Call, endpoint_id: FromPath[str]) -> ASGIApp:
        """
        Change an endpoint.

        With `status`, disable or enable it. What was due when it was disabled is sent when it is enabled; what
        happened meanwhile is not.
        """
        body = await request.read(EndpointChangesBody)
        found = await _endpoint(request, addressed(EndpointId, endpoint_id))
        return _shown(await request.services.webhooks.write.change(found.scope, found.id, body.to_changes()))

    @delete(
        "/{endpoint_id:str}",
        status_code=200,
        opt=needs(_WEBHOOKS, gives={200: EndpointBody}, refuses=(NotFound, ChangedMeanwhile)),
    )
    async def delete_endpoint(self, request: Call, endpoint_id: FromPath[str]) -> ASGIApp:
        """Delete an endpoint; the answer shows it as it was. Nothing more is sent there."""
        found = await _endpoint(request, addressed(EndpointId, endpoint_id))
        return _shown(await request.services.webhooks.write.delete(found.scope, found.id))

    @post(
        "/{endpoint_id:str}/rotate-secret",
        status_code=200,
        opt=needs(_WEBHOOKS, takes=RedeliverBody, gives={200: ArmedEndpointBody}, refuses=(NotFound, ChangedMeanwhile)),
    )
    async def rotate_secret(self, request: Call, endpoint_id: FromPath[str]) -> ASGIApp:
        """
        Give an endpoint a new secret.

        For 24 hours, messages are signed with both, the new one first. The answer holds the new `secret`, and no other
        answer ever will.
        """
        body, webhooks = await request.read(RedeliverBody), request.services.webhooks
        scope, wanted = request.caller.scope, addressed(EndpointId, endpoint_id)

        async def act(claim: Claim | None) -> Answer:
            found = await _endpoint(request, wanted)
            armed = await webhooks.write.rotate(
                scope, found.id, claim, lambda made: _sealed(request, claim, ArmedEndpointBody.armed(made))
            )
            return _answer(ArmedEndpointBody.armed(armed))

        return await answered_once(request, body, act)

    @post(
        "/{endpoint_id:str}/test",
        status_code=202,
        opt=needs(_WEBHOOKS, takes=TestEndpointBody, gives={202: DeliveryBody}, refuses=_SENDING),
    )
    async def test_endpoint(self, request: Call, endpoint_id: FromPath[str]) -> ASGIApp:
        """
        Send a `webhook_endpoint.test` event to an endpoint, whatever it listens for.

        The answer is its delivery, which is under way; the list of deliveries tells how it went.
        """
        body, redeliver = await request.read(TestEndpointBody), request.services.webhooks.redeliver
        scope, wanted = request.caller.scope, addressed(EndpointId, endpoint_id)

        async def act(claim: Claim | None) -> Answer:
            found = await _endpoint(request, wanted)
            return _delivery(await redeliver.test(scope, found.id, claim, _delivery))

        return await answered_once(request, body, act)

    @get(
        "/{endpoint_id:str}/deliveries",
        opt=needs(
            _WEBHOOKS, asks=DeliveryQuery, gives={200: PageBody[DeliveryBody]}, refuses=(NotFound, CursorInvalid)
        ),
    )
    async def list_deliveries(self, request: Call, endpoint_id: FromPath[str]) -> ASGIApp:
        """List an endpoint's deliveries with every try, newest first; they are kept for 30 days."""
        scope, wanted = request.caller.scope, addressed(EndpointId, endpoint_id)
        query, name = request.asked(DeliveryQuery), f"deliveries:{wanted}"
        page = query.page(scope, name)
        found = await _endpoint(request, wanted)
        listed = await request.services.webhooks.outbox.deliveries(scope, found.id, query.status, page)
        return page_reply(listed, DeliveryBody.of, name, scope)

    @post(
        "/{endpoint_id:str}/deliveries/{delivery_id:str}/redeliver",
        status_code=202,
        opt=needs(_WEBHOOKS, takes=RedeliverBody, gives={202: DeliveryBody}, refuses=_SENDING),
    )
    async def redeliver(self, request: Call, endpoint_id: FromPath[str], delivery_id: FromPath[str]) -> ASGIApp:
        """
        Send an event once more, under the same `webhook-id`, whatever became of it before.

        The answer is the new delivery.
        """
        body, redeliver = await request.read(RedeliverBody), request.services.webhooks.redeliver
        scope, wanted = request.caller.scope, addressed(EndpointId, endpoint_id)
        delivery = addressed(DeliveryId, delivery_id)

        async def act(claim: Claim | None) -> Answer:
            found = await _endpoint(request, wanted)
            return _delivery(await redeliver.one(scope, found.id, delivery, claim, _delivery))

        return await answered_once(request, body, act)

    @post(
        "/{endpoint_id:str}/redeliver",
        status_code=202,
        opt=needs(_WEBHOOKS, takes=RedeliverFailedBody, gives={202: RedeliveriesBody}, refuses=_SENDING),
    )
    async def redeliver_failed(self, request: Call, endpoint_id: FromPath[str]) -> ASGIApp:
        """
        Send everything once more that was given up since a time, and was not sent anew yet.

        At most 500 in one request; `has_more` says to ask again.
        """
        body, redeliver = await request.read(RedeliverFailedBody), request.services.webhooks.redeliver
        scope, wanted = request.caller.scope, addressed(EndpointId, endpoint_id)

        async def act(claim: Claim | None) -> Answer:
            found = await _endpoint(request, wanted)
            made = await redeliver.failed(
                scope, found.id, body.since, claim, lambda made: _answer(RedeliveriesBody.of(made), _ACCEPTED)
            )
            return _answer(RedeliveriesBody.of(made), _ACCEPTED)

        return await answered_once(request, body, act)


async def _endpoint(request: Call, endpoint_id: EndpointId) -> WebhookEndpoint:
    """Find an endpoint that has an address; Python code that listens inside a process of ours is not shown."""
    scope: Scope = request.caller.scope
    found: WebhookEndpoint = await request.services.webhooks.outbox.endpoint(scope, endpoint_id)
    if found.subscriber is not None:
        raise NotFound("webhook endpoint")
    return found


def _answer(body: msgspec.Struct, status: int = 200) -> Answer:
    return Answer(status=status, body=ENCODER.encode(body))


def _delivery(delivery: Delivery) -> Answer:
    return _answer(DeliveryBody.of(delivery), _ACCEPTED)


def _sealed(request: Call, claim: Claim | None, body: ArmedEndpointBody, status: int = 200) -> Answer:
    answer = _answer(body, status)
    return answer if claim is None else request.services.webhooks.sealed_answers.seal(claim, answer)


def _shown(endpoint: WebhookEndpoint) -> ASGIApp:
    return json_reply(ENCODER.encode(EndpointBody.of(endpoint)))
