"""What there is and what each thing is made of: the only file that knows dependency-injector."""

from datetime import timedelta

from dependency_injector.containers import DeclarativeContainer
from dependency_injector.providers import Dependency, Object, Singleton

from zerofee.adapters.crypto.api_keys import KeyHasher
from zerofee.adapters.crypto.envelope import Envelopes
from zerofee.adapters.crypto.vault import EnvelopeVault
from zerofee.adapters.http.client import Deadlines, HttpClient
from zerofee.adapters.memory.cache import MemoryCache
from zerofee.adapters.provider_directory import ProviderDirectory, installed_kinds
from zerofee.adapters.remembering import RememberedKeys
from zerofee.adapters.routing_tables import RememberedRouting
from zerofee.adapters.system import SystemClock, SystemIds
from zerofee.application.apps.preview_route import PreviewRoute
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
from zerofee.application.rules import PaymentRules
from zerofee.application.upkeep.expire import Expire
from zerofee.application.upkeep.reap import Reap
from zerofee.application.upkeep.recover import Recover
from zerofee.domain.asking import AskRules
from zerofee.domain.ports.clock import Ids
from zerofee.entrypoints.http.wire.showing import JsonShowing
from zerofee.entrypoints.issuing import IssueKey
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

    store = Singleton(open_store, settings, beside_server=beside_server)
    commit = store.provided.commit
    reads = store.provided.reads
    views = store.provided.views
    work = store.provided.work
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
    cache = Singleton(MemoryCache, clock)
    tables = Singleton(RememberedRouting, reads, directory)
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
    reading = Singleton(Reading, reads, views)
    recover = Singleton(Recover, work, record_outcome, send_attempt, clock)
    expire = Singleton(Expire, work, operate, charged, clock, rules)
    reap = Singleton(Reap, work, clock, claims_kept)
    worker = Singleton(Worker, boot_id=boot_id, work=work, recover=recover, expire=expire, reap=reap, clock=clock)
