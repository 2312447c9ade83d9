"""The magic amounts: what the test provider answers to a charge, and what it says when asked later."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from zerofee.domain.failure import FailureCode
from zerofee.domain.next_action import Otp, Redirect, UssdPush
from zerofee.domain.outcome import (
    Absent,
    Accepted,
    ActionRequired,
    Authorized,
    Declined,
    NotSent,
    Outcome,
    Paid,
    Unknown,
)
from zerofee.domain.ports.provider import ChargeOrder
from zerofee.domain.wish import CaptureMode

RIGHT_CODE: Final = "123456"
# The name under which the page's verdict is kept with the attempt: the webhook brings it, and asking believes it.
PAGE_SAID: Final = "page_said"
MOST_TRIES: Final = 3
_CODE_LENGTH: Final = 6
_PHONE_TAKES: Final = timedelta(seconds=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """All that an answer may depend on; `page_url` writes where the customer approves or declines."""

    order: ChargeOrder
    now: datetime
    page_url: Callable[[ChargeOrder], str]


Line = Callable[[Scene], Outcome]


def succeed(scene: Scene) -> Outcome:
    """Take the money, or hold it for a payment that is captured by hand."""
    order = scene.order
    if order.capture is CaptureMode.MANUAL:
        return Authorized(order.money, _reference(order))
    return Paid(order.money, _reference(order))


def decline(code: FailureCode) -> Line:
    """Say no, for good."""
    return lambda scene: Declined(code, reference=_reference(scene.order))


def wrong_code(scene: Scene) -> Outcome:
    """Ask for the code again, or give up after the third wrong one."""
    left = MOST_TRIES - 1 - scene.order.tries
    if left <= 0:
        return Declined(FailureCode.AUTHENTICATION_FAILED, reference=_reference(scene.order))
    return _otp(scene, f"That code is wrong. Tries left: {left}.")


def _redirect(scene: Scene) -> Outcome:
    return ActionRequired(Redirect(scene.page_url(scene.order)), _reference(scene.order))


def _what_the_page_said(scene: Scene) -> Outcome:
    match scene.order.details.get(PAGE_SAID):
        case "approved":
            return succeed(scene)
        case "declined":
            return Declined(FailureCode.CUSTOMER_REJECTED, reference=_reference(scene.order))
        case _:
            return _redirect(scene)


def _push(scene: Scene) -> Outcome:
    action = UssdPush("Approve the payment on your phone.", "*123#")
    return ActionRequired(action, _reference(scene.order), ask_after_s=int(_PHONE_TAKES.total_seconds()))


def _ask_for_code(scene: Scene) -> Outcome:
    return _otp(scene, "Enter the code that was sent to your phone.")


def _otp(scene: Scene, message: str) -> Outcome:
    return ActionRequired(Otp(message, "*123*1#", _CODE_LENGTH), _reference(scene.order))


def _work(scene: Scene) -> Outcome:
    return Accepted(_reference(scene.order))


def _lose_answer(_: Scene) -> Outcome:
    return Unknown("the answer was lost")


def _say_nothing(_: Scene) -> Outcome:
    return Unknown("no answer")


def _know_nothing(_: Scene) -> Outcome:
    return Absent()


def _be_down(_: Scene) -> Outcome:
    return NotSent("the test provider is down")


def _after_two_seconds(end: Line) -> Line:
    return lambda scene: end(scene) if scene.now - scene.order.sent_at >= _PHONE_TAKES else _push(scene)


def _reference(order: ChargeOrder) -> str:
    return f"test_{order.provider_key}"


# fmt: off
# amount    to the charge                             when asked later
MAGIC: Final[Mapping[int, tuple[Line, Line]]] = {
    99999: (decline(FailureCode.DECLINED),           decline(FailureCode.DECLINED)),
    99998: (decline(FailureCode.INSUFFICIENT_FUNDS), decline(FailureCode.INSUFFICIENT_FUNDS)),
    44444: (_redirect,                               _what_the_page_said),
    77777: (_push,                                   _after_two_seconds(succeed)),
    77778: (_push,                                   _after_two_seconds(decline(FailureCode.CUSTOMER_REJECTED))),
    88888: (_ask_for_code,                           _ask_for_code),
    55555: (_work,                                   _say_nothing),
    50000: (_lose_answer,                            succeed),
    50001: (_lose_answer,                            _know_nothing),
    60000: (_be_down,                                _know_nothing),
}
# fmt: on


def line_for(minor: int) -> tuple[Line, Line]:
    """Find the two lines of an amount: any that is not magic succeeds at once."""
    return MAGIC.get(minor, (succeed, succeed))
