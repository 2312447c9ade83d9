"""What there is and what each thing is made of: the only file that knows dependency-injector."""

from datetime import timedelta

from dependency_injector.containers import DeclarativeContainer
from dependency_injector.providers import Dependency, Object, Singleton

from zerofee.adapters.crypto.access_tokens import JwtAccessTokens
from zerofee.adapters.crypto.api_keys import KeyHasher
from zerofee.adapters.crypto.codes import HashedCodes
from zerofee.adapters.crypto.envelope import Envelopes
from zerofee.adapters.crypto.passwords import ArgonPasswords
from zerofee.adapters.crypto.refresh_tokens import DerivedRefreshTokens
from zerofee.adapters.crypto.vault import EnvelopeVault
from zerofee.adapters.forgetting import ToldForgetting
from zerofee.adapters.http.client import Deadlines, HttpClient
from zerofee.adapters.phone_numbers import PhoneNumbers
from zerofee.adapters.provider_directory import ProviderDirectory, installed_kinds
from zerofee.adapters.remembered_sessions import RememberedSessions
from zerofee.adapters.remembering import RememberedKeys
from zerofee.adapters.routing_tables import RememberedRouting
from zerofee.adapters.system import SystemClock, SystemIds
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
from zerofee.application.apps.validate_connection import ValidateConnection
from zerofee.application.apps.write_apps import WriteApps
from zerofee.application.apps.write_connections import WriteConnections
from zerofee.application.apps.write_keys import IssueKey, WriteKeys
from zerofee.application.apps.write_routes import WriteRoutes
from zerofee.application.once import Once
from zerofee.application.payments.authenticate_payment import AuthenticatePayment
from zerofee.application.payments.cancel_payment import CancelPayment
from zerofee.application.payments.capture_payment import CapturePayment
from zerofee.application.payments.charged import Charged
from zerofee.application.payments.create_payment import CreatePayment
from zerofee.application.payments.operate import Operate
from zerofee.application.payments.record_outcome import RecordOutcome
from zerofee.application.payments.refund_payment import RefundPayment
from zerofee.application.payments.send_attempt import SendAttempt
from zerofee.application.publishing import Publishing
from zerofee.application.reading import Reading
from zerofee.application.rules import AccountRules, PaymentRules
from zerofee.application.upkeep.expire import Expire
from zerofee.application.upkeep.reap import Reap
from zerofee.application.upkeep.recover import Recover
from zerofee.application.upkeep.rotate_keys import RotateKeys
from zerofee.application.upkeep.verify_audit import VerifyAudit
from zerofee.domain.asking import AskRules
from zerofee.domain.ports.clock import Ids
from zerofee.entrypoints.caches import open_cache
from zerofee.entrypoints.http.people import People
from zerofee.entrypoints.http.wire.showing import JsonShowing
from zerofee.entrypoints.notifiers import open_notifier
from zerofee.entrypoints.settings import Settings
from zerofee.entrypoints.stores import open_store
from zerofee.entrypoints.worker import Worker


def _boot_id(ids: Ids) -> str:
    return ids.key()


def _rules(settings: Settings, boot_id: str) -> PaymentRules:
    return PaymentRules(
        public_url=settings.public_url,
        boot_id=boot_id,
        request_budget=timedelta(seconds=settings.request_budget),
        ask=AskRules(delays_s=settings.ask_delays),
    )


def _account_rules(settings: Settings) -> AccountRules:
    requests, tries, from_one_address = settings.otp_limits
    return AccountRules(
        require_verified_email=settings.verified_email_required,
        requests_an_hour=requests,
        tries_an_hour=tries,
        an_hour_from_one_address=from_one_address,
    )


def _http(settings: Settings) -> HttpClient:
    return HttpClient(deadlines=Deadlines(whole=settings.provider_timeout), slots=settings.bulkhead)


def _claims_kept(settings: Settings) -> timedelta:
    return timedelta(seconds=settings.idempotency_ttl)


class Container(DeclarativeContainer):
    """Read it as a table of contents: values, then makers, then verbs. Whoever makes one gives the `settings`."""

    settings = Dependency(instance_of=Settings)
    beside_server = Object(provides=False)
    clock = Singleton(SystemClock)
    ids = Singleton(SystemIds)
    boot_id = Singleton(_boot_id, ids)
    rules = Singleton(_rules, settings, boot_id)
    claims_kept = Singleton(_claims_kept, settings)

    account_rules = Singleton(_account_rules, settings)

    store = Singleton(open_store, settings, beside_server=beside_server)
    commit = store.provided.commit
    reads = store.provided.reads
    views = store.provided.views
    work = store.provided.work
    apps = store.provided.apps
    audit = store.provided.audit
    hasher = Singleton(KeyHasher, settings.provided.api_key_pepper)
    issue_key = Singleton(IssueKey, hasher, ids)
    keys = Singleton(RememberedKeys, store.provided.keys)
    vault = Singleton(EnvelopeVault, Singleton(Envelopes, settings.provided.encryption_keys))
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
    tables = Singleton(RememberedRouting, reads, directory)
    forgetting = Singleton(ToldForgetting, keys, tables, caching.provided.tell)
    showing = Singleton(JsonShowing)
    publishing = Singleton(Publishing, showing, ids)
    once = Singleton(Once, commit, reads)
    charged = Singleton(Charged, directory)
    record_outcome = Singleton(RecordOutcome, commit, reads, directory, publishing, showing, clock, ids, rules)
    send_attempt = Singleton(SendAttempt, directory, tables, record_outcome, rules)
    operate = Singleton(Operate, reads, once, publishing, showing, record_outcome, send_attempt, clock, rules)

    create_payment = Singleton(
        CreatePayment, tables, directory, once, publishing, showing, record_outcome, send_attempt, clock, ids, rules
    )
    authenticate_payment = Singleton(AuthenticatePayment, operate, charged)
    capture_payment = Singleton(CapturePayment, operate, charged)
    cancel_payment = Singleton(CancelPayment, operate, charged, rules)
    refund_payment = Singleton(RefundPayment, operate, charged, ids)
    preview_route = Singleton(PreviewRoute, tables, ids)
    audited = Singleton(Audited, commit, audit, clock, ids)
    key_uses = Singleton(KeyUses, commit)
    write_apps = Singleton(WriteApps, audited, apps, ids)
    write_keys = Singleton(WriteKeys, audited, issue_key, apps, forgetting)
    write_connections = Singleton(WriteConnections, audited, apps, directory, directory, vault, forgetting, ids)
    validate_connection = Singleton(ValidateConnection, apps, directory)
    write_routes = Singleton(WriteRoutes, audited, apps, reads, directory, forgetting, ids)
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
    recover = Singleton(Recover, work, record_outcome, send_attempt, clock)
    expire = Singleton(Expire, work, operate, charged, clock, rules)
    reap = Singleton(Reap, work, clock, claims_kept)
    worker = Singleton(
        Worker,
        boot_id=boot_id,
        work=work,
        recover=recover,
        expire=expire,
        reap=reap,
        send_letters=send_letters,
        key_uses=key_uses,
        clock=clock,
    )
