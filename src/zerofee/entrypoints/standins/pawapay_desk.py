"""What pawaPay's stand-in does with what it is asked: deposits, pages, payouts, refunds, callbacks."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final
from urllib.parse import urlencode, urlsplit, urlunsplit

from zerofee.adapters.providers.pawapay.operators import ISO3, OFFERS, Auth, Offer
from zerofee.domain.currency import exponent
from zerofee.domain.money import Money, to_major
from zerofee.entrypoints.standins.book import Entry, Kind
from zerofee.entrypoints.standins.handset import Verdict
from zerofee.entrypoints.standins.pawapay_callbacks import PawapayCallbacks
from zerofee.entrypoints.standins.pawapay_numbers import Fate, fates
from zerofee.entrypoints.standins.pawapay_rules import (
    check_common,
    check_ways_back,
    offer_for,
    offers_in,
    read_amount,
    refundable,
)
from zerofee.entrypoints.standins.pawapay_shapes import (
    DEPOSIT,
    FINAL,
    PAYOUT,
    REFUND,
    Movement,
    NewDeposit,
    NewPage,
    NewPayout,
    NewRefund,
    Page,
    Rejected,
)
from zerofee.entrypoints.standins.world import World

# What the wallet holds at first, of each currency, in its minor unit.
FLOAT_MINOR: Final = 1_000_000_000
PAGE_LIFE: Final = timedelta(minutes=15)
_KINDS: Final = {DEPOSIT: Kind.CHARGE, PAYOUT: Kind.PAYOUT, REFUND: Kind.REFUND}


@dataclass(slots=True)
class PawapayDesk:
    """Everything that pawaPay knows, of both environments."""

    world: World
    callbacks: PawapayCallbacks
    movements: dict[tuple[str, str], Movement] = field(default_factory=dict)
    pages: dict[str, Page] = field(default_factory=dict)
    wallet: dict[str, int] = field(default_factory=lambda: {offer.currency: FLOAT_MINOR for offer in OFFERS})

    def deposit(self, wanted: NewDeposit, mode: str) -> dict[str, Any]:
        """Take a deposit, and let the payer know."""
        check_common(wanted.deposit_id, wanted.customer_message, wanted.metadata)
        if known := self.find(DEPOSIT, wanted.deposit_id):
            return known.ignored()
        offer = offer_for(wanted.payer, wanted.currency)
        check_ways_back(
            offer,
            code=wanted.pre_authorisation_code,
            successful_url=wanted.successful_url,
            failed_url=wanted.failed_url,
        )
        movement = Movement(
            kind=DEPOSIT,
            id=wanted.deposit_id,
            mode=mode,
            money=read_amount(wanted.amount, wanted.currency, offer.deposit_digits),
            country=ISO3[offer.country],
            provider=offer.code,
            phone=wanted.payer.account_details.phone_number,
            created=self.world.clock.now(),
            client_reference=wanted.client_reference_id,
            message=wanted.customer_message,
            metadata=wanted.metadata,
            back=wanted.successful_url,
            away=wanted.failed_url,
        )
        self._take(movement)
        self._let_payer_decide(movement, offer, wanted.pre_authorisation_code)
        return movement.begun()

    def payout(self, wanted: NewPayout, mode: str) -> dict[str, Any]:
        """Take a payout, reserve its money, and settle it."""
        check_common(wanted.payout_id, wanted.customer_message, wanted.metadata)
        if known := self.find(PAYOUT, wanted.payout_id):
            return known.ignored()
        offer = offer_for(wanted.recipient, wanted.currency)
        movement = Movement(
            kind=PAYOUT,
            id=wanted.payout_id,
            mode=mode,
            money=read_amount(wanted.amount, wanted.currency, offer.payout_digits),
            country=ISO3[offer.country],
            provider=offer.code,
            phone=wanted.recipient.account_details.phone_number,
            created=self.world.clock.now(),
            client_reference=wanted.client_reference_id,
            message=wanted.customer_message,
            metadata=wanted.metadata,
        )
        self._reserve(movement.money)
        self._take(movement)
        self._settle(movement, self._fate(movement) or Fate("COMPLETED", None))
        return movement.begun()

    def refund(self, wanted: NewRefund, mode: str) -> dict[str, Any]:
        """Take a refund of what a deposit has left, and settle it."""
        check_common(wanted.refund_id, "", wanted.metadata)
        if known := self.find(REFUND, wanted.refund_id):
            return known.ignored()
        deposit = self.find(DEPOSIT, wanted.deposit_id)
        if deposit is None or deposit.mode != mode:
            raise Rejected("NOT_FOUND", "There is no such deposit.")
        earlier = [other for other in self.movements.values() if other.deposit_id == deposit.id]
        money = refundable(deposit, earlier, wanted)
        self._reserve(money)
        movement = Movement(
            kind=REFUND,
            id=wanted.refund_id,
            mode=mode,
            money=money,
            country=deposit.country,
            provider=deposit.provider,
            phone=deposit.phone,
            created=self.world.clock.now(),
            deposit_id=deposit.id,
            client_reference=wanted.client_reference_id,
            metadata=wanted.metadata,
        )
        self._take(movement)
        self._settle(movement, Fate("COMPLETED", None))
        return movement.begun()

    def open_page(self, wanted: NewPage, mode: str) -> dict[str, str]:
        """Make a page; nothing is known under its id until the customer presses a button."""
        check_common(wanted.deposit_id, wanted.customer_message, wanted.metadata)
        offers = offers_in(wanted.country, wanted.amount_details.currency)
        digits = max(offer.deposit_digits for offer in offers)
        money = read_amount(wanted.amount_details.amount, wanted.amount_details.currency, digits)
        page = Page(wanted=wanted, mode=mode, money=money, made_at=self.world.clock.now())
        self.pages.setdefault(wanted.deposit_id, page)
        return {"redirectUrl": f"{self.world.url}/page/{wanted.deposit_id}"}

    def open_until_decided(self, key: str) -> Page | None:
        """Give a page that can still be used."""
        page = self.pages.get(key)
        fresh = page is not None and self.world.clock.now() < page.made_at + PAGE_LIFE
        return page if fresh and self.find(DEPOSIT, key) is None else None

    def decide_page(self, key: str, verdict: Verdict) -> str:
        """Hear what the customer did on a page, and say where to go back to; only the first time counts."""
        page = self.open_until_decided(key)
        if page is not None:
            wanted = page.wanted
            offer = offers_in(wanted.country, wanted.amount_details.currency)[0]
            movement = Movement(
                kind=DEPOSIT,
                id=key,
                mode=page.mode,
                money=page.money,
                country=wanted.country,
                provider=offer.code,
                phone=wanted.phone_number,
                created=self.world.clock.now(),
                message=wanted.customer_message,
                metadata=wanted.metadata,
            )
            self._take(movement)
            self._settle(movement, _fate_of(verdict))
        return _with_id(self.pages[key].wanted.return_url, key)

    async def decide(self, key: str, verdict: Verdict) -> Movement:
        """Hear what the payer did, on the phone or at the operator; only the first time counts."""
        movement = self.movements[DEPOSIT, key]
        if movement.status not in FINAL:
            self._settle(movement, _fate_of(verdict))
        return movement

    def find(self, kind: str, key: str) -> Movement | None:
        """Give what is known under an id."""
        return self.movements.get((kind, key))

    def resend(self, kind: str, key: str, mode: str) -> dict[str, Any]:
        """Send a callback again, of what is final."""
        movement = self._known(kind, key, mode)
        if movement.status not in FINAL:
            raise Rejected("INVALID_STATE", "It is not final yet.")
        self.callbacks.tell(movement)
        return {f"{kind}Id": key, "status": "ACCEPTED"}

    def fail_enqueued(self, kind: str, key: str, mode: str) -> dict[str, Any]:
        """Refuse to let go: nothing waits in a queue here."""
        self._known(kind, key, mode)
        raise Rejected("INVALID_STATE", "It is not enqueued.")

    def balances(self, country: str | None) -> list[dict[str, str]]:
        """Show what the wallet holds, once for each country's currency."""
        held = {
            (ISO3[offer.country], offer.currency): to_major(
                Money(self.wallet[offer.currency], offer.currency), digits=exponent(offer.currency)
            )
            for offer in OFFERS
            if country in {None, ISO3[offer.country]}
        }
        return [
            {"country": land, "balance": balance, "currency": code, "provider": ""}
            for (land, code), balance in held.items()
        ]

    def _known(self, kind: str, key: str, mode: str) -> Movement:
        movement = self.find(kind, key)
        if movement is None or movement.mode != mode:
            raise Rejected("NOT_FOUND", "There is no such transaction.")
        return movement

    def _reserve(self, money: Money) -> None:
        if self.wallet[money.currency] < money.minor:
            raise Rejected("PAWAPAY_WALLET_OUT_OF_FUNDS", "The wallet does not hold that much.")
        self.wallet[money.currency] -= money.minor

    def _take(self, movement: Movement) -> None:
        self.movements[movement.kind, movement.id] = movement
        self.world.book.write(
            Entry(
                kind=_KINDS[movement.kind],
                id=movement.id,
                reference=movement.id,
                money=movement.money,
                status=movement.status,
                charge_id=movement.deposit_id,
            )
        )

    def _let_payer_decide(self, movement: Movement, offer: Offer, code: str) -> None:
        if fate := self._fate(movement):
            self._settle(movement, fate)
        elif offer.auth is Auth.PREAUTH:
            good = self.world.handset.use_code(self.world.name, movement.phone, code)
            self._settle(movement, _fate_of(Verdict(approved=good)))
        elif offer.auth is Auth.REDIRECT:
            movement.authorization_url = f"{self.world.url}/pay/{movement.id}"
            self._move(movement, "PROCESSING")
            self.callbacks.tell(movement)
        else:
            self._prompt(movement)

    def _prompt(self, movement: Movement) -> None:
        async def heard(verdict: Verdict) -> None:
            await self.decide(movement.id, verdict)

        self._move(movement, "PROCESSING")
        self.world.handset.ask(
            provider=self.world.name,
            phone=movement.phone,
            text=f"{movement.provider}: {movement.message or 'pay'}?",
            money=movement.money,
            on_verdict=heard,
        )

    def _fate(self, movement: Movement) -> Fate | None:
        """Say what a number of the sandbox decides by itself; live money has no such numbers."""
        if movement.mode != "sandbox":
            return None
        return fates().get((movement.provider, movement.kind.upper(), movement.phone))

    def _settle(self, movement: Movement, fate: Fate) -> None:
        if fate.status not in FINAL:
            self._move(movement, "PROCESSING")
            return
        movement.failure_code = fate.code
        completed = fate.status == "COMPLETED"
        # A deposit's money comes into the wallet; what was reserved for anything else goes, or comes back.
        if completed is (movement.kind == DEPOSIT):
            self.wallet[movement.money.currency] += movement.money.minor
        self._move(movement, fate.status, moved=completed)
        self.callbacks.tell(movement)

    def _move(self, movement: Movement, status: str, *, moved: bool = False) -> None:
        movement.status = status
        self.world.book.change(movement.id, status, moved=moved)


def _fate_of(verdict: Verdict) -> Fate:
    if verdict.approved:
        return Fate("COMPLETED", None)
    return Fate("FAILED", verdict.reason or "PAYMENT_NOT_APPROVED")


def _with_id(url: str, key: str) -> str:
    parts = urlsplit(url)
    query = "&".join(filter(None, [parts.query, urlencode({"depositId": key})]))
    return urlunsplit(parts._replace(query=query))
