"""Everything the HTTP shell needs of the house, filled in by the container."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from zerofee.adapters.crypto.api_keys import KeyHasher
from zerofee.adapters.crypto.sealed_answers import SealedAnswers
from zerofee.application.accounts.log_in import LogIn
from zerofee.application.accounts.log_out import LogOut
from zerofee.application.accounts.refresh_session import RefreshSession
from zerofee.application.accounts.register import Register
from zerofee.application.accounts.request_code import RequestCode
from zerofee.application.accounts.verify_code import VerifyCode
from zerofee.application.apps.key_uses import KeyUses
from zerofee.application.apps.preview_route import PreviewRoute
from zerofee.application.apps.simulate_routes import SimulateRoutes
from zerofee.application.apps.validate_connection import ValidateConnection
from zerofee.application.apps.write_apps import WriteApps
from zerofee.application.apps.write_connections import WriteConnections
from zerofee.application.apps.write_keys import WriteKeys
from zerofee.application.apps.write_routes import WriteRoutes
from zerofee.application.checkout.expire_session import ExpireSession
from zerofee.application.checkout.offer_methods import OfferMethods
from zerofee.application.checkout.pay_session import PaySession
from zerofee.application.checkout.see_session import SeeSession
from zerofee.application.once import Once
from zerofee.application.payments.authenticate_payment import AuthenticatePayment
from zerofee.application.payments.cancel_payment import CancelPayment
from zerofee.application.payments.capture_payment import CapturePayment
from zerofee.application.payments.create_payment import CreatePayment
from zerofee.application.payments.open_session import OpenSession
from zerofee.application.payments.refund_payment import RefundPayment
from zerofee.application.payments.send_attempt import SendAttempt
from zerofee.application.reading import Reading
from zerofee.application.upkeep.come_back import ComeBack
from zerofee.application.upkeep.repair import Repair
from zerofee.application.wallets.cancel_withdrawal import CancelWithdrawal
from zerofee.application.wallets.state_wallet import StateWallet
from zerofee.application.wallets.withdraw import Withdraw
from zerofee.application.webhooks_in.apply_event import ApplyEvent
from zerofee.application.webhooks_in.receive_event import ReceiveEvent
from zerofee.application.webhooks_out.listen_at import ListenAt
from zerofee.application.webhooks_out.redeliver import Redeliver
from zerofee.application.webhooks_out.write_endpoints import WriteEndpoints
from zerofee.domain.budget import Budget
from zerofee.domain.ports.apps import Apps
from zerofee.domain.ports.audit import AuditLog
from zerofee.domain.ports.cache import Cache
from zerofee.domain.ports.checkouts import Checkouts
from zerofee.domain.ports.clock import Clock
from zerofee.domain.ports.inbox import Inbox
from zerofee.domain.ports.keys import Keys
from zerofee.domain.ports.ledger import Ledger
from zerofee.domain.ports.limits import Limits
from zerofee.domain.ports.operators import Operators
from zerofee.domain.ports.provider import Providers
from zerofee.domain.ports.showing import Showing
from zerofee.entrypoints.http.client_address import TrustedProxies
from zerofee.entrypoints.http.people import People
from zerofee.entrypoints.stores import AllOutbox

Hook = Callable[[], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpSettings:
    """
    The knobs of the shell, from the settings.

    `public_url` has no slash at its end. `production` adds HSTS. `max_body` is in bytes. `rate_limit` is the budget of
    a key or a person, `auth_rate_limit` that of an address where people log in.
    """

    public_url: str
    version: str
    rate_limit: Budget
    auth_rate_limit: Budget
    cors_origins: tuple[str, ...] = ()
    proxies: TrustedProxies = field(default_factory=TrustedProxies)
    production: bool = False
    max_body: int = 256 * 1024
    body_timeout_s: int = 15
    drain_s: int = 25


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountVerbs:
    """What people can do about their accounts."""

    register: Register
    log_in: LogIn
    request_code: RequestCode
    verify_code: VerifyCode
    refresh_session: RefreshSession
    log_out: LogOut


@dataclass(frozen=True, slots=True, kw_only=True)
class Managing:
    """What an app's people do with it, and what they are shown."""

    apps: Apps
    audit: AuditLog
    write_apps: WriteApps
    write_keys: WriteKeys
    write_connections: WriteConnections
    validate_connection: ValidateConnection
    write_routes: WriteRoutes
    preview_route: PreviewRoute
    simulate_routes: SimulateRoutes


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhooksIn:
    """What becomes of what providers tell us."""

    receive: ReceiveEvent
    apply: ApplyEvent
    inbox: Inbox


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhooksOut:
    """What apps are told, and what they can do about it."""

    outbox: AllOutbox
    write: WriteEndpoints
    redeliver: Redeliver
    listen_at: ListenAt
    sealed_answers: SealedAnswers


@dataclass(frozen=True, slots=True, kw_only=True)
class Wallets:
    """What an app has, and how it gets it out."""

    ledger: Ledger
    state: StateWallet
    withdraw: Withdraw
    cancel: CancelWithdrawal


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkout:
    """How a customer pays on a page."""

    open: OpenSession
    see: SeeSession
    pay: PaySession
    expire: ExpireSession
    offer: OfferMethods
    operators: Operators
    checkouts: Checkouts


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
    come_back: ComeBack
    reading: Reading
    repair: Repair
    once: Once
    send_attempt: SendAttempt
    showing: Showing
    keys: Keys
    hasher: KeyHasher
    clock: Clock
    people: People
    accounts: AccountVerbs
    managing: Managing
    webhooks_in: WebhooksIn
    webhooks: WebhooksOut
    wallets: Wallets
    checkout: Checkout
    key_uses: KeyUses
    providers: Providers
    cache: Cache
    limits: Limits
    ping: Hook
    start: Hook = nothing
    stop: Hook = nothing
    readiness: Readiness = field(default_factory=Readiness)
