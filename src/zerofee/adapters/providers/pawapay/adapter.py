"""pawaPay as a provider: each verb builds a call, sends it, and reads the answer."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

from zerofee.adapters.http.exchange import HttpCall, HttpReply, Silence, silent_outcome
from zerofee.adapters.provider_kind import Opening
from zerofee.adapters.providers.pawapay import planning, requests, responses, settings, webhooks
from zerofee.adapters.providers.pawapay.capabilities import CAPABILITIES
from zerofee.adapters.providers.pawapay.checking import read_check
from zerofee.adapters.providers.pawapay.configuration import REFUND, UNREAD, Configuration, read_configuration
from zerofee.adapters.providers.pawapay.credentials import Credentials, private_key, read_credentials
from zerofee.adapters.providers.pawapay.credentials import hints as credential_hints
from zerofee.adapters.providers.pawapay.keyring import KeyRing
from zerofee.adapters.providers.pawapay.operators import Auth
from zerofee.adapters.providers.pawapay.requests import DEPOSITS, HOSTS, PAYOUTS, REFUNDS, Account, Plan
from zerofee.adapters.providers.pawapay.responses import NotFound, Prediction, Record, SeenBefore, Taken
from zerofee.adapters.providers.pawapay.signature import read_sealed, sign, verify
from zerofee.domain.capabilities import Capabilities, unsupported
from zerofee.domain.currency import exponent
from zerofee.domain.errors import DomainError
from zerofee.domain.failure import FailureCode
from zerofee.domain.next_action import Redirect
from zerofee.domain.outcome import Absent, ActionRequired, Expired, Outcome, Proceed, Refused, Unknown
from zerofee.domain.ports.provider import (
    ChargeOrder,
    CredentialCheck,
    ForgedEvent,
    OperationOrder,
    PayoutOrder,
    ProviderEvent,
    RawEvent,
    RefundOrder,
)
from zerofee.domain.ports.vault import Secret
from zerofee.domain.wish import Wish

# A page lives for a quarter of an hour from when it was made; the minute covers the call that made it.
_PAGE_LIFE: Final = timedelta(minutes=16)
# Limits and operators of an account change by the day, not by the minute.
_CONFIGURATION_LIFE: Final = timedelta(minutes=5)
_CODE_LENGTH: Final = range(1, 37)


@dataclass(slots=True, kw_only=True)
class Pawapay:
    """One connection to pawaPay: deposits from a phone or on its page, refunds, payouts."""

    opening: Opening
    account: Account
    credentials: Credentials
    keys: KeyRing
    _configuration: Configuration = field(default=UNREAD, repr=False)
    _read_at: datetime | None = field(default=None, repr=False)

    @property
    def capabilities(self) -> Capabilities:
        return CAPABILITIES

    async def charge(self, order: ChargeOrder) -> Outcome:
        plan = Plan.of(order.details)
        if plan is None:
            return await self._plan(order)
        if plan.provider is None:
            return await self._open_page(order, plan)
        if plan.auth is Auth.PREAUTH:
            return responses.code_wanted(plan, order.provider_key)
        return await self._deposit(order, plan)

    async def ask(self, order: ChargeOrder) -> Outcome:
        plan = Plan.of(order.details)
        match await self._read(DEPOSITS, order.provider_key):
            case Record() as record:
                return responses.outcome_of(record, plan)
            case NotFound():
                return self._missing(order, plan)
            case unknown:
                return unknown

    async def authenticate(self, order: OperationOrder, code: str) -> Outcome:
        plan = Plan.of(order.charge.details)
        if plan is None or plan.auth is not Auth.PREAUTH:
            return Refused(FailureCode.UNSUPPORTED, "This operator's customers approve on their own phone.")
        if len(code.strip()) not in _CODE_LENGTH:
            return responses.code_wanted(plan, order.charge.provider_key)
        return await self._deposit(order.charge, plan, code.strip())

    async def capture(self, order: OperationOrder) -> Outcome:
        return Refused(FailureCode.UNSUPPORTED, "pawaPay takes a deposit at once; there is nothing to capture.")

    async def cancel(self, order: OperationOrder) -> Outcome:
        return Refused(FailureCode.UNSUPPORTED, "pawaPay cannot take back a deposit that waits for its payer.")

    async def refund(self, order: RefundOrder) -> Outcome:
        amount = None
        if order.money != order.charge.money:
            account = await self._configured()
            if isinstance(account, Refused):
                return account
            try:
                amount = requests.amount_text(order.money, digits=_refund_digits(order, account))
            except DomainError as error:
                return Refused(FailureCode.UNSUPPORTED, error.detail)
        return await self._order(requests.refund(self.account, order, amount), REFUNDS, order.provider_key)

    async def ask_refund(self, order: RefundOrder) -> Outcome:
        return await self._ask(REFUNDS, order.provider_key)

    async def payout(self, order: PayoutOrder) -> Outcome:
        account = await self._configured()
        if isinstance(account, Refused):
            return account
        predicted = await self._predict(order.phone) if order.operator is None else None
        try:
            plan = planning.plan_payout(order, account, predicted)
        except DomainError as error:
            return Refused(FailureCode.UNSUPPORTED, error.detail)
        if isinstance(plan, Refused):
            return plan
        return await self._order(requests.payout(self.account, order, plan), PAYOUTS, order.provider_key)

    async def ask_payout(self, order: PayoutOrder) -> Outcome:
        return await self._ask(PAYOUTS, order.provider_key)

    async def check(self) -> CredentialCheck:
        reply = await self.opening.send(requests.active_configuration(self.account))
        return read_check(reply, self.opening, signs=self.credentials.signer is not None)

    async def read_event(self, raw: RawEvent, now: datetime) -> ProviderEvent:
        hinted = settings.chosen(self.opening.settings, settings.UNSIGNED) == settings.HINT
        if not webhooks.is_signed(raw) and hinted:
            return webhooks.translate(raw.body)
        sealed = read_sealed(raw)
        key = await self.keys.find(sealed.key_id, self._fetch_keys, now)
        if key is None:
            raise ForgedEvent("unknown_key")
        verify(sealed, key, now)
        return webhooks.translate(raw.body)

    async def _plan(self, order: ChargeOrder) -> Outcome:
        """Decide how to charge and have it kept, so that a second send cannot decide otherwise."""
        wish = Wish(money=order.money, method=order.method, country=order.country, capture=order.capture)
        if why := unsupported(CAPABILITIES, wish):
            return Refused(FailureCode.UNSUPPORTED, why)
        account = await self._configured()
        if isinstance(account, Refused):
            return account
        phone = planning.phone_of(order)
        asks = planning.wants_prediction(order, self.opening.settings)
        predicted = await self._predict(phone) if asks and phone is not None else None
        try:
            plan = planning.plan_charge(order, account, self.opening.settings, predicted)
        except DomainError as error:
            return Refused(FailureCode.UNSUPPORTED, error.detail)
        return plan if isinstance(plan, Refused) else Proceed(order.provider_key, plan.to_details())

    async def _deposit(self, order: ChargeOrder, plan: Plan, code: str | None = None) -> Outcome:
        call = requests.deposit(self.account, order, plan, code)
        return await self._order(call, DEPOSITS, order.provider_key, plan)

    async def _open_page(self, order: ChargeOrder, plan: Plan) -> Outcome:
        language = settings.chosen(self.opening.settings, settings.LANGUAGE).upper() or None
        reply = await self.opening.send(requests.page(self.account, order, plan, language))
        if isinstance(reply, Silence):
            return silent_outcome(reply)
        read = responses.read_page(reply)
        if isinstance(read, SeenBefore):
            return await self._seen_before(DEPOSITS, order.provider_key, plan)
        if not isinstance(read, str):
            return read
        opened = replace(plan, page_url=read)
        return ActionRequired(Redirect(read), order.provider_key, opened.to_details())

    async def _order(self, call: HttpCall, kind: str, key: str, plan: Plan | None = None) -> Outcome:
        """Send what may move money, signed where the account has a key, and read the first answer."""
        if signer := self.credentials.signer:
            call = sign(call, private_key(signer), signer.key_id, self.opening.clock.now())
        reply = await self.opening.send(call)
        if isinstance(reply, Silence):
            return silent_outcome(reply)
        match responses.read_initiation(reply, key):
            case Taken():
                return responses.awaiting(plan, key)
            case SeenBefore():
                return await self._seen_before(kind, key, plan)
            case told:
                return told

    async def _seen_before(self, kind: str, key: str, plan: Plan | None) -> Outcome:
        """Read what became of an id that pawaPay says it knows; that it then finds nothing proves nothing."""
        match await self._read(kind, key):
            case Record() as record:
                return responses.outcome_of(record, plan)
            case NotFound():
                return Unknown("known as a duplicate, and not found")
            case unknown:
                return unknown

    async def _ask(self, kind: str, key: str) -> Outcome:
        match await self._read(kind, key):
            case Record() as record:
                return responses.outcome_of(record, None)
            case NotFound():
                return Absent()
            case unknown:
                return unknown

    async def _read(self, kind: str, key: str) -> Record | NotFound | Unknown:
        reply = await self.opening.send(requests.status(self.account, kind, key))
        # Even a question that was never sent leaves the answer open: what it asks about was sent.
        return Unknown(reply.reason) if isinstance(reply, Silence) else responses.read_status(reply, kind, key)

    def _missing(self, order: ChargeOrder, plan: Plan | None) -> Outcome:
        """Say what NOT_FOUND means: a code not handed over yet, a page not used yet or any more, or absence."""
        match plan:
            case Plan(auth=Auth.PREAUTH):
                return responses.code_wanted(plan, order.provider_key)
            case Plan(page_url=str(url)) if self.opening.clock.now() < order.sent_at + _PAGE_LIFE:
                return ActionRequired(Redirect(url), order.provider_key)
            case Plan(page_url=str()):
                return Expired(order.provider_key)
            case _:
                return Absent()

    async def _predict(self, phone: str) -> Prediction | None:
        reply = await self.opening.send(requests.predict(self.account, phone))
        return None if isinstance(reply, Silence) else responses.read_prediction(reply)

    async def _configured(self) -> Configuration | Refused:
        """Give what the account may do, read anew every few minutes; unreadable, the known table must do."""
        now = self.opening.clock.now()
        if self._read_at is not None and now - self._read_at < _CONFIGURATION_LIFE:
            return self._configuration
        reply = await self.opening.send(requests.active_configuration(self.account))
        if isinstance(reply, Silence):
            return self._configuration
        if denial := responses.read_denial(reply):
            return Refused(FailureCode.INVALID_CREDENTIALS, provider_code=denial)
        read = read_configuration(reply.body) if reply.status == responses.OK else None
        if read is not None:
            self._configuration, self._read_at = read, now
        return self._configuration

    async def _fetch_keys(self) -> HttpReply | Silence:
        return await self.opening.send(requests.public_keys(self.account))


@dataclass(frozen=True, slots=True)
class PawapayKind:
    """What the entry point names: pawaPay, and the keys that its hosts publish."""

    _rings: dict[str, KeyRing] = field(default_factory=dict, repr=False)

    @property
    def capabilities(self) -> Capabilities:
        return CAPABILITIES

    def open(self, opening: Opening) -> Pawapay:
        given = read_credentials(opening.credentials)
        base_url = (opening.base_url or HOSTS[opening.environment]).rstrip("/")
        return Pawapay(
            opening=opening,
            account=Account(base_url=base_url, token=given.token),
            credentials=given,
            keys=self._rings.setdefault(base_url, KeyRing()),
        )

    def hints(self, credentials: Mapping[str, Secret]) -> Mapping[str, str]:
        return credential_hints(credentials)


def _refund_digits(order: RefundOrder, account: Configuration) -> int:
    """Say how finely a part can go back: as the operator counts refunds, or as finely as the currency has coins."""
    code = order.charge.details.get("provider")
    terms = None if code is None else account.of(code, order.money.currency, REFUND)
    return exponent(order.money.currency) if terms is None else terms.digits


PROVIDER: Final = PawapayKind()
