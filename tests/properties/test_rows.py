"""Whatever a value holds, the row that it is written as reads back as the same value."""

from datetime import UTC, datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from zerofee.adapters.sql.rows.attempt import attempt_of, attempt_row
from zerofee.adapters.sql.rows.claim import claim_of, claim_row
from zerofee.adapters.sql.rows.encoding import micros, time_of
from zerofee.adapters.sql.rows.event import event_of, event_row
from zerofee.adapters.sql.rows.payment import payment_of, payment_row
from zerofee.adapters.sql.rows.refund import refund_of, refund_row
from zerofee.adapters.sql.rows.routing import route_of, route_row
from zerofee.domain.attempt import Attempt
from zerofee.domain.currency import EXPONENTS, Currency
from zerofee.domain.event import Event
from zerofee.domain.idempotency import Answer, Claim
from zerofee.domain.money import Money
from zerofee.domain.payment import Payment
from zerofee.domain.refund import Refund
from zerofee.domain.routing import Route

moments = st.datetimes(datetime(1900, 1, 1), datetime(9000, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001  the zone is beside
currencies = st.sampled_from(sorted(EXPONENTS))
st.register_type_strategy(datetime, moments)
st.register_type_strategy(Money, st.builds(Money, st.integers(1, 10**12), currencies))
st.register_type_strategy(Currency, currencies)


@given(st.from_type(Payment))
def test_payments_come_back(payment: Payment) -> None:
    assert payment_of(payment_row(payment)) == payment


@given(st.from_type(Attempt))
def test_attempts_come_back(attempt: Attempt) -> None:
    assert attempt_of(attempt_row(attempt)) == attempt


@given(st.from_type(Refund))
def test_refunds_come_back(refund: Refund) -> None:
    assert refund_of(refund_row(refund)) == refund


@given(st.from_type(Route))
def test_routes_come_back(route: Route) -> None:
    assert route_of(route_row(route)) == route


@given(st.from_type(Event))
def test_events_come_back(event: Event) -> None:
    assert event_of(event_row(event)) == event


@given(st.builds(Claim, answer=st.none() | st.from_type(Answer)))
def test_claims_come_back(claim: Claim) -> None:
    assert claim_of(claim_row(claim)) == claim


@given(moments, st.integers(-14 * 60, 14 * 60))
def test_times_are_exact_in_any_zone(at: datetime, minutes_east: int) -> None:
    there = at.astimezone(timezone(timedelta(minutes=minutes_east)))

    assert time_of(micros(there)) == at
    assert isinstance(micros(there), int)
