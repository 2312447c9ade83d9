"""What Hub2's stand-in does with what it is asked: intents, attempts, prompts, transfers, events."""

import secrets
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from zerofee.adapters.providers.hub2.operators import Approach, rounded_up
from zerofee.domain.money import Money
from zerofee.entrypoints.standins.book import Entry, Kind
from zerofee.entrypoints.standins.handset import Verdict
from zerofee.entrypoints.standins.hub2_events import Hub2Events
from zerofee.entrypoints.standins.hub2_rules import CURRENCIES, approach_of, currency_of, operator_of, ways_back
from zerofee.entrypoints.standins.hub2_shapes import (
    Confirmation,
    Hub2Error,
    Intent,
    NewAttempt,
    NewIntent,
    NewTransfer,
    Payment,
    Transfer,
    international,
)
from zerofee.entrypoints.standins.world import World

# What the transfer account holds at first, of each currency.
FLOAT_MINOR: Final = 100_000_000

# Numbers that decide by themselves, told by their end. The first two are the sandbox's own.
PAYS_AT_ONCE: Final = "00000001"
FAILS_AT_ONCE: Final = "00000100"
ASKS_FOR_CODE: Final = "0200"
NOT_FOUND: Final = "0404"
HANGS: Final = "0500"


@dataclass(slots=True)
class Hub2Desk:
    """Everything that Hub2 knows, of both environments."""

    world: World
    events: Hub2Events
    intents: dict[str, Intent] = field(default_factory=dict)
    payments: dict[str, Payment] = field(default_factory=dict)
    transfers: dict[str, Transfer] = field(default_factory=dict)
    collected: dict[str, int] = field(default_factory=lambda: dict.fromkeys(CURRENCIES, 0))
    payable: dict[str, int] = field(default_factory=lambda: dict.fromkeys(CURRENCIES, FLOAT_MINOR))

    def open_intent(self, wanted: NewIntent, mode: str) -> Intent:
        """Make an intent; nothing is asked of anybody yet."""
        intent = Intent(
            id=f"pi_{secrets.token_hex(12)}",
            token=secrets.token_urlsafe(48),
            customer_reference=wanted.customer_reference,
            purchase_reference=wanted.purchase_reference,
            money=Money(wanted.amount, currency_of(wanted.currency)),
            mode=mode,
            at=self.world.clock.now(),
        )
        self.intents[intent.id] = intent
        self.events.tell("payment_intent.created", intent.mode, intent.shown())
        return intent

    def attempt(self, intent_id: str, wanted: NewAttempt) -> dict[str, Any]:
        """Begin an attempt and show it as it began; what follows is told later."""
        intent = self._with_token(intent_id, wanted.token)
        operator = operator_of(wanted, intent.money)
        if intent.status != "payment_required":
            raise Hub2Error(409, "conflict", f"The intent is {intent.status}.")
        approach = approach_of(operator, wanted.mobile_money)
        back, away = ways_back(operator, wanted.mobile_money) if approach is Approach.REDIRECT else ("", "")
        payment = Payment(
            id=f"pay_{secrets.token_hex(12)}",
            intent_id=intent.id,
            operator=operator,
            phone=international(wanted.mobile_money.msisdn, operator.country),
            collected=rounded_up(intent.money, operator),
            back=back,
            away=away,
        )
        intent.payments.append(payment)
        intent.status = "processing"
        self.payments[payment.id] = payment
        self.world.book.write(
            Entry(
                kind=Kind.CHARGE,
                id=payment.id,
                reference=intent.purchase_reference,
                money=intent.money,
                status=payment.status,
            )
        )
        begun = intent.shown()
        self._tell(payment, "payment.created")
        self._go_on(intent, payment, approach, wanted.mobile_money.otp)
        return begun

    def confirm(self, intent_id: str, wanted: Confirmation) -> dict[str, Any]:
        """Take the code that a running payment asked for."""
        intent = self._with_token(intent_id, wanted.token)
        payment = intent.payments[-1] if intent.payments else None
        if payment is None or payment.action is None or payment.action["type"] != "otp":
            raise Hub2Error(400, "bad_parameters", "No payment of this intent waits for a code.")
        payment.action = None
        begun = intent.shown()
        self._use_code(payment, wanted.confirmation_code)
        return begun

    async def decide(self, payment_id: str, verdict: Verdict) -> Payment:
        """Hear what the customer did, on the phone or on a page; only the first time counts."""
        payment = self.payments[payment_id]
        if payment.status in {"pending", "action_required"}:
            if verdict.approved:
                self._succeed(payment)
            else:
                self._fail(payment, verdict.reason or "canceled_by_customer")
        return payment

    def send_out(self, wanted: NewTransfer, mode: str) -> dict[str, Any]:
        """Make a transfer and show it as it began."""
        transfer = Transfer(
            id=f"tr_{secrets.token_hex(12)}",
            reference=wanted.reference,
            money=Money(wanted.amount, currency_of(wanted.currency)),
            mode=mode,
            destination=wanted.destination,
            at=self.world.clock.now(),
        )
        self.transfers[transfer.id] = transfer
        self.world.book.write(
            Entry(
                kind=Kind.PAYOUT,
                id=transfer.id,
                reference=transfer.reference,
                money=transfer.money,
                status=transfer.status,
            )
        )
        begun = transfer.shown()
        self.events.tell("transfer.created", mode, begun)
        self._settle(transfer)
        return begun

    def balances(self, currency: str | None, at: datetime) -> dict[str, Any]:
        """Show both accounts."""
        wanted = [code for code in sorted(CURRENCIES) if currency in {None, code}]
        date = at.isoformat()
        return {
            "collectionAccount": [
                {
                    "amount": self.collected[code],
                    "availableBalance": self.collected[code],
                    "currency": code,
                    "date": date,
                }
                for code in wanted
            ],
            "transferAccount": [
                {"availableBalance": self.payable[code], "reservedBalance": 0, "currency": code, "date": date}
                for code in wanted
            ],
        }

    def _with_token(self, intent_id: str, token: str) -> Intent:
        intent = self.intents.get(intent_id)
        if intent is None:
            raise Hub2Error(404, "transaction-not-found", "There is no such intent.")
        if not secrets.compare_digest(intent.token.encode(), token.encode()):
            raise Hub2Error(401, "unauthorized", "The token is not this intent's.")
        return intent

    def _go_on(self, intent: Intent, payment: Payment, approach: Approach, code: str | None) -> None:
        if payment.phone.endswith(PAYS_AT_ONCE):
            self._succeed(payment)
        elif payment.phone.endswith(FAILS_AT_ONCE):
            self._fail(payment, "authentication_failed")
        elif approach is Approach.CODE_FIRST:
            self._use_code(payment, code or "")
        elif approach is Approach.REDIRECT:
            url = f"{self.world.url}/pay/{payment.id}"
            self._require(payment, {"type": "redirection", "message": "Continue on the page.", "data": {"url": url}})
        elif payment.phone.endswith(ASKS_FOR_CODE):
            self.world.handset.send_code(
                provider=self.world.name, phone=payment.phone, text="Your code for the payment under way:"
            )
            self._require(payment, {"type": "otp", "message": "Give the code that you were sent.", "data": None})
        else:
            self._prompt(intent, payment)

    def _prompt(self, intent: Intent, payment: Payment) -> None:
        async def heard(verdict: Verdict) -> None:
            await self.decide(payment.id, verdict)

        payment.status = "pending"
        self.world.handset.ask(
            provider=self.world.name,
            phone=payment.phone,
            text=f"{payment.operator.label}: pay {intent.purchase_reference}?",
            money=payment.collected,
            on_verdict=heard,
        )
        self._tell(payment, "payment.pending")

    def _require(self, payment: Payment, action: dict[str, Any]) -> None:
        payment.status, payment.action = "action_required", action
        self.intents[payment.intent_id].status = "action_required"
        self._tell(payment, "payment.action_required")

    def _use_code(self, payment: Payment, code: str) -> None:
        if self.world.handset.use_code(self.world.name, payment.phone, code):
            self._succeed(payment)
        else:
            self._fail(payment, "authentication_failed")

    def _succeed(self, payment: Payment) -> None:
        intent = self.intents[payment.intent_id]
        payment.status, payment.action = "successful", None
        intent.status = "successful"
        self.collected[intent.money.currency] += intent.money.minor
        self.world.book.change(payment.id, payment.status, moved=True)
        self._tell(payment, "payment.succeeded")

    def _fail(self, payment: Payment, code: str) -> None:
        payment.status, payment.action = "failed", None
        payment.failure = {"code": code, "message": f"The payment ended with {code}."}
        self.intents[payment.intent_id].status = "payment_required"
        self.world.book.change(payment.id, payment.status)
        self._tell(payment, "payment.failed")

    def _settle(self, transfer: Transfer) -> None:
        transfer.status = "pending"
        self.events.tell("transfer.processing", transfer.mode, transfer.shown())
        if transfer.destination.msisdn.endswith(HANGS):
            return
        lacking = self.payable[transfer.money.currency] < transfer.money.minor
        if lacking or transfer.destination.msisdn.endswith(NOT_FOUND):
            code = "insufficient_funds" if lacking else "invalid_destination"
            transfer.status, transfer.failure = "failed", {"code": code, "message": f"It ended with {code}."}
            self.world.book.change(transfer.id, transfer.status)
            self.events.tell("transfer.failed", transfer.mode, transfer.shown())
            return
        self.payable[transfer.money.currency] -= transfer.money.minor
        transfer.status = "successful"
        self.world.book.change(transfer.id, transfer.status, moved=True)
        self.events.tell("transfer.succeeded", transfer.mode, transfer.shown())

    def _tell(self, payment: Payment, event: str) -> None:
        intent = self.intents[payment.intent_id]
        self.events.tell(event, intent.mode, {**payment.shown(), "purchaseReference": intent.purchase_reference})
