"""What Tinypay can do, as data; what is not declared is unsupported."""

from typing import Final

from zerofee.domain.capabilities import Capabilities, CredentialField, Flow, Step
from zerofee.domain.currency import Currency
from zerofee.domain.method import CARD

CAPABILITIES: Final = Capabilities(
    provider_id="tinypay",
    name="Tinypay",
    flows=(
        Flow(
            method=CARD,
            steps=frozenset({Step.REDIRECT}),
            currencies=frozenset({Currency("EUR"), Currency("USD"), Currency("XOF")}),
        ),
    ),
    # No refund, no capture and no cancel yet: each needs its verb in the adapter.
    operations=frozenset(),
    credentials=(
        CredentialField(name="api_key", label="API key"),
        CredentialField(name="webhook_secret", label="Webhook secret"),
    ),
    idempotent_create=True,
)
