"""The knobs that use cases turn by; the entrypoint fills them in from the settings."""

from dataclasses import dataclass, field
from datetime import timedelta

from zerofee.domain.asking import AskRules
from zerofee.domain.ids import PaymentId


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentRules:
    """
    How long things may take, and where a customer comes back to.

    `request_budget`: the time of one request, after which no further provider is tried. `default_expiry`: how long a
    payment waits that names no `expires_in`. `record_patience`: how long an outcome is tried to be written down while
    the storage is away.
    """

    public_url: str
    boot_id: str
    request_budget: timedelta = timedelta(seconds=30)
    default_expiry: timedelta = timedelta(days=1)
    record_patience: timedelta = timedelta(seconds=10)
    ask: AskRules = field(default_factory=AskRules)

    def return_url(self, payment_id: PaymentId) -> str:
        """Say where a redirected customer comes back to when the payment names no URL of its own."""
        return f"{self.public_url}/return/{payment_id}"
