"""The settings as the rules that use cases turn by."""

from datetime import timedelta
from typing import Final

from zerofee.application.rules import AccountRules, PaymentRules, WithdrawalRules
from zerofee.domain.asking import AskRules
from zerofee.domain.currency import Currency, UnknownCurrency, currency
from zerofee.domain.delivery import DeliveryRules
from zerofee.domain.withdrawing import WithdrawalLimit
from zerofee.entrypoints.settings import PREFIX, Settings, SettingsRefused

_LIMITS: Final = f"{PREFIX}WITHDRAWAL_LIMITS"


def payments(settings: Settings, boot_id: str) -> PaymentRules:
    """Say how long payments may take."""
    return PaymentRules(
        public_url=settings.public_url,
        boot_id=boot_id,
        request_budget=timedelta(seconds=settings.request_budget),
        ask=AskRules(delays_s=settings.ask_delays),
    )


def accounts(settings: Settings) -> AccountRules:
    """Say who may log in, and how often codes may be asked for and tried."""
    requests, tries, from_one_address = settings.otp_limits
    return AccountRules(
        require_verified_email=settings.verified_email_required,
        requests_an_hour=requests,
        tries_an_hour=tries,
        an_hour_from_one_address=from_one_address,
    )


def withdrawals(settings: Settings) -> WithdrawalRules:
    """
    Say when withdrawals go out, and how much at most.

    Raises `SettingsRefused` for a limit in what is no currency, and for two limits in one.
    """
    limits = dict(map(_limit, settings.withdrawal_limits))
    if len(limits) < len(settings.withdrawal_limits):
        raise SettingsRefused((f"{_LIMITS}: one currency has two limits; leave one out.",))
    return WithdrawalRules(delay=timedelta(seconds=settings.withdrawal_delay), limits=limits)


def deliveries(settings: Settings) -> DeliveryRules:
    """Say when a delivery is tried again, and when an endpoint is given up."""
    return DeliveryRules(
        delays_s=settings.webhook_delays, disable_after=timedelta(seconds=settings.webhook_disable_after)
    )


def idempotency(settings: Settings) -> timedelta:
    """Say how long a key is remembered."""
    return timedelta(seconds=settings.idempotency_ttl)


def _limit(cap: str) -> tuple[Currency, WithdrawalLimit]:
    code, once_minor, day_minor = cap.split(":")
    try:
        known = currency(code)
    except UnknownCurrency as fault:
        raise SettingsRefused((f"{_LIMITS}: {code} is no currency. See .env.example for its form.",)) from fault
    return known, WithdrawalLimit(once_minor=_bound(once_minor), day_minor=_bound(day_minor))


def _bound(minor: str) -> int | None:
    return int(minor) if minor else None
