"""Everything the HTTP shell needs of the house, filled in by the container."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from zerofee.adapters.crypto.api_keys import KeyHasher
from zerofee.application.once import Once
from zerofee.application.payments.authenticate_payment import AuthenticatePayment
from zerofee.application.payments.cancel_payment import CancelPayment
from zerofee.application.payments.capture_payment import CapturePayment
from zerofee.application.payments.create_payment import CreatePayment
from zerofee.application.payments.refund_payment import RefundPayment
from zerofee.application.payments.send_attempt import SendAttempt
from zerofee.application.reading import Reading
from zerofee.domain.ports.cache import Cache
from zerofee.domain.ports.clock import Clock
from zerofee.domain.ports.keys import Keys
from zerofee.domain.ports.provider import Providers
from zerofee.domain.ports.showing import Showing

Hook = Callable[[], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpSettings:
    """
    The knobs of the shell, from the settings.

    `public_url` has no slash at its end. `production` adds HSTS. `max_body` is in bytes.
    """

    public_url: str
    version: str
    production: bool = False
    max_body: int = 256 * 1024
    body_timeout_s: int = 15
    drain_s: int = 25


@dataclass(slots=True)
class Readiness:
    """Whether new work is wanted; whoever is told to stop says so here first."""

    draining: bool = False


async def nothing() -> None:
    """Do nothing: the hook of a part that needs none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """
    The verbs, and the ports that the edge itself asks.

    `ping` returns when the database answers, and raises when it does not. `start` and `stop` open and close what
    the process holds; they run round everything else.
    """

    settings: HttpSettings
    create_payment: CreatePayment
    capture_payment: CapturePayment
    cancel_payment: CancelPayment
    authenticate_payment: AuthenticatePayment
    refund_payment: RefundPayment
    reading: Reading
    once: Once
    send_attempt: SendAttempt
    showing: Showing
    keys: Keys
    hasher: KeyHasher
    clock: Clock
    providers: Providers
    cache: Cache
    ping: Hook
    start: Hook = nothing
    stop: Hook = nothing
    readiness: Readiness = field(default_factory=Readiness)
