"""A provider that plays what a test tells it, and keeps a book of the money that it moved."""

from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, assert_never

from zerofee.domain.capabilities import Capabilities
from zerofee.domain.connection import Connection
from zerofee.domain.ids import ConnectionId
from zerofee.domain.money import Money
from zerofee.domain.outcome import (
    Absent,
    Accepted,
    ActionRequired,
    Authorized,
    Cancelled,
    Declined,
    Expired,
    NotSent,
    Outcome,
    Paid,
    Proceed,
    Refused,
    Unknown,
)
from zerofee.domain.ports.provider import (
    CannotOpen,
    ChargeOrder,
    CredentialCheck,
    CredentialsAccepted,
    ForgedEvent,
    OperationOrder,
    PayoutOrder,
    Provider,
    ProviderEvent,
    RawEvent,
    RefundOrder,
)
from zerofee.domain.sweeping import Movement, Span

Answer = Outcome | type[Paid] | type[Authorized]
"""What comes back; the class `Paid` or `Authorized` stands for just the money that was ordered."""


@dataclass(frozen=True, slots=True)
class Lost:
    """Something happens at the provider, or nothing (`None`), and its answer is lost."""

    answer: Answer | None = None


@dataclass(frozen=True, slots=True)
class Faulty:
    """A bug in the adapter: it raises."""

    fault: Exception


Line = Answer | Lost | Faulty
Order = ChargeOrder | OperationOrder | RefundOrder | PayoutOrder
_YES: Final[Mapping[str, Answer]] = {"cancel": Cancelled()}
_LOST: Final = Unknown("the answer was lost")


@dataclass(frozen=True, slots=True, kw_only=True)
class Booking:
    """One movement of money: `charge`, `capture`, `refund` or `payout`, and under which provider key."""

    what: str
    provider_key: str
    money: Money


@dataclass(slots=True)
class ScriptedProvider:
    """
    Plays `script`, one line for each order, and then says yes to everything.

    `answers_to_asking` are played likewise when it is asked; without any, it tells the truth of its own book.
    `called` lists each call as `(verb, provider key)`; `booked` is every movement of money there was. `during` runs
    inside of each call but an asking, before anything happens. `hears` is what it reads out of any webhook.
    """

    capabilities: Capabilities
    script: deque[Line] = field(default_factory=deque)
    answers_to_asking: deque[Line] = field(default_factory=deque)
    called: list[tuple[str, str]] = field(default_factory=list)
    booked: list[Booking] = field(default_factory=list)
    during: Callable[[Order], Awaitable[object]] | None = None
    hears: ProviderEvent | Exception = field(default_factory=lambda: ForgedEvent("this provider sends no events"))
    _stand: dict[str, Outcome] = field(default_factory=dict)
    _charged: dict[str, str] = field(default_factory=dict)

    def will(self, *lines: Line) -> None:
        """Add lines to the script."""
        self.script.extend(lines)

    def will_say_when_asked(self, *lines: Line) -> None:
        """Add lines for when it is asked."""
        self.answers_to_asking.extend(lines)

    def sent(self, verb: str) -> list[str]:
        """List the provider keys under which `verb` was called."""
        return [key for called, key in self.called if called == verb]

    def taken(self) -> list[Booking]:
        """List the movements of money away from a payer."""
        return [booking for booking in self.booked if booking.what in {"charge", "capture"}]

    async def charge(self, order: ChargeOrder) -> Outcome:
        return await self._play("charge", order, order.provider_key)

    async def authenticate(self, order: OperationOrder, code: str) -> Outcome:
        return await self._play("authenticate", order, order.charge.provider_key)

    async def capture(self, order: OperationOrder) -> Outcome:
        return await self._play("capture", order, order.charge.provider_key)

    async def cancel(self, order: OperationOrder) -> Outcome:
        return await self._play("cancel", order, order.charge.provider_key)

    async def refund(self, order: RefundOrder) -> Outcome:
        return await self._play("refund", order, order.provider_key)

    async def payout(self, order: PayoutOrder) -> Outcome:
        return await self._play("payout", order, order.provider_key)

    async def ask(self, order: ChargeOrder) -> Outcome:
        return self._told("ask", order.provider_key, order.money)

    async def ask_refund(self, order: RefundOrder) -> Outcome:
        return self._told("ask_refund", order.provider_key, order.money)

    async def ask_payout(self, order: PayoutOrder) -> Outcome:
        return self._told("ask_payout", order.provider_key, order.money)

    async def listed(self, span: Span) -> tuple[Movement, ...]:
        """List what was taken, whenever it was; what is captured is told under the name of its charge."""
        return tuple(
            Movement(
                our_reference=self._charged.get(booked.provider_key, booked.provider_key),
                reference=f"book-{place}",
                money=booked.money,
            )
            for place, booked in enumerate(self.booked)
            if booked.what in {"charge", "capture"}
        )

    async def check(self) -> CredentialCheck:
        return CredentialsAccepted()

    async def read_event(self, raw: RawEvent, now: datetime) -> ProviderEvent:
        if isinstance(self.hears, Exception):
            raise self.hears
        return self.hears

    async def _play(self, verb: str, order: Order, subject: str) -> Outcome:
        self.called.append((verb, order.provider_key))
        if self.during is not None:
            await self.during(order)
        line = self.script.popleft() if self.script else _YES.get(verb, Paid)
        if isinstance(line, Faulty):
            raise line.fault
        happens = line.answer if isinstance(line, Lost) else line
        outcome = None if happens is None else _with(order.money, happens)
        if outcome is not None:
            self._happen(verb, order.provider_key, subject, outcome)
        return _LOST if isinstance(line, Lost) or outcome is None else outcome

    def _happen(self, verb: str, key: str, subject: str, outcome: Outcome) -> None:
        match outcome:
            case Paid(money):
                what = "charge" if verb in {"authenticate", "cancel"} else verb
                self.booked.append(Booking(what=what, provider_key=key, money=money))
                self._charged[key] = subject
                self._stand[subject] = outcome
            case Authorized() | Accepted() | ActionRequired() | Cancelled() | Expired():
                self._stand[subject] = outcome
            case Declined() if verb in {"charge", "authenticate", "refund"}:
                self._stand[subject] = outcome
            case Declined() | NotSent() | Refused() | Proceed() | Absent() | Unknown():
                pass
            case never:
                assert_never(never)

    def _told(self, verb: str, key: str, money: Money) -> Outcome:
        self.called.append((verb, key))
        if not self.answers_to_asking:
            return self._stand.get(key, Absent())
        line = self.answers_to_asking.popleft()
        if isinstance(line, Faulty):
            raise line.fault
        if isinstance(line, Lost):
            return _LOST
        return _with(money, line)


def _with(money: Money, answer: Answer) -> Outcome:
    return answer(money) if isinstance(answer, type) else answer


@dataclass(slots=True)
class ScriptedProviders:
    """The `Providers` port over scripted providers; connections in `shut` do not open."""

    providers: dict[str, ScriptedProvider]
    shut: set[ConnectionId] = field(default_factory=set)

    def catalogue(self) -> tuple[Capabilities, ...]:
        return tuple(self.providers[provider_id].capabilities for provider_id in sorted(self.providers))

    def capabilities(self, provider_id: str) -> Capabilities | None:
        provider = self.providers.get(provider_id)
        return provider.capabilities if provider else None

    async def open(self, connection: Connection) -> Provider:
        provider = self.providers.get(connection.provider_id)
        if provider is None or connection.id in self.shut:
            raise CannotOpen("the connection's credentials do not open; connect it anew")
        return provider


def scripted(*capabilities: Capabilities) -> ScriptedProviders:
    """Make a scripted provider for each of the capabilities."""
    return ScriptedProviders({can.provider_id: ScriptedProvider(can) for can in capabilities})
