"""What a connection's settings choose where Hub2's documents leave a choice or contradict themselves."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from zerofee.adapters.providers.hub2.operators import Approach, Operator
from zerofee.domain.scope import Environment

Settings = Mapping[str, str]


class NumberFormat(StrEnum):
    """How a phone number is written: `+225…`, `225…`, or without the country's code."""

    E164 = "e164"
    DIGITS = "digits"
    LOCAL = "local"


class BadSetting(Exception):
    """A setting that holds none of its values."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """How one payment goes: through whom, and how the payer agrees."""

    operator: Operator
    approach: Approach


def choose_approach(operator: Operator, settings: Settings) -> Approach:
    """Take what `workflow_<country>` says where the operator can do several; raise `BadSetting`."""
    name = f"workflow_{operator.country}"
    if len(operator.approaches) == 1 or name not in settings:
        return operator.approaches[0]
    for approach in operator.approaches:
        if settings[name] == approach:
            return approach
    raise BadSetting(f"The connection's setting {name} must be one of {', '.join(operator.approaches)}.")


def provider_value(operator: Operator, settings: Settings) -> str:
    """Give Hub2's word for an operator: the table's, or what `operator_<country>_<name>` says."""
    return settings.get(f"operator_{operator.country}_{operator.names[0]}", operator.value)


def msisdn(phone: str, operator: Operator, environment: Environment, settings: Settings) -> str:
    """
    Write a phone number (E.164) as Hub2 is told it; raise `BadSetting`.

    The form is `msisdn_format_<country>`, else `msisdn_format`, else E.164 with its `+`, but local in the sandbox,
    whose numbers have eight digits and no country.
    """
    default = NumberFormat.LOCAL if environment is Environment.SANDBOX else NumberFormat.E164
    wanted = settings.get(f"msisdn_format_{operator.country}", settings.get("msisdn_format", default))
    if wanted not in set(NumberFormat):
        raise BadSetting(f"The connection's setting msisdn_format must be one of {', '.join(NumberFormat)}.")
    match NumberFormat(wanted):
        case NumberFormat.E164:
            return phone
        case NumberFormat.DIGITS:
            return phone.removeprefix("+")
        case NumberFormat.LOCAL:
            return phone.removeprefix(f"+{operator.nation.calling_code}")


def is_of(phone: str, operator: Operator) -> bool:
    """Say whether a phone number (E.164) belongs to the operator's country."""
    return phone.startswith(f"+{operator.nation.calling_code}")
