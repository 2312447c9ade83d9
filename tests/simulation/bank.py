"""A provider with a book, a customer and a bad line: what it has booked is the truth that ours is compared with."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final

from tests.simulation.weather import Trouble, Weather
from zerofee.domain.capabilities import Capabilities
from zerofee.domain.failure import FailureCode
from zerofee.domain.ids import PaymentId
from zerofee.domain.money import Money
from zerofee.domain.next_action import Otp, UssdPush
from zerofee.domain.outcome import (
    Absent,
    Accepted,
    ActionRequired,
    Authorized,
    Cancelled,
    Declined,
    NotSent,
    Outcome,
    Paid,
    Refused,
    Unknown,
)
from zerofee.domain.ports.provider import (
    ChargeOrder,
    CredentialCheck,
    CredentialsAccepted,
    OperationOrder,
    PayoutOrder,
    ProviderEvent,
    RawEvent,
    RefundOrder,
)
from zerofee.domain.wish import CaptureMode

CODE: Final = "123456"
# An order that was lost on its way may still arrive so much later, and no later: the bank's word on absence.
LATEST_ARRIVAL_S: Final = 40
_LONGEST_THOUGHT_S: Final = 90
_SOFT: Final = Declined(FailureCode.DECLINED, soft=True)
_HARD: Final = Declined(FailureCode.INSUFFICIENT_FUNDS)


class Standing(StrEnum):
    """What the bank has made of a charge."""

    PENDING = "pending"
    SHOWN = "shown"
    CODE_WANTED = "code_wanted"
    HELD = "held"
    TAKEN = "taken"
    DECLINED = "declined"
    CANCELLED = "cancelled"


@dataclass(slots=True, kw_only=True)
class Charge:
    """One charge in the bank's book."""

    payment_id: PaymentId
    key: str
    money: Money
    manual: bool
    standing: Standing
    taken_minor: int = 0
    soft: bool = False


@dataclass(slots=True, kw_only=True)
class Bank:
    """
    The `Provider` port. `charges` and `refunds` are by provider key; `doubles` are orders that were booked twice.

    `tell` is called with each webhook, as often and as late as the weather will have it.
    """

    capabilities: Capabilities
    weather: Weather
    tell: Callable[[str, bytes], Awaitable[None]] | None = None
    charges: dict[str, Charge] = field(default_factory=dict)
    refunds: dict[str, tuple[str, Money]] = field(default_factory=dict)
    doubles: list[str] = field(default_factory=list)
    busy: set[asyncio.Task[None]] = field(default_factory=set)
    _told: int = 0

    async def charge(self, order: ChargeOrder) -> Outcome:
        return await self._heard(lambda: self._book(order), order.provider_key)

    async def ask(self, order: ChargeOrder) -> Outcome:
        return await self._asked(lambda: self._stands(order.provider_key))

    async def authenticate(self, order: OperationOrder, code: str) -> Outcome:
        return await self._heard(lambda: self._take_code(order.charge.provider_key, code))

    async def capture(self, order: OperationOrder) -> Outcome:
        return await self._heard(lambda: self._capture(order.charge.provider_key, order.money))

    async def cancel(self, order: OperationOrder) -> Outcome:
        return await self._heard(lambda: self._cancel(order.charge.provider_key))

    async def refund(self, order: RefundOrder) -> Outcome:
        return await self._heard(lambda: self._refund(order), order.provider_key)

    async def ask_refund(self, order: RefundOrder) -> Outcome:
        return await self._asked(lambda: Paid(order.money) if order.provider_key in self.refunds else Absent())

    async def payout(self, order: PayoutOrder) -> Outcome:
        return Refused(FailureCode.UNSUPPORTED)

    async def ask_payout(self, order: PayoutOrder) -> Outcome:
        return Unknown("it makes no payouts")

    async def check(self) -> CredentialCheck:
        return CredentialsAccepted()

    async def read_event(self, raw: RawEvent, now: datetime) -> ProviderEvent:
        told = json.loads(raw.body)
        return ProviderEvent(event_id=told["id"], type="charge.changed", our_reference=told["key"])

    def taken(self, key: str) -> int:
        """Say how much was taken from the payer under a key."""
        return self.charges[key].taken_minor if key in self.charges else 0

    def given_back(self, charge_key: str) -> int:
        """Say how much has gone back of a charge."""
        return sum(money.minor for of, money in self.refunds.values() if of == charge_key)

    async def _heard(self, act: Callable[[], Outcome], key: str | None = None) -> Outcome:
        """Let an order go there, be done, and its answer come back, if the line is good."""
        trouble = self.weather.trouble()
        await self.weather.travel()
        match trouble:
            case Trouble.NOT_SENT:
                return NotSent("no connection")
            case Trouble.BUSY:
                return Refused(FailureCode.PROVIDER_UNAVAILABLE)
            case Trouble.LOST_BEFORE:
                return Unknown("the answer was lost")
            case Trouble.LATE:
                if key is not None:
                    self._later(self._arrives(act), LATEST_ARRIVAL_S)
                return Unknown("no answer in time")
            case _:
                outcome = act()
        await self.weather.travel()
        if trouble is Trouble.GARBAGE:
            raise ValueError("no JSON")
        return Unknown("the answer was lost") if trouble is Trouble.LOST_AFTER else outcome

    async def _asked(self, look: Callable[[], Outcome]) -> Outcome:
        trouble = self.weather.trouble()
        await self.weather.travel()
        if trouble is Trouble.NONE:
            return look()
        if trouble is Trouble.GARBAGE:
            raise ValueError("no JSON")
        if trouble is Trouble.BUSY:
            return Refused(FailureCode.PROVIDER_UNAVAILABLE)
        return NotSent("no connection") if trouble is Trouble.NOT_SENT else Unknown("no answer")

    async def _arrives(self, act: Callable[[], Outcome]) -> None:
        act()

    def _book(self, order: ChargeOrder) -> Outcome:
        key = order.provider_key
        if key in self.charges:
            if not self.capabilities.idempotent_create:
                self.doubles.append(key)
            return self._stands(key)
        standing = self.weather.chance.choices(
            (Standing.TAKEN, Standing.PENDING, Standing.SHOWN, Standing.CODE_WANTED, Standing.DECLINED),
            (50, 15, 15, 10, 10),
        )[0]
        charge = Charge(
            payment_id=order.payment_id,
            key=key,
            money=order.money,
            manual=order.capture is CaptureMode.MANUAL,
            standing=standing,
            soft=self.weather.happens(50),
        )
        self.charges[key] = charge
        if standing is Standing.TAKEN:
            self._pay(charge)
        if standing in {Standing.PENDING, Standing.SHOWN}:
            self._later(self._thinks(charge), _LONGEST_THOUGHT_S)
        return self._stands(key)

    async def _thinks(self, charge: Charge) -> None:
        """Let the bank or the customer come to an end, unless it was cancelled meanwhile; some never do."""
        if charge.standing not in {Standing.PENDING, Standing.SHOWN}:
            return
        if charge.standing is Standing.SHOWN and self.weather.happens(25):
            return
        if self.weather.happens(70):
            self._pay(charge)
        else:
            charge.standing = Standing.DECLINED
        self._send_word(charge.key)

    def _pay(self, charge: Charge) -> None:
        if charge.manual:
            charge.standing = Standing.HELD
            return
        charge.standing = Standing.TAKEN
        charge.taken_minor += charge.money.minor

    def _stands(self, key: str) -> Outcome:
        charge = self.charges.get(key)
        if charge is None:
            return Absent()
        match charge.standing:
            case Standing.PENDING:
                return Accepted(f"bank-{key}")
            case Standing.SHOWN:
                return ActionRequired(UssdPush("Approve it."), f"bank-{key}")
            case Standing.CODE_WANTED:
                return ActionRequired(Otp("Send the code."), f"bank-{key}")
            case Standing.HELD:
                return Authorized(charge.money, f"bank-{key}")
            case Standing.TAKEN:
                return Paid(Money(charge.taken_minor, charge.money.currency), f"bank-{key}")
            case Standing.DECLINED:
                return _SOFT if charge.soft else _HARD
            case Standing.CANCELLED:
                return Cancelled(f"bank-{key}")

    def _take_code(self, key: str, code: str) -> Outcome:
        charge = self.charges.get(key)
        if charge is not None and charge.standing is Standing.CODE_WANTED and code == CODE:
            self._pay(charge)
        return self._stands(key)

    def _capture(self, key: str, money: Money) -> Outcome:
        charge = self.charges.get(key)
        if charge is not None and charge.standing is Standing.HELD:
            charge.standing = Standing.TAKEN
            charge.taken_minor += money.minor
        return self._stands(key)

    def _cancel(self, key: str) -> Outcome:
        charge = self.charges.get(key)
        if charge is not None and charge.standing not in {Standing.TAKEN, Standing.DECLINED}:
            charge.standing = Standing.CANCELLED
        return self._stands(key)

    def _refund(self, order: RefundOrder) -> Outcome:
        key, of = order.provider_key, order.charge.provider_key
        if key in self.refunds:
            if not self.capabilities.idempotent_create:
                self.doubles.append(key)
            return Paid(order.money)
        if self.given_back(of) + order.money.minor > self.taken(of):
            return Declined(FailureCode.INVALID_REQUEST)
        self.refunds[key] = of, order.money
        return Paid(order.money)

    def _later(self, act: Awaitable[None], within_s: int) -> None:
        async def wait() -> None:
            await asyncio.sleep(self.weather.chance.randrange(within_s))
            await act

        task = asyncio.get_running_loop().create_task(wait())
        self.busy.add(task)
        task.add_done_callback(self.busy.discard)

    def _send_word(self, key: str) -> None:
        """Send a webhook: late, twice, before an earlier one, or not at all."""
        self._told += 1
        body = json.dumps({"id": f"evt-{self._told}", "key": key}).encode()
        for _ in range(self.weather.chance.choice((0, 1, 1, 2))):
            if self.tell is not None:
                self._later(self.tell(self.capabilities.provider_id, body), LATEST_ARRIVAL_S)
