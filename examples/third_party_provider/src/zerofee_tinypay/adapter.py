"""Tinypay as a provider: each verb builds a call, sends it, and reads the reply."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from zerofee.adapters.http.exchange import Send, Silence, silent_outcome
from zerofee.adapters.provider_kind import Opening
from zerofee.domain.capabilities import Capabilities
from zerofee.domain.failure import FailureCode
from zerofee.domain.outcome import Outcome, Refused, Unknown
from zerofee.domain.ports.provider import (
    ChargeOrder,
    CredentialCheck,
    CredentialsUnproven,
    OperationOrder,
    PayoutOrder,
    Provider,
    ProviderEvent,
    RawEvent,
    RefundOrder,
)
from zerofee.domain.ports.vault import Secret
from zerofee_tinypay import requests, responses, webhooks
from zerofee_tinypay.capabilities import CAPABILITIES
from zerofee_tinypay.credentials import hints, read_credentials

_UNSUPPORTED: Final = Refused(FailureCode.UNSUPPORTED, "Tinypay cannot do this.")


@dataclass(frozen=True, slots=True)
class Tinypay:
    """One connection to Tinypay: its hosted page, and a look at what became of it."""

    account: requests.Account
    webhook_secret: Secret
    send: Send

    @property
    def capabilities(self) -> Capabilities:
        """Say what it can do."""
        return CAPABILITIES

    async def charge(self, order: ChargeOrder) -> Outcome:
        """Make a charge, which waits for its payer."""
        reply = await self.send(requests.create_charge(self.account, order))
        return silent_outcome(reply) if isinstance(reply, Silence) else responses.read_created(reply, order)

    async def ask(self, order: ChargeOrder) -> Outcome:
        """Look for the charge by our own reference."""
        reply = await self.send(requests.find_charge(self.account, order))
        return Unknown(reply.reason) if isinstance(reply, Silence) else responses.read_found(reply, order)

    async def authenticate(self, order: OperationOrder, code: str) -> Outcome:
        """Refuse: the page authenticates the payer."""
        return _UNSUPPORTED

    async def capture(self, order: OperationOrder) -> Outcome:
        """Refuse: nothing is ever held."""
        return _UNSUPPORTED

    async def cancel(self, order: OperationOrder) -> Outcome:
        """Refuse: there is no such call."""
        return _UNSUPPORTED

    async def refund(self, order: RefundOrder) -> Outcome:
        """Refuse: there is no such call."""
        return _UNSUPPORTED

    async def ask_refund(self, order: RefundOrder) -> Outcome:
        """Refuse: there is nothing to ask about."""
        return _UNSUPPORTED

    async def payout(self, order: PayoutOrder) -> Outcome:
        """Refuse: there is no such call."""
        return _UNSUPPORTED

    async def ask_payout(self, order: PayoutOrder) -> Outcome:
        """Refuse: there is nothing to ask about."""
        return _UNSUPPORTED

    async def check(self) -> CredentialCheck:
        """Ask who we are."""
        reply = await self.send(requests.read_account(self.account))
        return CredentialsUnproven(reply.reason) if isinstance(reply, Silence) else responses.read_check(reply)

    async def read_event(self, raw: RawEvent, now: datetime) -> ProviderEvent:
        """Verify and translate one webhook."""
        return webhooks.read_event(raw, self.webhook_secret)


@dataclass(frozen=True, slots=True)
class TinypayKind:
    """What the entry point names."""

    @property
    def capabilities(self) -> Capabilities:
        """Say what it can do, and which credentials it needs."""
        return CAPABILITIES

    def open(self, opening: Opening) -> Provider:
        """Make the provider of one connection."""
        given = read_credentials(opening.credentials)
        base_url = (opening.base_url or requests.HOST).rstrip("/")
        account = requests.Account(base_url=base_url, api_key=given.api_key)
        return Tinypay(account=account, webhook_secret=given.webhook_secret, send=opening.send)

    def hints(self, credentials: Mapping[str, Secret]) -> Mapping[str, str]:
        """Say of each credential what may be shown."""
        return hints(credentials)


PROVIDER: Final = TinypayKind()
