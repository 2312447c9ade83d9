"""Sending a payout that was written down, and writing down what comes back."""

from dataclasses import dataclass

from zerofee.application.payments.send_attempt import SendAttempt
from zerofee.application.wallets.record_payout import KnownPayout, RecordPayout
from zerofee.domain.ports.provider import payout_order


@dataclass(frozen=True, slots=True)
class SendPayout:
    """
    Sends the payout that a committed plan opened, by the same way as every attempt of a payment.

    Once begun it is seen through, as there. It is never sent twice: what was not heard is asked for.
    """

    send_attempt: SendAttempt
    record_payout: RecordPayout

    async def __call__(self, known: KnownPayout) -> KnownPayout:
        """Send `known.attempt`, which the caller has just committed; give what is on disk in the end."""
        return await self.send_attempt.see_through(self._sent(known))

    async def _sent(self, known: KnownPayout) -> KnownPayout:
        order = payout_order(known.withdrawal, known.attempt)
        outcome = await self.send_attempt.called(known.attempt, lambda provider: provider.payout(order), order.operator)
        return await self.record_payout(known, outcome, asked=False)
