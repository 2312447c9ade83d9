"""What PayPal can do here, as tables, and how many decimal digits it counts."""

from typing import Final

from zerofee.domain.capabilities import Capabilities, CredentialField, Flow, Operation, Step
from zerofee.domain.currency import Currency
from zerofee.domain.method import PAYPAL

PROVIDER_ID: Final = "paypal"

# BRL, CNY and MYR work for accounts of that country only; PayPal itself refuses the others.
_CODES: Final = "AUD BRL CAD CHF CNY CZK DKK EUR GBP HKD HUF ILS JPY MXN MYR NOK NZD PHP PLN SEK SGD THB TWD USD"
CURRENCIES: Final[frozenset[Currency]] = frozenset(map(Currency, _CODES.split()))
# HUF and TWD have two digits in ISO 4217 and none at PayPal, so only whole ones can be paid.
WHOLE: Final[frozenset[Currency]] = frozenset(map(Currency, ("HUF", "JPY", "TWD")))

CAPABILITIES: Final = Capabilities(
    provider_id=PROVIDER_ID,
    name="PayPal",
    flows=(Flow(method=PAYPAL, steps=frozenset({Step.REDIRECT}), currencies=CURRENCIES),),
    operations=frozenset(
        {
            Operation.MANUAL_CAPTURE,
            Operation.PARTIAL_CAPTURE,
            Operation.CANCEL,
            Operation.REFUND,
            Operation.PARTIAL_REFUND,
        }
    ),
    credentials=(
        CredentialField(name="client_id", label="Client ID of the REST app", secret=False),
        CredentialField(name="client_secret", label="Secret of the REST app"),
        # PayPal gives it when the webhook's URL is saved there, and that URL is known once the connection exists.
        CredentialField(name="webhook_id", label="Webhook ID", secret=False, required=False),
    ),
    idempotent_create=True,
    # A capture can take many seconds, and its answer is worth waiting for.
    call_timeout_s=30,
)


def digits(currency: Currency) -> int:
    """Say how many decimal digits PayPal gives a currency, in requests and answers alike."""
    return 0 if currency in WHOLE else 2
