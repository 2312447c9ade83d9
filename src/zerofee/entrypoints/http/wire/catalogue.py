"""What each provider can do, as the API shows it."""

from collections.abc import Iterable
from typing import Literal

import msgspec

from zerofee.domain.capabilities import Capabilities, CredentialField, Flow, Operation, Step
from zerofee.domain.scope import Environment


class LimitsBody(msgspec.Struct, frozen=True):
    """The least and the most of one payment, in the currency's minor unit; null is no bound."""

    min_amount: int | None
    max_amount: int | None


class FlowBody(msgspec.Struct, frozen=True, kw_only=True):
    """One way to pay. Null stands for any country, currency or operator."""

    payment_method: str
    steps: list[Step]
    countries: list[str] | None
    currencies: list[str] | None
    operators: list[str] | None
    limits: dict[str, LimitsBody]

    @classmethod
    def of(cls, flow: Flow) -> "FlowBody":
        """Show a flow, every set in alphabetical order."""
        return cls(
            payment_method=flow.method,
            steps=sorted(flow.steps),
            countries=_sorted(flow.countries),
            currencies=_sorted(flow.currencies),
            operators=_sorted(flow.operators),
            limits={
                code: LimitsBody(limits.least_minor, limits.most_minor) for code, limits in sorted(flow.limits.items())
            },
        )


class CredentialFieldBody(msgspec.Struct, frozen=True):
    """One value that connects an app to the provider."""

    name: str
    label: str
    secret: bool
    required: bool

    @classmethod
    def of(cls, field: CredentialField) -> "CredentialFieldBody":
        """Show a field."""
        return cls(field.name, field.label, field.secret, field.required)


class ProviderBody(msgspec.Struct, frozen=True, kw_only=True):
    """One provider: how it can be paid through, what else it does, and what it takes to connect it."""

    id: str
    object: Literal["provider"] = "provider"
    name: str
    environments: list[Environment]
    flows: list[FlowBody]
    payment_methods: list[str]
    countries: list[str] | None
    currencies: list[str] | None
    operations: list[Operation]
    credentials: list[CredentialFieldBody]

    @classmethod
    def of(cls, capabilities: Capabilities) -> "ProviderBody":
        """Show a provider."""
        flows = capabilities.flows
        return cls(
            id=capabilities.provider_id,
            name=capabilities.name,
            environments=sorted(capabilities.environments),
            flows=[FlowBody.of(flow) for flow in flows],
            payment_methods=sorted({flow.method for flow in flows}),
            countries=_all(flow.countries for flow in flows),
            currencies=_all(flow.currencies for flow in flows),
            operations=sorted(capabilities.operations),
            credentials=[CredentialFieldBody.of(field) for field in capabilities.credentials],
        )


def _sorted(values: frozenset[str] | None) -> list[str] | None:
    return None if values is None else sorted(values)


def _all(sets: Iterable[frozenset[str] | None]) -> list[str] | None:
    """Unite them; one that stands for anything makes the whole stand for anything."""
    united: set[str] = set()
    for values in sets:
        if values is None:
            return None
        united |= values
    return sorted(united)
