"""Valid things to test with, each by default and with what a test changes: `a_payment(status=S.AUTHORIZED)`."""

from datetime import timedelta
from functools import partial
from typing import Final

from zerofee.adapters.memory.clock import START
from zerofee.domain.app import ApiKey, App, KeyKind
from zerofee.domain.attempt import Attempt, AttemptDraft, AttemptKind
from zerofee.domain.capabilities import Capabilities, Flow, Operation, Step
from zerofee.domain.connection import Connection
from zerofee.domain.country import Country
from zerofee.domain.currency import currency
from zerofee.domain.customer import Customer
from zerofee.domain.delivery import Delivery
from zerofee.domain.endpoint import WebhookEndpoint
from zerofee.domain.event import Event, EventType
from zerofee.domain.idempotency import claim
from zerofee.domain.ids import (
    AppId,
    AttemptId,
    CodeId,
    ConnectionId,
    DeliveryId,
    EndpointId,
    EventId,
    InboxId,
    KeyId,
    LetterId,
    PaymentId,
    RefundId,
    RouteId,
    SessionId,
    UserId,
    WithdrawalId,
)
from zerofee.domain.inbox import InboxEvent
from zerofee.domain.letter import Letter, LetterKind
from zerofee.domain.method import CARD, MOBILE_MONEY
from zerofee.domain.money import Money
from zerofee.domain.new_payment import NewPayment
from zerofee.domain.one_time_code import OneTimeCode
from zerofee.domain.ordering import Strategy
from zerofee.domain.payment import Payment
from zerofee.domain.refund import Refund
from zerofee.domain.routing import Candidate, Decision, Option, Route
from zerofee.domain.scope import Environment, Permission, Scope
from zerofee.domain.session import Session
from zerofee.domain.user import User
from zerofee.domain.wish import Wish
from zerofee.domain.withdrawal import Destination, Withdrawal

XOF: Final = currency("XOF")
SCOPE: Final = Scope(AppId("app_01KDVQ6R000000000000000000"), Environment.SANDBOX)
APP_ID: Final = SCOPE.app_id
CONNECTION_ID: Final = ConnectionId("con_01KDVQ6R000000000000000001")
PAYMENT_ID: Final = PaymentId("pay_01KDVQ6R000000000000000002")
ATTEMPT_ID: Final = AttemptId("att_01KDVQ6R000000000000000003")
REFUND_ID: Final = RefundId("ref_01KDVQ6R000000000000000004")
ROUTE_ID: Final = RouteId("rte_01KDVQ6R000000000000000005")
USER_ID: Final = UserId("usr_01KDVQ6R000000000000000006")
ENDPOINT_ID: Final = EndpointId("whe_01KDVQ6R000000000000000007")
PROVIDER_ID: Final = "scripted"

an_app = partial(App, id=APP_ID, owner_id=USER_ID, name="A shop", created_at=START, updated_at=START)
an_endpoint = partial(
    WebhookEndpoint,
    id=ENDPOINT_ID,
    scope=SCOPE,
    url="https://shop.example/hooks",
    created_at=START,
    updated_at=START,
)
a_connection = partial(
    Connection, id=CONNECTION_ID, scope=SCOPE, provider_id=PROVIDER_ID, created_at=START, updated_at=START
)
a_route = partial(Route, id=ROUTE_ID, scope=SCOPE, connection_id=CONNECTION_ID, created_at=START, updated_at=START)
capabilities = partial(
    Capabilities,
    provider_id=PROVIDER_ID,
    name="Scripted",
    flows=(
        Flow(method=MOBILE_MONEY, steps=frozenset(Step)),
        Flow(method=CARD, steps=frozenset({Step.NONE, Step.REDIRECT})),
    ),
    operations=frozenset(Operation),
    absence_final_after_s=0,
)
a_wish = partial(Wish, money=Money(5000, XOF), method=MOBILE_MONEY)
a_candidate = partial(Candidate, connection_id=CONNECTION_ID, provider_id=PROVIDER_ID, why="It can take the payment.")
a_decision = partial(
    Decision, strategy=Strategy.CONNECTION_ORDER, why="In order.", seed="seed", candidates=(a_candidate(),)
)
an_order = partial(
    NewPayment,
    scope=SCOPE,
    money=Money(5000, XOF),
    method=MOBILE_MONEY,
    customer=Customer(phone="+2250700000000"),
)
a_payment = partial(
    Payment,
    id=PAYMENT_ID,
    scope=SCOPE,
    money=Money(5000, XOF),
    method=MOBILE_MONEY,
    provider_id=PROVIDER_ID,
    decision=a_decision(),
    charge_id=ATTEMPT_ID,
    charges=1,
    attempts=1,
    news=1,
    expires_at=START + timedelta(days=1),
    created_at=START,
    updated_at=START,
)
a_charge = partial(
    Attempt,
    id=ATTEMPT_ID,
    scope=SCOPE,
    payment_id=PAYMENT_ID,
    kind=AttemptKind.CHARGE,
    number=1,
    connection_id=CONNECTION_ID,
    provider_id=PROVIDER_ID,
    money=Money(5000, XOF),
    provider_key="7f3a4d0e-0000-4000-8000-000000000001",
    digest="d" * 64,
    boot_id="boot-1",
    deadline_at=START + timedelta(seconds=20),
    ask_at=START + timedelta(seconds=22),
    started_at=START,
)
an_operation = partial(
    a_charge,
    id=AttemptId("att_01KDVQ6R000000000000000007"),
    kind=AttemptKind.CAPTURE,
    number=2,
    provider_key="7f3a4d0e-0000-4000-8000-000000000002",
)
a_refund = partial(
    Refund,
    id=REFUND_ID,
    scope=SCOPE,
    payment_id=PAYMENT_ID,
    money=Money(5000, XOF),
    provider_id=PROVIDER_ID,
    news=1,
    created_at=START,
    updated_at=START,
)
a_withdrawal = partial(
    Withdrawal,
    id=WithdrawalId("wdr_01KDVQ6R00000000000000000B"),
    scope=SCOPE,
    money=Money(3000, XOF),
    destination=Destination(phone="+2250700000000", country=Country("CI"), operator="orange"),
    connection_id=CONNECTION_ID,
    provider_id=PROVIDER_ID,
    attempts=1,
    news=1,
    created_at=START,
    updated_at=START,
)
a_draft = partial(
    AttemptDraft,
    id=AttemptId("att_01KDVQ6R000000000000000008"),
    provider_key="7f3a4d0e-0000-4000-8000-000000000003",
    boot_id="boot-1",
    deadline_at=START + timedelta(seconds=20),
)
a_claim = partial(claim, scope=SCOPE, key="key-1", operation="POST /v1/payments", fingerprint="f" * 64, now=START)

an_event = partial(
    Event,
    id=EventId("evt_01KDVQ6R000000000000000009"),
    scope=SCOPE,
    type=EventType.PAYMENT_CREATED,
    subject_id=PAYMENT_ID,
    sequence=1,
    data=b'{"object":"payment"}',
    created_at=START,
)
a_delivery = partial(
    Delivery,
    id=DeliveryId("whd_1"),
    scope=SCOPE,
    endpoint_id=ENDPOINT_ID,
    event_id=EventId("evt_1"),
    event_type=EventType.PAYMENT_CREATED,
    due_at=START,
    created_at=START,
    updated_at=START,
)
an_api_key = partial(
    ApiKey,
    id=KeyId("key_01KDVQ6R00000000000000000A"),
    scope=SCOPE,
    kind=KeyKind.SECRET,
    name="Backend",
    digest="e" * 64,
    pepper_id="p1",
    hint="sk_sand_…abcd",
    permissions=frozenset({Permission.PAYMENTS, Permission.REFUNDS}),
    created_at=START,
)
a_provider_event = partial(
    InboxEvent,
    id=InboxId("pev_01KDVQ6R000000000000000007"),
    scope=SCOPE,
    connection_id=CONNECTION_ID,
    provider_id=PROVIDER_ID,
    event_key="evt-1",
    type="charge.paid",
    our_reference=ATTEMPT_ID,
    due_at=START,
    created_at=START,
)

a_user = partial(User, id=USER_ID, email="ama@example.com", created_at=START, updated_at=START)
a_session = partial(
    Session,
    id=SessionId("ses_01KDVQ6R00000000000000000B"),
    user_id=USER_ID,
    digest="a" * 64,
    session_version=1,
    authenticated_at=START,
    expires_at=START + timedelta(days=30),
    created_at=START,
)
a_code = partial(
    OneTimeCode,
    id=CodeId("otp_01KDVQ6R00000000000000000C"),
    email="ama@example.com",
    user_id=USER_ID,
    expires_at=START + timedelta(minutes=5),
    created_at=START,
)
a_letter = partial(
    Letter,
    id=LetterId("let_01KDVQ6R00000000000000000D"),
    kind=LetterKind.ALREADY_REGISTERED,
    email="ama@example.com",
    due_at=START,
    created_at=START,
)


def an_option(connection: Connection | None = None, can: Capabilities | None = None) -> Option:
    """Give a connection with what its provider can do."""
    return Option(connection=connection or a_connection(), capabilities=can or capabilities())
