"""The knobs that use cases turn by; the entrypoint fills them in from the settings."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from zerofee.domain.asking import AskRules
from zerofee.domain.currency import Currency
from zerofee.domain.ids import PaymentId
from zerofee.domain.withdrawing import WithdrawalLimit


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


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountRules:
    """
    Who may log in, and how often what may be tried within an hour.

    `requests_an_hour` and `tries_an_hour` are for codes of one account, `an_hour_from_one_address` bounds each of
    the two for one network address. Source: reliability rules AUT-3.
    """

    require_verified_email: bool = False
    requests_an_hour: int = 5
    tries_an_hour: int = 15
    an_hour_from_one_address: int = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawalRules:
    """How long a withdrawal waits before it is sent, in which time it can be cancelled, and how much may leave."""

    delay: timedelta = timedelta(0)
    limits: Mapping[Currency, WithdrawalLimit] = field(default_factory=dict)
