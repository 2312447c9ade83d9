import subprocess
import sys
from pathlib import Path

import pytest

from zerofee import ZeroFee
from zerofee.adapters.memory.clock import CountingIds, ToldClock
from zerofee.domain.app import App
from zerofee.domain.change_set import ChangeSet
from zerofee.domain.idempotency import KeyReused
from zerofee.domain.ids import AppId, make_id
from zerofee.domain.new_payment import InvalidField
from zerofee.domain.opening import WrongStatus
from zerofee.domain.payment_status import PaymentStatus
from zerofee.domain.ports.store import NotFound
from zerofee.domain.scope import Environment, Scope
from zerofee.entrypoints.demo import demo_app
from zerofee.entrypoints.http.wire.parts import OtpBody
from zerofee.entrypoints.http.wire.payments import PaymentBody
from zerofee.entrypoints.library import NoScope
from zerofee.entrypoints.settings import SettingsRefused

OTHER = Scope(make_id(AppId, 0, 1), Environment.SANDBOX)


async def a_payment(
    z: ZeroFee, amount: int = 10_000, key: str | None = None, capture: str = "automatic"
) -> PaymentBody:
    return await z.payments.create(
        amount=amount,
        currency="XOF",
        payment_method="PAYIN_ORANGE_CI",
        customer={"phone": "+225 07 00 00 00 00"},
        capture=capture,
        idempotency_key=key,
    )


async def test_a_payment_succeeds_with_nothing_set_up() -> None:
    async with ZeroFee.in_memory() as z:
        payment = await a_payment(z)

        assert payment.status is PaymentStatus.SUCCEEDED
        assert (payment.amount, payment.currency, payment.amount_captured) == (10_000, "XOF", 10_000)
        assert await z.payments.get(payment.id) == payment
        assert [attempt.provider for attempt in await z.payments.attempts(payment.id)] == ["test"]


async def test_the_same_key_charges_once() -> None:
    async with ZeroFee.in_memory() as z:
        first = await a_payment(z, key="order-7")
        again = await a_payment(z, key="order-7")

        assert again == first
        assert len((await z.payments.list()).data) == 1


async def test_the_same_key_for_something_else_is_refused() -> None:
    async with ZeroFee.in_memory() as z:
        await a_payment(z, key="order-7")

        with pytest.raises(KeyReused):
            await a_payment(z, amount=20_000, key="order-7")


async def test_a_repeated_refund_goes_back_once() -> None:
    async with ZeroFee.in_memory() as z:
        payment = await a_payment(z)

        first = await z.payments.refund(payment.id, amount=400, reason="late", idempotency_key="refund-7")
        again = await z.payments.refund(payment.id, amount=400, reason="late", idempotency_key="refund-7")

        assert again == first
        assert (await z.payments.get(payment.id)).amount_refunded == 400


async def test_a_held_payment_is_captured_in_part() -> None:
    async with ZeroFee.in_memory() as z:
        held = await a_payment(z, capture="manual")
        taken = await z.payments.capture(held.id, amount=6_000, idempotency_key="capture-7")

        assert held.status is PaymentStatus.AUTHORIZED
        assert (taken.status, taken.amount_captured) == (PaymentStatus.SUCCEEDED, 6_000)


async def test_a_one_time_code_is_handed_over() -> None:
    async with ZeroFee.in_memory() as z:
        waiting = await a_payment(z, amount=88_888)
        paid = await z.payments.authenticate(waiting.id, code="123456")

        assert isinstance(waiting.next_action, OtpBody)
        assert paid.status is PaymentStatus.SUCCEEDED


async def test_a_waiting_payment_is_cancelled_once() -> None:
    async with ZeroFee.in_memory() as z:
        waiting = await a_payment(z, amount=44_444)
        cancelled = await z.payments.cancel(waiting.id)

        assert cancelled.status is PaymentStatus.CANCELLED
        with pytest.raises(WrongStatus):
            await z.payments.cancel(waiting.id)


async def test_the_upkeep_finds_out_what_became_of_a_lost_answer() -> None:
    clock = ToldClock()
    async with ZeroFee.in_memory(clock) as z:
        lost = await a_payment(z, amount=50_000)
        clock.advance(3600)
        asked = await z.upkeep.run_due()

        assert lost.status is PaymentStatus.PROCESSING
        assert asked == 1
        assert (await z.payments.get(lost.id)).status is PaymentStatus.SUCCEEDED


async def test_pages_go_on_where_the_last_one_ended() -> None:
    async with ZeroFee.in_memory() as z:
        made = [(await a_payment(z)).id for _ in range(3)]

        first = await z.payments.list(limit=2)
        rest = await z.payments.list(limit=2, after=first.next_cursor)

        assert [payment.id for payment in (*first.data, *rest.data)] == made[::-1]
        assert (first.has_more, rest.has_more, rest.next_cursor) == (True, False, None)


async def test_lists_by_status() -> None:
    async with ZeroFee.in_memory() as z:
        await a_payment(z)
        failed = await a_payment(z, amount=99_999)

        listed = await z.payments.list(status="failed")

        assert [payment.id for payment in listed.data] == [failed.id]


async def test_another_apps_payment_is_not_there() -> None:
    async with ZeroFee.in_memory() as z:
        payment = await a_payment(z)

        with pytest.raises(NotFound):
            await z.within(OTHER.app_id).get(payment.id)
        with pytest.raises(NotFound):
            await z.within(z.payments.scope.app_id, "live").get(payment.id)


async def test_serves_several_apps() -> None:
    async with ZeroFee.in_memory() as z:
        clock = z.container.clock()
        await z.container.commit()(ChangeSet(demo_app(OTHER, z.container.ids(), clock.now())))

        payment = await z.within(OTHER.app_id).create(amount=500, currency="EUR", payment_method="card")

        assert payment.status is PaymentStatus.SUCCEEDED
        assert (await z.payments.list()).data == []


@pytest.mark.parametrize("amount", [0, -1, True, 1.0, "1", 10**12])
async def test_refuses_what_is_no_amount(amount: int) -> None:
    async with ZeroFee.in_memory() as z:
        with pytest.raises(Exception, match="amount"):
            await z.payments.create(amount=amount, currency="XOF", payment_method="card")

        assert (await z.payments.list()).data == []


async def test_says_which_argument_is_wrong() -> None:
    async with ZeroFee.in_memory() as z:
        with pytest.raises(InvalidField) as refusal:
            await z.payments.create(amount=1, currency="XOF", payment_method="mobile_money")

        assert refusal.value.field == "customer.phone"


async def test_refuses_an_unknown_name_in_customer() -> None:
    async with ZeroFee.in_memory() as z:
        with pytest.raises(TypeError, match="fone"):
            await z.payments.create(
                amount=1, currency="XOF", payment_method="card", customer={"fone": "+2250700000000"}
            )


async def test_asks_whose_payments_are_meant(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZEROFEE_DATABASE_URL", "memory://")
    async with ZeroFee.from_settings(env_file=tmp_path / "none") as z:
        with pytest.raises(NoScope, match="app_id"):
            _ = z.payments

        assert (await z.within("app_1").list()).data == []


async def test_production_refuses_weak_settings_here_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZEROFEE_ENVIRONMENT", "production")
    with pytest.raises(SettingsRefused, match="ZEROFEE_JWT_SECRET"):
        async with ZeroFee.from_settings(env_file=tmp_path / "none"):
            pass


def test_the_demo_is_an_app_with_a_provider_behind_the_provider() -> None:
    changes = demo_app(OTHER, CountingIds(), ToldClock().now())

    assert sum(isinstance(getattr(change, "value", None), App) for change in changes) == 1
    assert len(changes) == 5


def test_importing_zerofee_imports_no_web_framework() -> None:
    script = (
        "import sys; from zerofee import ZeroFee; "
        "print([m for m in sys.modules if m.partition('.')[0] in {'litestar', 'uvicorn'}])"
    )
    done = subprocess.run((sys.executable, "-c", script), capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"
