"""What a provider can do, as data; what is not declared is unsupported."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from zerofee.domain.country import Country
from zerofee.domain.currency import Currency
from zerofee.domain.method import Method
from zerofee.domain.scope import Environment
from zerofee.domain.wish import CaptureMode, Wish


class Operation(StrEnum):
    """What can be asked of a provider besides a charge."""

    AUTHENTICATE = "authenticate"
    MANUAL_CAPTURE = "manual_capture"
    PARTIAL_CAPTURE = "partial_capture"
    CANCEL = "cancel"
    REFUND = "refund"
    PARTIAL_REFUND = "partial_refund"
    PAYOUT = "payout"
    SWEEP = "sweep"


class Step(StrEnum):
    """What a customer may have to do in a flow."""

    NONE = "none"
    REDIRECT = "redirect"
    USSD_PUSH = "ussd_push"
    OTP = "otp"


@dataclass(frozen=True, slots=True)
class Limits:
    """The least and the most that one payment may carry, in minor units; `None` is no bound."""

    least_minor: int | None = None
    most_minor: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """One way in which a provider takes payments. `None` stands for any country, currency or operator."""

    method: Method
    steps: frozenset[Step] = frozenset({Step.NONE})
    countries: frozenset[Country] | None = None
    currencies: frozenset[Currency] | None = None
    operators: frozenset[str] | None = None
    limits: Mapping[Currency, Limits] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class CredentialField:
    """One value that an app must give to connect; `secret` ones come back as hints only."""

    name: str
    label: str
    secret: bool = True
    required: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """
    Everything the rest of the house may know of a provider.

    `idempotent_create`: the same provider key and bytes may be sent again without a second charge.
    `absence_final_after_s`: how long after the call's deadline "no such thing" may still be untrue.
    `call_timeout_s`: the deadline of one call. `predicts_operator`: it finds out whose a phone number is by itself.
    """

    provider_id: str
    name: str
    flows: tuple[Flow, ...]
    operations: frozenset[Operation] = frozenset()
    environments: frozenset[Environment] = frozenset(Environment)
    credentials: tuple[CredentialField, ...] = ()
    idempotent_create: bool = False
    predicts_operator: bool = False
    absence_final_after_s: int = 900
    call_timeout_s: int = 20


def unsupported(capabilities: Capabilities, wish: Wish) -> str | None:
    """Say in one sentence why this provider cannot take the payment, or `None` when it can."""
    if wish.capture is CaptureMode.MANUAL and Operation.MANUAL_CAPTURE not in capabilities.operations:
        return f"{capabilities.name} cannot hold a payment for a later capture."
    flows = [flow for flow in capabilities.flows if flow.method == wish.method]
    if not flows:
        return f"{capabilities.name} does not take {wish.method}."
    reasons = [_misfit(flow, wish) for flow in flows]
    if None in reasons:
        return None
    return f"{capabilities.name} does not take {wish.method} {reasons[0]}."


def _misfit(flow: Flow, wish: Wish) -> str | None:
    if flow.currencies is not None and wish.money.currency not in flow.currencies:
        return f"in {wish.money.currency}"
    if flow.countries is not None and wish.country not in flow.countries:
        return "without a country" if wish.country is None else f"in {wish.country}"
    if flow.operators is not None and wish.operator is not None and wish.operator not in flow.operators:
        return f"from {wish.operator}"
    limits = flow.limits.get(wish.money.currency)
    return None if limits is None else _out_of(limits, wish.money.minor)


def _out_of(limits: Limits, minor: int) -> str | None:
    if limits.least_minor is not None and minor < limits.least_minor:
        return f"below {limits.least_minor}"
    if limits.most_minor is not None and minor > limits.most_minor:
        return f"above {limits.most_minor}"
    return None
