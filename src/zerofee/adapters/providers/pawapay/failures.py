"""Every failure code that pawaPay documents, in exactly one class each."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Final

from zerofee.domain.failure import FailureCode
from zerofee.domain.outcome import Cancelled, Declined, Refused, Unknown


class Class(Enum):
    """What a code says of the money: nothing was begun, the payer's side said no, it was let go, or nothing."""

    REFUSED = "refused"
    DECLINED = "declined"
    CANCELLED = "cancelled"
    UNSURE = "unsure"


@dataclass(frozen=True, slots=True)
class Meaning:
    """A code's class, our word for it, and a sentence where the word's own would mislead."""

    kind: Class
    code: FailureCode
    message: str = ""


_F = FailureCode
_CREDENTIALS: Final = Meaning(Class.REFUSED, _F.INVALID_CREDENTIALS)
_REQUEST: Final = Meaning(Class.REFUSED, _F.INVALID_REQUEST)
_UNSUPPORTED: Final = Meaning(Class.REFUSED, _F.UNSUPPORTED)
_DOWN: Final = Meaning(Class.REFUSED, _F.PROVIDER_UNAVAILABLE)
_REFUNDED: Final = Meaning(Class.REFUSED, _F.DUPLICATE, "The deposit is refunded in full already.")
_REFUNDING: Final = Meaning(
    Class.REFUSED, _F.PROVIDER_UNAVAILABLE, "Another refund of this payment is under way; try again when it is over."
)
_EMPTY: Final = Meaning(Class.REFUSED, _F.INSUFFICIENT_FUNDS, "The account's pawaPay wallet has not enough funds.")
_PAYER: Final = Meaning(Class.DECLINED, _F.INVALID_PAYER)
_FUNDS: Final = Meaning(Class.DECLINED, _F.INSUFFICIENT_FUNDS)
_LIMIT: Final = Meaning(Class.DECLINED, _F.LIMIT_EXCEEDED)
_BUSY: Final = Meaning(
    Class.DECLINED,
    _F.LIMIT_EXCEEDED,
    "The payer has another payment to approve; it may take ten minutes until a new one can be made.",
)
_NO_REASON: Final = Meaning(Class.DECLINED, _F.DECLINED)

# fmt: off
MEANINGS: Final[Mapping[str, Meaning]] = {
    # our set-up: the token, the key, or what the account may do
    "NO_AUTHENTICATION":                     _CREDENTIALS,
    "AUTHENTICATION_ERROR":                  _CREDENTIALS,
    "AUTHORISATION_ERROR":                   _CREDENTIALS,
    "HTTP_SIGNATURE_ERROR":                  _CREDENTIALS,
    "DEPOSITS_NOT_ALLOWED":                  _UNSUPPORTED,
    "PAYOUTS_NOT_ALLOWED":                   _UNSUPPORTED,
    "REFUNDS_NOT_ALLOWED":                   _UNSUPPORTED,
    "REMITTANCES_NOT_ALLOWED":               _UNSUPPORTED,
    # the request
    "INVALID_INPUT":                         _REQUEST,
    "MISSING_PARAMETER":                     _REQUEST,
    "UNSUPPORTED_PARAMETER":                 _REQUEST,
    "INVALID_PARAMETER":                     _REQUEST,
    "DUPLICATE_METADATA_FIELD":              _REQUEST,
    "INVALID_AMOUNT":                        _REQUEST,
    "AMOUNT_OUT_OF_BOUNDS":                  Meaning(Class.REFUSED, _F.LIMIT_EXCEEDED),
    "INVALID_CURRENCY":                      _UNSUPPORTED,
    "INVALID_PROVIDER":                      _UNSUPPORTED,
    "INVALID_PHONE_NUMBER":                  _PAYER,
    "PROVIDER_TEMPORARILY_UNAVAILABLE":      _DOWN,
    # payouts and refunds
    "PAWAPAY_WALLET_OUT_OF_FUNDS":           _EMPTY,
    "NOT_FOUND":                             _REQUEST,
    "INVALID_STATE":                         _REQUEST,
    "AMOUNT_TOO_LARGE":                      _REQUEST,
    "REFUND_IN_PROGRESS":                    _REFUNDING,
    "DEPOSIT_ALREADY_REFUNDED":              _REFUNDED,
    "MANUALLY_CANCELLED":                    Meaning(Class.CANCELLED, _F.DECLINED),
    # the payer, the recipient and their operator
    "PAYMENT_NOT_APPROVED":                  Meaning(Class.DECLINED, _F.CUSTOMER_REJECTED),
    "INSUFFICIENT_BALANCE":                  _FUNDS,
    "PAYMENT_IN_PROGRESS":                   _BUSY,
    "TRANSACTION_ALREADY_IN_PROCESS":        _BUSY,
    "PAYER_NOT_FOUND":                       _PAYER,
    "RECIPIENT_NOT_FOUND":                   _PAYER,
    "PAYER_LIMIT_REACHED":                   _LIMIT,
    "RECIPIENT_LIMIT_REACHED":               _LIMIT,
    "WALLET_LIMIT_REACHED":                  _LIMIT,
    "UNSPECIFIED_FAILURE":                   _NO_REASON,
    # nothing is said by it
    "UNKNOWN_ERROR":                         Meaning(Class.UNSURE, _F.UNKNOWN),
    # names of the first version, which still turn up
    "CORRESPONDENT_TEMPORARILY_UNAVAILABLE": _DOWN,
    "INVALID_PAYER_FORMAT":                  _PAYER,
    "INVALID_RECIPIENT_FORMAT":              _PAYER,
    "BALANCE_INSUFFICIENT":                  _FUNDS,
    "RECIPIENT_NOT_ALLOWED_TO_RECEIVE":      _LIMIT,
    "OTHER_ERROR":                           _NO_REASON,
    "ALREADY_REFUNDED":                      _REFUNDED,
    "DEPOSIT_NOT_COMPLETED":                 _REQUEST,
    "IN_PROGRESS":                           _REFUNDING,
}
# fmt: on
_MESSAGE_LENGTH: Final = 200


def rejected(code: str | None, said: str | None) -> Refused | Declined | Unknown:
    """
    Read what was refused at once. It is definite whatever the code, but for the one that says nothing is known.

    The provider's own sentence is kept only where it speaks of the request; a payer's data may stand in others.
    """
    meaning = MEANINGS.get(code or "", _REQUEST)
    match meaning.kind:
        case Class.UNSURE:
            return Unknown(f"rejected with {code}")
        case Class.DECLINED:
            return Declined(meaning.code, meaning.message, code)
        case Class.REFUSED | Class.CANCELLED:
            words = meaning.message or (said or "")[:_MESSAGE_LENGTH]
            return Refused(meaning.code, words, code)


def failed(code: str | None, reference: str) -> Declined | Cancelled:
    """Read why what was taken came to nothing; the status has said already that it did, whatever the code."""
    meaning = MEANINGS.get(code or "", _NO_REASON)
    if meaning.kind is Class.CANCELLED:
        return Cancelled(reference)
    kept = _NO_REASON.code if meaning.kind is Class.UNSURE else meaning.code
    return Declined(kept, meaning.message, code, reference=reference)
