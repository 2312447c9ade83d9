"""A provider that moves no money and needs no network: the amount chooses what happens."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from zerofee.adapters.provider_kind import Opening
from zerofee.adapters.providers.test import payouts
from zerofee.adapters.providers.test.capabilities import CAPABILITIES
from zerofee.adapters.providers.test.page import HEADER, page_url, read_verdict
from zerofee.adapters.providers.test.script import PAGE_SAID, RIGHT_CODE, Scene, line_for, succeed, wrong_code
from zerofee.domain.capabilities import Capabilities
from zerofee.domain.outcome import Cancelled, Outcome, Paid
from zerofee.domain.ports.provider import (
    ChargeOrder,
    CredentialCheck,
    CredentialsAccepted,
    OperationOrder,
    PayoutOrder,
    Provider,
    ProviderEvent,
    RawEvent,
    RefundOrder,
)
from zerofee.domain.ports.vault import Secret


@dataclass(frozen=True, slots=True)
class TestKind:
    """The kind that the entry point `test` names."""

    __test__ = False

    @property
    def capabilities(self) -> Capabilities:
        return CAPABILITIES

    def open(self, opening: Opening) -> Provider:
        return TestProvider(opening)

    def hints(self, credentials: Mapping[str, Secret]) -> Mapping[str, str]:
        return {}


@dataclass(frozen=True, slots=True)
class TestProvider:
    """One connection to nowhere."""

    __test__ = False

    opening: Opening

    @property
    def capabilities(self) -> Capabilities:
        return CAPABILITIES

    async def charge(self, order: ChargeOrder) -> Outcome:
        return line_for(order.money.minor)[0](self._scene(order))

    async def ask(self, order: ChargeOrder) -> Outcome:
        return line_for(order.money.minor)[1](self._scene(order))

    async def authenticate(self, order: OperationOrder, code: str) -> Outcome:
        scene = self._scene(order.charge)
        return succeed(scene) if code == RIGHT_CODE else wrong_code(scene)

    async def capture(self, order: OperationOrder) -> Outcome:
        return Paid(order.money)

    async def cancel(self, order: OperationOrder) -> Outcome:
        return Cancelled()

    async def refund(self, order: RefundOrder) -> Outcome:
        return Paid(order.money, f"test_{order.provider_key}")

    async def ask_refund(self, order: RefundOrder) -> Outcome:
        return Paid(order.money, f"test_{order.provider_key}")

    async def payout(self, order: PayoutOrder) -> Outcome:
        return payouts.line_for(order.money.minor)[0](order)

    async def ask_payout(self, order: PayoutOrder) -> Outcome:
        return payouts.line_for(order.money.minor)[1](order)

    async def check(self) -> CredentialCheck:
        return CredentialsAccepted()

    async def read_event(self, raw: RawEvent, now: datetime) -> ProviderEvent:
        told = read_verdict(raw.body, raw.headers.get(HEADER, ""), self.opening.own_secret)
        said = "approved" if told.approved else "declined"
        return ProviderEvent(
            event_id=f"{told.attempt}:{said}",
            type=f"page.{said}",
            our_reference=told.attempt,
            details={PAGE_SAID: said},
        )

    def _scene(self, order: ChargeOrder) -> Scene:
        return Scene(order=order, now=self.opening.clock.now(), page_url=self._page_url)

    def _page_url(self, order: ChargeOrder) -> str:
        opening = self.opening
        return page_url(opening.public_url, opening.connection_id, order, opening.own_secret)


PROVIDER = TestKind()
