"""A provider for the crash tests, as a third party would write one: a bank over HTTP that never forgives a resend."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from zerofee.adapters.http.exchange import HttpCall, HttpReply, Silence, silent_outcome
from zerofee.adapters.provider_kind import Opening
from zerofee.domain.capabilities import Capabilities, Flow, Operation
from zerofee.domain.currency import currency
from zerofee.domain.failure import FailureCode
from zerofee.domain.method import CARD
from zerofee.domain.money import Money
from zerofee.domain.outcome import Absent, Accepted, Authorized, Cancelled, Declined, Outcome, Paid, Refused, Unknown
from zerofee.domain.ports.provider import (
    ChargeOrder,
    CredentialCheck,
    CredentialsAccepted,
    ForgedEvent,
    OperationOrder,
    PayoutOrder,
    ProviderEvent,
    RawEvent,
    RefundOrder,
)
from zerofee.domain.ports.vault import Secret
from zerofee.domain.wish import CaptureMode

CAPABILITIES = Capabilities(
    provider_id="crashbank",
    name="Crash bank",
    flows=(Flow(method=CARD),),
    operations=frozenset(Operation) - {Operation.AUTHENTICATE, Operation.PAYOUT, Operation.SWEEP},
    # The bank is on this machine: what has not arrived within a call's deadline never will.
    absence_final_after_s=0,
    call_timeout_s=4,
)


@dataclass(frozen=True, slots=True)
class CrashBank:
    """One connection to the bank."""

    opening: Opening

    @property
    def capabilities(self) -> Capabilities:
        return CAPABILITIES

    async def charge(self, order: ChargeOrder) -> Outcome:
        manual = order.capture is CaptureMode.MANUAL
        body = {"key": order.provider_key, "payment": order.payment_id, **_money(order.money), "manual": manual}
        return _read(await self._post("/charges", body), order.money)

    async def ask(self, order: ChargeOrder) -> Outcome:
        return _asked(await self._get(f"/charges/{order.provider_key}"), order.money)

    async def authenticate(self, order: OperationOrder, code: str) -> Outcome:
        return Refused(FailureCode.UNSUPPORTED)

    async def capture(self, order: OperationOrder) -> Outcome:
        path = f"/charges/{order.charge.provider_key}/capture"
        return _read(await self._post(path, {"key": order.provider_key, **_money(order.money)}), order.money)

    async def cancel(self, order: OperationOrder) -> Outcome:
        return _read(await self._post(f"/charges/{order.charge.provider_key}/cancel", {}), order.money)

    async def refund(self, order: RefundOrder) -> Outcome:
        body = {"key": order.provider_key, "charge": order.charge.provider_key, **_money(order.money)}
        return _read(await self._post("/refunds", body), order.money)

    async def ask_refund(self, order: RefundOrder) -> Outcome:
        return _asked(await self._get(f"/refunds/{order.provider_key}"), order.money)

    async def payout(self, order: PayoutOrder) -> Outcome:
        return Refused(FailureCode.UNSUPPORTED)

    async def ask_payout(self, order: PayoutOrder) -> Outcome:
        return Unknown("it makes no payouts")

    async def check(self) -> CredentialCheck:
        return CredentialsAccepted()

    async def read_event(self, raw: RawEvent, now: datetime) -> ProviderEvent:
        raise ForgedEvent("the bank sends no events")

    async def _post(self, path: str, body: Mapping[str, Any]) -> HttpReply | Silence:
        call = HttpCall(
            method="POST", url=f"{self.opening.base_url}{path}", body=json.dumps(body).encode(), timeout_s=3
        )
        return await self.opening.send(call)

    async def _get(self, path: str) -> HttpReply | Silence:
        return await self.opening.send(HttpCall(method="GET", url=f"{self.opening.base_url}{path}", timeout_s=3))


@dataclass(frozen=True, slots=True)
class CrashBankKind:
    """The kind that the entry point names."""

    capabilities: Capabilities = CAPABILITIES

    def open(self, opening: Opening) -> CrashBank:
        return CrashBank(opening)

    def hints(self, credentials: Mapping[str, Secret]) -> Mapping[str, str]:
        return {}


PROVIDER = CrashBankKind()


def _money(money: Money) -> dict[str, Any]:
    return {"amount": money.minor, "currency": money.currency}


def _asked(reply: HttpReply | Silence, money: Money) -> Outcome:
    if isinstance(reply, HttpReply) and reply.status == 404:
        return Absent()
    outcome = _read(reply, money)
    return Unknown("the question was lost") if isinstance(outcome, Refused) else outcome


def _read(reply: HttpReply | Silence, money: Money) -> Outcome:
    if isinstance(reply, Silence):
        return silent_outcome(reply)
    if reply.status == 409:
        return Refused(FailureCode.INVALID_REQUEST)
    if reply.status != 200:
        return Unknown(f"HTTP {reply.status}")
    try:
        told = json.loads(reply.body)
        moved = Money(told["amount"], currency(told["currency"]))
    except (ValueError, KeyError):
        return Unknown("no JSON")
    match told.get("status"):
        case "paid":
            return Paid(moved, told["key"])
        case "held":
            return Authorized(moved, told["key"])
        case "pending":
            return Accepted(told["key"])
        case "declined":
            return Declined(FailureCode.DECLINED)
        case "cancelled":
            return Cancelled(told["key"])
        case other:
            return Unknown(f"status {other!r}")
