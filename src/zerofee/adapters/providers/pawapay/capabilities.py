"""What pawaPay can do, as tables."""

from typing import Final

from zerofee.adapters.providers.pawapay.operators import ISO3, OFFERS, Auth, operator_of
from zerofee.domain.capabilities import Capabilities, CredentialField, Flow, Operation, Step
from zerofee.domain.country import Country
from zerofee.domain.method import MOBILE_MONEY

_STEPS: Final = {Auth.PROVIDER: Step.USSD_PUSH, Auth.PREAUTH: Step.OTP, Auth.REDIRECT: Step.REDIRECT}


def _flow(country: Country) -> Flow:
    offers = [offer for offer in OFFERS if offer.country == country]
    return Flow(
        method=MOBILE_MONEY,
        # Any operator can also be paid on pawaPay's own page.
        steps=frozenset({Step.REDIRECT, *(_STEPS[offer.auth] for offer in offers)}),
        countries=frozenset({country}),
        currencies=frozenset(offer.currency for offer in offers),
        operators=frozenset(operator_of(offer.code) for offer in offers),
    )


CAPABILITIES: Final = Capabilities(
    provider_id="pawapay",
    name="pawaPay",
    flows=tuple(_flow(country) for country in sorted(ISO3)),
    operations=frozenset(
        {Operation.AUTHENTICATE, Operation.REFUND, Operation.PARTIAL_REFUND, Operation.PAYOUT},
    ),
    credentials=(
        CredentialField(name="api_token", label="API token"),
        CredentialField(name="signing_key", label="Private key for signed requests (PEM, P-256)", required=False),
        CredentialField(name="signing_key_id", label="Id of that key in the dashboard", secret=False, required=False),
    ),
    # The same id with the same body is answered DUPLICATE_IGNORED, for ever.
    idempotent_create=True,
    predicts_operator=True,
    # pawaPay's own rule: what is NOT_FOUND 15 minutes after it was sent has never arrived.
    absence_final_after_s=900,
)
