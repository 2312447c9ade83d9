"""Where a thing belongs, and the closed set of what a credential may do there."""

from dataclasses import dataclass
from enum import StrEnum

from zerofee.domain.ids import AppId


class Environment(StrEnum):
    """Play money or real money; the two never mix."""

    SANDBOX = "sandbox"
    LIVE = "live"


@dataclass(frozen=True, slots=True)
class Scope:
    """One app in one environment: nothing crosses it."""

    app_id: AppId
    environment: Environment


class Permission(StrEnum):
    """What a secret key may be allowed; `ALL` is every one of them."""

    PAYMENTS = "payments"
    REFUNDS = "refunds"
    CHECKOUT = "checkout"
    WEBHOOKS = "webhooks"
    WALLETS = "wallets"
    WITHDRAWALS = "withdrawals"
    ALL = "*"
