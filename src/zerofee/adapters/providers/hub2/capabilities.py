"""What Hub2 can do; what is not declared here is unsupported."""

from typing import Final

from zerofee.adapters.providers.hub2.operators import OPERATORS, Approach, Operator
from zerofee.domain.capabilities import Capabilities, CredentialField, Flow, Operation, Step
from zerofee.domain.method import MOBILE_MONEY

PROVIDER_ID: Final = "hub2"

_STEPS: Final = {
    Approach.PUSH: Step.USSD_PUSH,
    Approach.CODE_FIRST: Step.OTP,
    Approach.REDIRECT: Step.REDIRECT,
}


def _flow(operator: Operator) -> Flow:
    currency = operator.nation.currency
    return Flow(
        method=MOBILE_MONEY,
        steps=frozenset(_STEPS[approach] for approach in operator.approaches),
        countries=frozenset({operator.country}),
        currencies=frozenset({currency}),
        operators=frozenset(operator.names),
        limits={} if operator.payin is None else {currency: operator.payin},
    )


CAPABILITIES: Final = Capabilities(
    provider_id=PROVIDER_ID,
    name="Hub2",
    flows=tuple(_flow(operator) for operator in OPERATORS),
    # No refund, no cancel and no capture: Hub2 has no such calls.
    operations=frozenset({Operation.AUTHENTICATE, Operation.PAYOUT}),
    credentials=(
        CredentialField(name="api_key", label="API key"),
        CredentialField(name="merchant_id", label="Merchant id", secret=False),
        CredentialField(name="webhook_secret", label="Webhook secret", required=False),
        CredentialField(name="webhook_secret_previous", label="Previous webhook secret", required=False),
    ),
    # Hub2 has no idempotency key: an attempt that is sent twice is two prompts on the payer's phone.
    idempotent_create=False,
    # Nothing says how soon a lost attempt shows up in its intent, so the house's careful quarter of an hour.
    absence_final_after_s=900,
    call_timeout_s=20,
)
