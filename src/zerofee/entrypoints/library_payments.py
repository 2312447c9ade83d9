"""Payments for Python services: the API's verbs with keyword arguments, and its shapes as answers."""

import hashlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import msgspec

from zerofee.application.once import Replayed
from zerofee.domain.idempotency import Claim, claim, idempotency_key
from zerofee.domain.ids import PaymentId, RefundId
from zerofee.domain.payment import Payment
from zerofee.domain.payment_status import PaymentStatus
from zerofee.domain.ports.views import PageOf, PaymentFilter
from zerofee.domain.refund import Refund
from zerofee.domain.scope import Scope
from zerofee.domain.wish import CaptureMode
from zerofee.entrypoints.container import Container
from zerofee.entrypoints.http.wire.attempts import AttemptBody
from zerofee.entrypoints.http.wire.pages import PageBody
from zerofee.entrypoints.http.wire.parts import CustomerBody
from zerofee.entrypoints.http.wire.payments import PaymentBody
from zerofee.entrypoints.http.wire.refunds import RefundBody
from zerofee.entrypoints.http.wire.requests import NewPaymentBody, NewRefundBody

_MOST_LISTED: Final = 100
_CANONICAL: Final = msgspec.json.Encoder(order="sorted")


class _Shown(msgspec.Struct):
    """The one member of a kept answer that is needed to read the object again."""

    id: str


@dataclass(frozen=True, slots=True)
class Payments:
    """
    The payments of one app in one environment.

    Answers have the API's shapes and names: amounts are integers in the currency's minor unit, `status` is one of
    the API's words. What cannot be done raises a `DomainError`, whose `code` is stable and whose text says what to
    do; what a provider says is never an exception, but the payment's `status` and `failure`.

    With an `idempotency_key`, a call that is repeated does nothing again and gives the object as it now stands;
    another call under the same key raises `KeyReused`. Keys given here never meet those sent over HTTP.
    """

    container: Container
    scope: Scope

    async def create(  # noqa: PLR0913  these are the fields of the request
        self,
        *,
        amount: int,
        currency: str,
        payment_method: str | None = None,
        country: str | None = None,
        customer: CustomerBody | Mapping[str, str] | None = None,
        operator: str | None = None,
        reference: str | None = None,
        description: str | None = None,
        metadata: Mapping[str, str] | None = None,
        return_url: str | None = None,
        cancel_url: str | None = None,
        capture: CaptureMode | str = CaptureMode.AUTOMATIC,
        provider: str | None = None,
        expires_in: int | None = None,
        idempotency_key: str | None = None,
    ) -> PaymentBody:
        """
        Create a payment and try its route.

        Gives a `failed` one too: it exists. `processing` says that the outcome is not known yet, and that the
        upkeep will find it out. `customer` is a mapping with any of `name`, `email` and `phone`.
        """
        body = NewPaymentBody(
            amount=amount,
            currency=currency,
            payment_method=payment_method,
            country=country,
            customer=customer if customer is None or isinstance(customer, CustomerBody) else CustomerBody(**customer),
            operator=operator,
            reference=reference,
            description=description,
            metadata=None if metadata is None else dict(metadata),
            return_url=return_url,
            cancel_url=cancel_url,
            capture=CaptureMode(capture),
            provider=provider,
            expires_in=expires_in,
        )
        order = body.to_order(self.scope)
        verb = self.container.create_payment()
        return await self._payment("create", idempotency_key, body, lambda claimed: verb(order, claimed))

    async def get(self, payment_id: str) -> PaymentBody:
        """Read a payment; raise `NotFound` for what is not this app's in this environment."""
        return PaymentBody.of(await self.container.reading().payment(self.scope, PaymentId(payment_id)))

    async def list(  # noqa: PLR0913  these are the filters of the request
        self,
        *,
        limit: int = 20,
        after: str | None = None,
        status: PaymentStatus | str | None = None,
        reference: str | None = None,
        provider: str | None = None,
        needs_attention: bool | None = None,
        created_from: datetime | None = None,
        created_to: datetime | None = None,
    ) -> PageBody[PaymentBody]:
        """List payments, newest first: at most `limit` (1 to 100) older than `after`, which is a `next_cursor`."""
        if not 1 <= limit <= _MOST_LISTED:
            raise ValueError(f"limit must be 1 to {_MOST_LISTED}")
        wanted = PaymentFilter(
            status=None if status is None else PaymentStatus(status),
            reference=reference,
            provider_id=provider,
            needs_attention=needs_attention,
            created_from=created_from,
            created_to=created_to,
        )
        listed = await self.container.reading().payments(self.scope, wanted, PageOf(limit, after))
        last = listed.items[-1].id if listed.has_more else None
        shown = [PaymentBody.of(payment) for payment in listed.items]
        return PageBody(data=shown, has_more=listed.has_more, next_cursor=last)

    async def attempts(self, payment_id: str) -> tuple[AttemptBody, ...]:
        """Show everything that was asked of providers for a payment, in its order."""
        attempts = await self.container.reading().attempts(self.scope, PaymentId(payment_id))
        return tuple(AttemptBody.of(attempt) for attempt in attempts)

    async def authenticate(self, payment_id: str, *, code: str, idempotency_key: str | None = None) -> PaymentBody:
        """Hand over the customer's one-time code; a wrong one leaves the payment waiting while tries are left."""
        verb = self.container.authenticate_payment()
        asked = f"authenticate {payment_id}"
        return await self._payment(
            asked, idempotency_key, code, lambda claimed: verb(self.scope, PaymentId(payment_id), code, claimed)
        )

    async def capture(
        self, payment_id: str, *, amount: int | None = None, idempotency_key: str | None = None
    ) -> PaymentBody:
        """Take all of an authorized payment, or `amount` of it; what is left is released."""
        verb = self.container.capture_payment()
        asked = f"capture {payment_id}"
        return await self._payment(
            asked, idempotency_key, amount, lambda claimed: verb(self.scope, PaymentId(payment_id), amount, claimed)
        )

    async def cancel(self, payment_id: str, *, idempotency_key: str | None = None) -> PaymentBody:
        """Let a payment go; `succeeded` when the customer was faster. Raise `WrongStatus` for one that has ended."""
        verb = self.container.cancel_payment()
        asked = f"cancel {payment_id}"
        return await self._payment(
            asked, idempotency_key, None, lambda claimed: verb(self.scope, PaymentId(payment_id), claimed)
        )

    async def refund(
        self,
        payment_id: str,
        *,
        amount: int | None = None,
        reason: str | None = None,
        metadata: Mapping[str, str] | None = None,
        idempotency_key: str | None = None,
    ) -> RefundBody:
        """Give back `amount`, or all that is left; never more in all than was taken. `pending` until it has gone."""
        body = NewRefundBody(amount=amount, reason=reason, metadata=None if metadata is None else dict(metadata))
        order = body.to_order()
        verb = self.container.refund_payment()
        claimed = self._claim(f"refund {payment_id}", idempotency_key, body)
        try:
            refund = await verb(self.scope, PaymentId(payment_id), order, claimed)
        except Replayed as replayed:
            refund = await self._refund_again(replayed)
        return RefundBody.of(refund)

    async def _payment(
        self, asked: str, key: str | None, said: object, act: Callable[[Claim | None], Awaitable[Payment]]
    ) -> PaymentBody:
        try:
            payment = await act(self._claim(asked, key, said))
        except Replayed as replayed:
            payment = await self.container.reading().payment(self.scope, PaymentId(_id_in(replayed)))
        return PaymentBody.of(payment)

    async def _refund_again(self, replayed: Replayed) -> Refund:
        return await self.container.reading().refund(self.scope, RefundId(_id_in(replayed)))

    def _claim(self, asked: str, key: str | None, said: object) -> Claim | None:
        if key is None:
            return None
        return claim(
            scope=self.scope,
            key=idempotency_key(key),
            operation=f"python {asked}",
            fingerprint=hashlib.sha256(_CANONICAL.encode(said)).hexdigest(),
            now=self.container.clock().now(),
        )


def _id_in(replayed: Replayed) -> str:
    return msgspec.json.decode(replayed.answer.body, type=_Shown).id
