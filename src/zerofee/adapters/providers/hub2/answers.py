"""The shapes of Hub2's answers, as much of them as is relied on; whatever else comes is let be."""

from typing import TypeVar

import msgspec

Shape = TypeVar("Shape")


class ActionLink(msgspec.Struct, frozen=True):
    """Where a redirection leads."""

    url: str | None = None
    method: str | None = None


class Action(msgspec.Struct, frozen=True):
    """What the customer must do: `redirection` or `otp`. Documents put the address in `data`, clients beside it."""

    type: str | None = None
    message: str | None = None
    url: str | None = None
    data: ActionLink | None = None


class FailureCause(msgspec.Struct, frozen=True):
    """Why a payment or a transfer failed."""

    code: str | None = None
    message: str | None = None


class PaymentAnswer(msgspec.Struct, frozen=True, rename="camel"):
    """One attempt on an intent."""

    id: str
    status: str
    amount: int | None = None
    currency: str | None = None
    next_action: Action | None = None
    failure: FailureCause | None = None


class IntentAnswer(msgspec.Struct, frozen=True, rename="camel"):
    """A whole intent with its attempts."""

    id: str
    status: str
    token: str | None = None
    purchase_reference: str | None = None
    amount: int | None = None
    currency: str | None = None
    mode: str | None = None
    payments: tuple[PaymentAnswer, ...] | None = None
    next_action: Action | None = None


class StatusAnswer(msgspec.Struct, frozen=True):
    """What a `/status` path tells."""

    status: str


class TransferAnswer(msgspec.Struct, frozen=True):
    """One transfer."""

    id: str
    status: str
    reference: str | None = None
    amount: int | None = None
    currency: str | None = None
    mode: str | None = None
    failure: FailureCause | None = None


class TransferPage(msgspec.Struct, frozen=True):
    """A list of transfers inside an object; how the documents wrap it is not known."""

    data: tuple[TransferAnswer, ...]


class BalanceAnswer(msgspec.Struct, frozen=True, rename="camel"):
    """The merchant's two accounts."""

    collection_account: tuple[msgspec.Raw, ...]
    transfer_account: tuple[msgspec.Raw, ...]


class ErrorAnswer(msgspec.Struct, frozen=True):
    """The standard error."""

    code: str | None = None
    message: str = ""


def decoded(body: bytes, shape: type[Shape]) -> Shape | None:
    """Read a body as one shape; `None` for what is not JSON or not of that shape."""
    try:
        return msgspec.json.decode(body, type=shape)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
