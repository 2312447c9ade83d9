"""What we can do at Stripe, as tables: the flow, the operations, and how Stripe counts each currency."""

from collections.abc import Mapping
from typing import Final

from zerofee.domain.capabilities import Capabilities, CredentialField, Flow, Limits, Operation, Step
from zerofee.domain.currency import Currency
from zerofee.domain.method import CARD
from zerofee.domain.money import from_units

# Stripe's exponents, which are not ISO's: MGA has two digits there and none here, ISK has none there and two here.
# UGX stands in Stripe's zero-decimal list and among its two-decimal special cases; a wrong guess is a factor of a
# hundred, so it is left out until a sandbox has settled it.
# Source: docs.stripe.com, "Supported currencies"; docs/providers/stripe.md, "Amounts".
_CODES: Final[Mapping[int, str]] = {
    0: "BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF VND VUV XAF XOF XPF",
    2: """
        AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BRL BSD BWP BYN BZD
        CAD CDF CHF CNY COP CRC CVE CZK DKK DOP DZD EGP ETB EUR FJD FKP GBP GEL GIP GMD
        GTQ GYD HKD HNL HTG HUF IDR ILS INR ISK JMD KES KGS KHR KYD KZT LAK LBP LKR LRD
        LSL MAD MDL MKD MMK MNT MOP MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD PAB
        PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SEK SGD SHP SLE SOS SRD SZL THB
        TJS TOP TRY TTD TWD TZS UAH USD UYU UZS WST XCD XCG YER ZAR ZMW
    """,
    3: "BHD JOD KWD OMR TND",
}
DIGITS: Final[Mapping[Currency, int]] = {
    Currency(code): digits for digits, codes in _CODES.items() for code in codes.split()
}

# What an amount in Stripe's units must be a multiple of, where that is not 1: ISK, HUF and TWD in whole units only,
# and of three decimal digits the last one is always 0.
STEPS: Final[Mapping[Currency, int]] = {
    **{Currency(code): 100 for code in ("HUF", "ISK", "TWD")},
    **{Currency(code): 10 for code in _CODES[3].split()},
}

# Eight digits are the most "for most currencies"; these are sure to be among them. Of the least we know only that it
# is worth about half a dollar in the currency of the payout, which Stripe alone can say.
MOST_UNITS: Final = 99_999_999
_BOUNDED: Final = ("AUD", "CAD", "CHF", "EUR", "GBP", "NZD", "SGD", "USD")

CAPABILITIES: Final = Capabilities(
    provider_id="stripe",
    name="Stripe",
    flows=(
        Flow(
            method=CARD,
            steps=frozenset({Step.REDIRECT}),
            currencies=frozenset(DIGITS),
            limits={
                code: Limits(most_minor=from_units(MOST_UNITS, code, digits=DIGITS[code]).minor)
                for code in map(Currency, _BOUNDED)
            },
        ),
    ),
    operations=frozenset(
        {
            Operation.MANUAL_CAPTURE,
            Operation.PARTIAL_CAPTURE,
            Operation.CANCEL,
            Operation.SWEEP,
            Operation.REFUND,
            Operation.PARTIAL_REFUND,
        }
    ),
    credentials=(
        CredentialField(name="secret_key", label="Secret or restricted key (sk_… or rk_…)"),
        CredentialField(
            name="webhook_secret",
            label="Signing secret of the webhook endpoint (whsec_…); two with a space between while one is rolled",
            required=False,
        ),
    ),
    idempotent_create=True,
    absence_final_after_s=900,
    call_timeout_s=20,
)
