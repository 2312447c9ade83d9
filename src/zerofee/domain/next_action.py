"""What the customer must do before a payment can go on."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Redirect:
    """Open `url` in the customer's browser."""

    url: str


@dataclass(frozen=True, slots=True)
class UssdPush:
    """Approve the prompt on the customer's phone; `ussd_code` reaches it by hand."""

    message: str
    ussd_code: str | None = None


@dataclass(frozen=True, slots=True)
class Otp:
    """Hand the one-time code to `authenticate`; `ussd_code` is what the customer dials to get it."""

    message: str
    ussd_code: str | None = None
    length: int | None = None


@dataclass(frozen=True, slots=True)
class Display:
    """Show `message` to the customer; nothing comes back from it."""

    message: str


NextAction = Redirect | UssdPush | Otp | Display
