"""What there is and what each thing is made of: the only file that knows dependency-injector."""

from dependency_injector.containers import DeclarativeContainer
from dependency_injector.providers import Dependency, Object, Singleton

from zerofee.adapters.carriers import Carriers
from zerofee.adapters.crypto.access_tokens import JwtAccessTokens
from zerofee.adapters.crypto.api_keys import KeyHasher
from zerofee.adapters.crypto.codes import HashedCodes
from zerofee.adapters.crypto.endpoint_secrets import EnvelopeSigning
from zerofee.adapters.crypto.envelope import Envelopes
from zerofee.adapters.crypto.passwords import ArgonPasswords
from zerofee.adapters.crypto.refresh_tokens import DerivedRefreshTokens
from zerofee.adapters.crypto.sealed_answers import SealedAnswers
from zerofee.adapters.crypto.vault import EnvelopeVault
from zerofee.adapters.fee_rules import RememberedFeeRules
from zerofee.adapters.forgetting import ToldForgetting
from zerofee.adapters.http.client import Deadlines, HttpClient
from zerofee.adapters.phone_numbers import PhoneNumbers
from zerofee.adapters.provider_directory import ProviderDirectory, installed_kinds
from zerofee.adapters.remembered_endpoints import RememberedEndpoints
from zerofee.adapters.remembered_sessions import RememberedSessions
from zerofee.adapters.remembering import RememberedKeys
from zerofee.adapters.routing_tables import RememberedRouting
from zerofee.adapters.system import SystemClock, SystemIds
from zerofee.adapters.watching import SharedWatch, Tell
from zerofee.adapters.webhooks.addresses import AddressRules
from zerofee.adapters.webhooks.sender import HttpSender
from zerofee.application.accounts.begin_session import BeginSession
from zerofee.application.accounts.counting import Counting
from zerofee.application.accounts.log_in import LogIn
from zerofee.application.accounts.log_out import LogOut
from zerofee.application.accounts.refresh_session import RefreshSession
from zerofee.application.accounts.register import Register
from zerofee.application.accounts.request_code import RequestCode
from zerofee.application.accounts.send_letters import SendLetters
from zerofee.application.accounts.verify_code import VerifyCode
from zerofee.application.apps.audited import Audited
from zerofee.application.apps.key_uses import KeyUses
from zerofee.application.apps.ownership import Ownership
from zerofee.application.apps.preview_route import PreviewRoute
from zerofee.application.apps.simulate_routes import SimulateRoutes
from zerofee.application.apps.validate_connection import ValidateConnection
from zerofee.application.apps.write_apps import WriteApps
from zerofee.application.apps.write_connections import WriteConnections
from zerofee.application.apps.write_fees import WriteFees
from zerofee.application.apps.write_keys import IssueKey, WriteKeys
from zerofee.application.apps.write_routes import WriteRoutes
from zerofee.application.bookkeeping import Bookkeeping
from zerofee.application.checkout.expire_session import ExpireSession
from zerofee.application.checkout.offer_methods import OfferMethods
from zerofee.application.checkout.pay_session import PaySession
from zerofee.application.checkout.see_session import SeeSession
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
from zerofee.application.reading import Reading
from zerofee.application.upkeep.come_back import ComeBack
from zerofee.application.upkeep.expire import Expire
from zerofee.application.upkeep.reap import Reap
from zerofee.application.upkeep.recover import Recover
from zerofee.application.upkeep.repair import Repair
from zerofee.application.upkeep.rotate_keys import RotateKeys
from zerofee.application.upkeep.sweep import Sweep
from zerofee.application.upkeep.verify_audit import VerifyAudit
from zerofee.application.upkeep.verify_ledger import VerifyLedger
from zerofee.application.wallets.cancel_withdrawal import CancelWithdrawal
from zerofee.application.wallets.record_payout import RecordPayout
from zerofee.application.wallets.send_due import SendDue
from zerofee.application.wallets.send_payout import SendPayout
from zerofee.application.wallets.settle_balances import SettleBalances
from zerofee.application.wallets.state_wallet import StateWallet
from zerofee.application.wallets.withdraw import Withdraw
from zerofee.application.webhooks_in.apply_event import ApplyEvent
from zerofee.application.webhooks_in.receive_event import ReceiveEvent
from zerofee.application.webhooks_out.addressed_commit import AddressedCommit
from zerofee.application.webhooks_out.bell import Bell
from zerofee.application.webhooks_out.deliver import Deliver
from zerofee.application.webhooks_out.listen_at import ListenAt
from zerofee.application.webhooks_out.notices import Notices
from zerofee.application.webhooks_out.redeliver import Redeliver
from zerofee.application.webhooks_out.subscribe import Subscribe
from zerofee.application.webhooks_out.write_endpoints import WriteEndpoints
from zerofee.domain.health import BreakerRules
from zerofee.domain.ports.clock import Clock, Ids
from zerofee.entrypoints import rules_for
from zerofee.entrypoints.caches import open_cache
from zerofee.entrypoints.http.people import People
from zerofee.entrypoints.http.wire.endpoints import JsonEndpoints
from zerofee.entrypoints.http.wire.events import JsonEvents
from zerofee.entrypoints.http.wire.showing import JsonShowing
from zerofee.entrypoints.notifiers import open_notifier
from zerofee.entrypoints.redaction import redact
from zerofee.entrypoints.settings import Settings
from zerofee.entrypoints.stores import open_store
from zerofee.entrypoints.worker import Worker


def _boot_id(ids: Ids) -> str:
    return ids.key()


def _watch(settings: Settings, tell: Tell) -> SharedWatch:
    calls, fault_percent, span_s, open_s = settings.breaker
    rules = BreakerRules(calls=calls, fault_percent=fault_percent, span_s=span_s, open_s=open_s)
    return SharedWatch(rules, tell)


def _http(settings: Settings) -> HttpClient:
    return HttpClient(deadlines=Deadlines(whole=settings.provider_timeout), slots=settings.bulkhead)


def _sender(settings: Settings, clock: Clock) -> HttpSender:
    rules = AddressRules(
        https_only=settings.production,
        ports=frozenset(settings.outbound_ports),
        allow=settings.outbound_allow,
    )
    return HttpSender(rules, settings.webhook_timeout, clock)


class Container(DeclarativeContainer):
    """Read it as a table of contents: values, then makers, then verbs. Whoever makes one gives the `settings`."""

    settings = Dependency(instance_of=Settings)
    beside_server = Object(provides=False)
    clock = Singleton(SystemClock)
    ids = Singleton(SystemIds)
    boot_id = Singleton(_boot_id, ids)
    rules = Singleton(rules_for.payments, settings, boot_id)
    claims_kept = Singleton(rules_for.idempotency, settings)

    account_rules = Singleton(rules_for.accounts, settings)

    envelopes = Singleton(Envelopes, settings.provided.encryption_keys)
    vault = Singleton(EnvelopeVault, envelopes)
    store = Singleton(open_store, settings, vault, beside_server=beside_server)
    outbox = store.provided.outbox
    bell = Singleton(Bell)
    listening = Singleton(RememberedEndpoints, outbox)
    commit = Singleton(AddressedCommit, store.provided.commit, listening, bell, ids)
    reads = store.provided.reads
    views = store.provided.views
    work = store.provided.work
    inbox = store.provided.inbox
    apps = store.provided.apps
    audit = store.provided.audit
    hasher = Singleton(KeyHasher, settings.provided.api_key_pepper)
    issue_key = Singleton(IssueKey, hasher, ids)
    keys = Singleton(RememberedKeys, store.provided.keys)
    signing = Singleton(EnvelopeSigning, envelopes)
    sealed_answers = Singleton(SealedAnswers, envelopes)
    http = Singleton(_http, settings)
    kinds = Singleton(installed_kinds)
    directory = Singleton(
        ProviderDirectory,
        kinds=kinds,
        vault=vault,
        http=http,
        clock=clock,
        public_url=settings.provided.public_url,
        master=settings.provided.encryption_keys[0],
        base_urls=settings.provided.base_urls,
    )
    caching = Singleton(open_cache, settings, clock)
    watch = Singleton(_watch, settings, caching.provided.tell)
    tables = Singleton(RememberedRouting, reads, directory, watch=watch)
    forgetting = Singleton(ToldForgetting, keys, tables, caching.provided.tell, listening)
    showing = Singleton(JsonShowing)
    ledger = store.provided.ledger
    fee_rules = Singleton(RememberedFeeRules, ledger)
    bookkeeping = Singleton(Bookkeeping, ledger, tables, fee_rules, ids)
    publishing = Singleton(Publishing, showing, ids, bookkeeping)
    once = Singleton(Once, commit, reads)
    charged = Singleton(Charged, directory)
    record_outcome = Singleton(RecordOutcome, commit, reads, directory, publishing, showing, clock, ids, rules)
    noting = Singleton(Noting, watch)
    send_attempt = Singleton(SendAttempt, directory, tables, record_outcome, rules, noting)
    operate = Singleton(Operate, reads, once, publishing, showing, record_outcome, send_attempt, clock, rules)

    open_session = Singleton(OpenSession, directory, once, publishing, record_outcome, showing, clock, ids, rules)
    see_session = Singleton(SeeSession, store.provided.checkouts, reads)
    operators = Singleton(Carriers)
    pay_session = Singleton(
        PaySession, see_session, once, tables, publishing, record_outcome, send_attempt, operators, clock, rules
    )
    expire_session = Singleton(ExpireSession, see_session, operate, rules)
    offer_methods = Singleton(OfferMethods, tables, directory)
    create_payment = Singleton(
        CreatePayment,
        Singleton(RouteOrder, tables, operators),
        directory,
        once,
        publishing,
        showing,
        record_outcome,
        send_attempt,
        clock,
        ids,
        rules,
        open_session,
    )
    authenticate_payment = Singleton(AuthenticatePayment, operate, charged)
    capture_payment = Singleton(CapturePayment, operate, charged)
    cancel_payment = Singleton(CancelPayment, operate, charged, rules)
    refund_payment = Singleton(RefundPayment, operate, charged, ids)
    preview_route = Singleton(PreviewRoute, tables, ids)
    audited = Singleton(Audited, commit, audit, clock, ids)
    key_uses = Singleton(KeyUses, commit)
    write_apps = Singleton(WriteApps, audited, apps, forgetting, ids)
    write_keys = Singleton(WriteKeys, audited, issue_key, apps, forgetting)
    write_connections = Singleton(WriteConnections, audited, apps, directory, directory, vault, forgetting, ids)
    validate_connection = Singleton(ValidateConnection, apps, directory)
    write_routes = Singleton(WriteRoutes, audited, apps, reads, directory, forgetting, ids)
    simulate_routes = Singleton(SimulateRoutes, tables, views, write_routes, clock, ids)
    rotate_keys = Singleton(RotateKeys, apps, apps, audited, vault)
    verify_audit = Singleton(VerifyAudit, apps, audit)
    accounts = store.provided.accounts
    passwords = Singleton(ArgonPasswords)
    access_tokens = Singleton(JwtAccessTokens, settings.provided.jwt_secret, settings.provided.public_url)
    refresh_tokens = Singleton(DerivedRefreshTokens, settings.provided.jwt_secret)
    codes = Singleton(HashedCodes, settings.provided.jwt_secret)
    notifier = Singleton(open_notifier, settings)
    standings = Singleton(RememberedSessions, accounts)
    people = Singleton(People, access_tokens, standings, Singleton(Ownership, apps), clock)
    counting = Singleton(Counting, accounts, clock, account_rules)
    begin_session = Singleton(BeginSession, access_tokens, refresh_tokens, ids)

    register = Singleton(
        Register, accounts, commit, passwords, Singleton(PhoneNumbers), counting, clock, ids, account_rules
    )
    log_in = Singleton(LogIn, accounts, commit, passwords, begin_session, clock, account_rules)
    request_code = Singleton(RequestCode, accounts, commit, counting, clock, ids)
    verify_code = Singleton(VerifyCode, accounts, commit, passwords, codes, counting, begin_session, clock)
    refresh_session = Singleton(RefreshSession, accounts, commit, refresh_tokens, begin_session, standings, clock)
    log_out = Singleton(LogOut, accounts, commit, standings, clock)
    send_letters = Singleton(SendLetters, accounts, accounts, commit, codes, notifier, clock)

    reading = Singleton(Reading, reads, views)
    record_payout = Singleton(RecordPayout, record_outcome, ledger, publishing, showing)
    send_payout = Singleton(SendPayout, send_attempt, record_payout)
    payout_rules = Singleton(rules_for.withdrawals, settings)
    withdraw = Singleton(
        Withdraw, ledger, tables, directory, operators, once, publishing, showing, send_payout, clock, ids, payout_rules
    )
    cancel_withdrawal = Singleton(CancelWithdrawal, ledger, once, publishing, showing, clock)
    send_withdrawals = Singleton(SendDue, work, ledger, tables, commit, send_payout)
    settle_balances = Singleton(SettleBalances, work, ledger, ledger, commit, bookkeeping, clock, ids)
    state_wallet = Singleton(StateWallet, ledger, clock)
    write_fees = Singleton(WriteFees, audited, apps, ledger, ids)
    verify_ledger = Singleton(VerifyLedger, ledger)
    recover = Singleton(Recover, work, record_outcome, send_attempt, record_payout, clock)
    come_back = Singleton(ComeBack, inbox, record_outcome, recover, clock)
    apply_event = Singleton(ApplyEvent, inbox, commit, record_outcome, recover, clock)
    receive_event = Singleton(ReceiveEvent, inbox, commit, directory, apply_event, clock, ids, redact=Object(redact))
    repair = Singleton(Repair, recover, clock)
    sweep = Singleton(Sweep, apps, views, inbox, directory, record_outcome, recover, work, clock)
    expire = Singleton(Expire, work, operate, charged, clock, rules)
    reap = Singleton(Reap, work, clock, claims_kept)
    sender = Singleton(_sender, settings, clock)
    write_endpoints = Singleton(
        WriteEndpoints,
        endpoints=outbox,
        once=once,
        sender=sender,
        signing=signing,
        forgetting=forgetting,
        clock=clock,
        ids=ids,
    )
    listen_at = Singleton(
        ListenAt,
        audited=audited,
        apps=apps,
        endpoints=outbox,
        sender=sender,
        signing=signing,
        forgetting=forgetting,
        ids=ids,
    )
    redeliver = Singleton(
        Redeliver,
        endpoints=outbox,
        deliveries=outbox,
        once=once,
        showing=Singleton(JsonEndpoints),
        bell=bell,
        clock=clock,
        ids=ids,
    )
    deliver = Singleton(
        Deliver,
        outbox=outbox,
        endpoints=outbox,
        deliveries=outbox,
        commit=commit,
        sender=sender,
        signing=signing,
        showing=Singleton(JsonEvents),
        notices=Singleton(Notices, apps, accounts, ids),
        forgetting=forgetting,
        clock=clock,
        boot_id=boot_id,
        rules=Singleton(rules_for.deliveries, settings),
    )
    subscribe = Singleton(
        Subscribe,
        endpoints=outbox,
        outbox=outbox,
        commit=commit,
        deliver=deliver,
        forgetting=forgetting,
        bell=bell,
        clock=clock,
        ids=ids,
    )
    worker = Singleton(
        Worker,
        boot_id=boot_id,
        work=work,
        recover=recover,
        expire=expire,
        reap=reap,
        apply_event=apply_event,
        deliver=deliver,
        bell=bell,
        send_letters=send_letters,
        key_uses=key_uses,
        send_withdrawals=send_withdrawals,
        settle_balances=settle_balances,
        verify_ledger=verify_ledger,
        sweep=sweep,
        clock=clock,
    )
