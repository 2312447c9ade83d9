"""One zerofee process, built by hand on memory adapters, and the world that outlives it when it dies."""

from dataclasses import dataclass, field, replace

from zerofee.adapters.carriers import Carriers
from zerofee.adapters.memory.clock import CountingIds, ToldClock
from zerofee.adapters.memory.store import MemoryStore
from zerofee.adapters.routing_tables import RememberedRouting
from zerofee.adapters.watching import SharedWatch
from zerofee.application.bookkeeping import Bookkeeping
from zerofee.application.once import Once
from zerofee.application.payments.authenticate_payment import AuthenticatePayment
from zerofee.application.payments.cancel_payment import CancelPayment
from zerofee.application.payments.capture_payment import CapturePayment
from zerofee.application.payments.charged import Charged
from zerofee.application.payments.create_payment import CreatePayment
from zerofee.application.payments.noting import Noting
from zerofee.application.payments.open_session import OpenSession
from zerofee.application.payments.operate import Operate
from zerofee.application.payments.record_outcome import RecordOutcome
from zerofee.application.payments.refund_payment import RefundPayment
from zerofee.application.payments.route_order import RouteOrder
from zerofee.application.payments.send_attempt import SendAttempt
from zerofee.application.publishing import Publishing
from zerofee.application.rules import PaymentRules, WithdrawalRules
from zerofee.application.upkeep.expire import Expire
from zerofee.application.upkeep.recover import Recover
from zerofee.application.wallets.cancel_withdrawal import CancelWithdrawal
from zerofee.application.wallets.record_payout import RecordPayout
from zerofee.application.wallets.send_due import SendDue
from zerofee.application.wallets.send_payout import SendPayout
from zerofee.application.wallets.settle_balances import SettleBalances
from zerofee.application.wallets.withdraw import Withdraw
from zerofee.domain.attempt import Attempt
from zerofee.domain.change_set import ChangeSet, Insert
from zerofee.domain.checkout import CheckoutSession
from zerofee.domain.connection import Connection
from zerofee.domain.event import Event
from zerofee.domain.ids import ConnectionId, PaymentId, RouteId
from zerofee.domain.payment import Payment
from zerofee.domain.ports.provider import Providers
from zerofee.domain.ports.showing import Shown
from zerofee.domain.ports.store import Commit, Reads, RoutingTables
from zerofee.domain.ports.views import EventFilter, PageOf
from zerofee.domain.ports.work import Work
from zerofee.domain.routing import Route
from zerofee.entrypoints.stores import AllBooks
from zerofee.testing.builders import SCOPE, a_connection, a_route, an_app, capabilities
from zerofee.testing.scripted_provider import ScriptedProvider, ScriptedProviders, scripted

SECOND = "second"


class PlainShowing:
    """Shows an object by what a test wants to know of it."""

    def show(self, shown: Shown) -> bytes:
        return f"{shown.id} {shown.status} {shown.version}".encode()

    def show_session(self, session: CheckoutSession, payment: Payment) -> bytes:
        return f"{session.id} {self.show_on_page(payment).decode()}".encode()

    def show_on_page(self, payment: Payment) -> bytes:
        return f"{payment.id} {payment.status}".encode()


@dataclass(slots=True)
class World:
    """What is there whichever process runs: the storage, the time, and the providers."""

    store: MemoryStore = field(default_factory=MemoryStore)
    clock: ToldClock = field(default_factory=ToldClock)
    ids: CountingIds = field(default_factory=CountingIds)
    providers: ScriptedProviders = field(
        default_factory=lambda: scripted(capabilities(), capabilities(provider_id=SECOND, name="Second"))
    )

    @property
    def provider(self) -> ScriptedProvider:
        """The first one that payments are tried at."""
        return self.providers.providers["scripted"]

    @property
    def second(self) -> ScriptedProvider:
        """The one that payments are tried at next."""
        return self.providers.providers[SECOND]

    async def furnish(self, *, retry_declined: bool = False) -> "World":
        """Write an app with a connection to each provider, and a route to each in its turn."""
        connections = [self._connection(provider_id) for provider_id in sorted(self.providers.providers)]
        routes = [self._route(connection, turn, retry_declined) for turn, connection in enumerate(connections, start=1)]
        await self.store.commit(
            ChangeSet((Insert(an_app()), *(Insert(c) for c in connections), *(Insert(r) for r in routes)))
        )
        return self

    def _connection(self, provider_id: str) -> Connection:
        return a_connection(id=self.ids.new(ConnectionId), provider_id=provider_id)

    def _route(self, connection: Connection, turn: int, retry_declined: bool) -> Route:
        route = a_route(connection_id=connection.id, priority=turn, retry_declined=retry_declined)
        return replace(route, id=RouteId(route.id[:-1] + str(turn)))

    async def events(self, subject_id: str) -> list[Event]:
        """List what was told of an object, oldest first."""
        listed = await self.store.views.events(SCOPE, EventFilter(subject_id=subject_id), PageOf(limit=100))
        return sorted(listed.items, key=lambda event: event.sequence)

    async def attempts(self, payment: Payment) -> tuple[Attempt, ...]:
        """List everything that was asked of providers for a payment."""
        return await self.store.reads.attempts(SCOPE, payment.id)

    async def payment(self, payment_id: PaymentId) -> Payment:
        """Read a payment as it is on disk."""
        return await self.store.reads.payment(SCOPE, payment_id)


@dataclass(slots=True)
class Process:
    """The verbs of one process, named by its boot id. A test may put other ports in the place of the world's."""

    world: World
    boot_id: str = "boot-1"
    commit: Commit | None = None
    reads: Reads | None = None
    tables: RoutingTables | None = None
    providers: Providers | None = None
    work: Work | None = None
    ledger: AllBooks | None = None
    withdrawals: WithdrawalRules = field(default_factory=WithdrawalRules)

    once: Once = field(init=False)
    record_outcome: RecordOutcome = field(init=False)
    send_attempt: SendAttempt = field(init=False)
    create: CreatePayment = field(init=False)
    authenticate: AuthenticatePayment = field(init=False)
    capture: CapturePayment = field(init=False)
    cancel: CancelPayment = field(init=False)
    refund: RefundPayment = field(init=False)
    withdraw: Withdraw = field(init=False)
    cancel_withdrawal: CancelWithdrawal = field(init=False)
    send_withdrawals: SendDue = field(init=False)
    settle_balances: SettleBalances = field(init=False)
    recover: Recover = field(init=False)
    expire: Expire = field(init=False)

    def __post_init__(self) -> None:
        """Build every verb."""
        world, showing = self.world, PlainShowing()
        clock, ids = world.clock, world.ids
        rules = PaymentRules(public_url="https://pay.example", boot_id=self.boot_id)
        commit, reads = self.commit or world.store.commit, self.reads or world.store.reads
        providers = self.providers or world.providers
        watch = SharedWatch(stopwatch=lambda: world.clock.now().timestamp())
        tables = self.tables or RememberedRouting(world.store.reads, world.providers, watch=watch)
        ledger = self.ledger or world.store.ledger
        bookkeeping = Bookkeeping(ledger, tables, ledger, ids)
        publishing = Publishing(showing, ids, bookkeeping)
        self.once = once = Once(commit, reads)
        self.record_outcome = record = RecordOutcome(commit, reads, providers, publishing, showing, clock, ids, rules)
        self.send_attempt = send = SendAttempt(providers, tables, record, rules, Noting(watch))
        opening = OpenSession(providers, once, publishing, record, showing, clock, ids, rules)
        routing = RouteOrder(tables, Carriers())
        self.create = CreatePayment(
            routing, providers, once, publishing, showing, record, send, clock, ids, rules, opening
        )
        operate = Operate(reads, once, publishing, showing, record, send, clock, rules)
        charged = Charged(providers)
        self.authenticate = AuthenticatePayment(operate, charged)
        self.capture = CapturePayment(operate, charged)
        self.cancel = CancelPayment(operate, charged, rules)
        self.refund = RefundPayment(operate, charged, ids)
        work = self.work or world.store.work
        record_payout = RecordPayout(record, ledger, publishing, showing)
        send_payout = SendPayout(send, record_payout)
        self.withdraw = Withdraw(
            ledger, tables, providers, Carriers(), once, publishing, showing, send_payout, clock, ids, self.withdrawals
        )
        self.cancel_withdrawal = CancelWithdrawal(ledger, once, publishing, showing, clock)
        self.send_withdrawals = SendDue(work, ledger, tables, commit, send_payout)
        self.settle_balances = SettleBalances(work, ledger, ledger, commit, bookkeeping, clock, ids)
        self.recover = Recover(work, record, send, record_payout, clock)
        self.expire = Expire(work, operate, charged, clock, rules)

    async def upkeep(self, seconds: int, step_s: int = 5) -> None:
        """Let time pass, and do what is due at each step, as the worker does."""
        for _ in range(0, seconds, step_s):
            self.world.clock.advance(step_s)
            await self.world.store.work.beat(self.boot_id, self.world.clock.now())
            await self.recover.orphans()
            await self.recover.due()
            await self.expire.due()
            await self.send_withdrawals()
            await self.settle_balances.mature()
            await self.settle_balances.repay()
