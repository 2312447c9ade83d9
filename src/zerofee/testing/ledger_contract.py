"""What every store promises of the ledger and the wallets, as tests: subclass, and give a fixture `store`."""

from dataclasses import replace
from datetime import timedelta

import pytest

from zerofee.adapters.memory.clock import START
from zerofee.domain.attempt import AttemptKind, AttemptState
from zerofee.domain.change_set import BrokenRule, Change, ChangeSet, Conflict, ConflictKind, Delete, Insert, Update
from zerofee.domain.currency import currency
from zerofee.domain.fee import FeeRule
from zerofee.domain.ids import AttemptId, EntryId, FeeRuleId, WithdrawalId
from zerofee.domain.ledger import AVAILABLE, FEES, PENDING, Account, Posting, Source, clearing
from zerofee.domain.maturing import PendingCredit
from zerofee.domain.method import CARD
from zerofee.domain.money import Money
from zerofee.domain.ports.ledger import WalletCheck
from zerofee.domain.ports.store import NotFound
from zerofee.domain.ports.views import PageOf
from zerofee.domain.ports.work import DueAttempt, DueCredit, DueWithdrawal
from zerofee.domain.wallet import Balances
from zerofee.domain.withdrawal import WithdrawalStatus
from zerofee.domain.withdrawing import Withdrawn
from zerofee.entrypoints.stores import Store
from zerofee.testing.builders import (
    CONNECTION_ID,
    SCOPE,
    XOF,
    a_charge,
    a_connection,
    a_payment,
    a_withdrawal,
    an_app,
)
from zerofee.testing.store_contract import LIVE, MANY, keep, race

EUR = currency("EUR")
HELD = clearing(CONNECTION_ID)
CREDIT = PendingCredit(id=a_payment().id, scope=SCOPE, left=Money(40, XOF), matures_at=START + timedelta(days=1))
FEE = FeeRule(id=FeeRuleId("fee_1"), scope=SCOPE, method=CARD, basis_points=150, created_at=START)


def paid(number: int, minor: int = 100, **changes: object) -> Posting:
    """Give the group of a payment of that number, with a fee of 1."""
    lines = {HELD: -minor, AVAILABLE: minor - 1, FEES: 1}
    posting = Posting(
        scope=SCOPE, currency=XOF, source_type=Source.PAYMENT, source_id=f"pay_{number}", kind="paid", lines=lines
    )
    return replace(posting, **changes)  # type: ignore[arg-type]


def booked(posting: Posting, number: int, days: int = 0) -> tuple[Change, ...]:
    """Give a group's entries, whose ids begin at that number, and its move."""
    ids = (EntryId(f"ent_{number * 10 + line:026d}") for line in range(10))
    return (*map(Insert, posting.entries(ids, START + timedelta(days=days))), posting.move)


def payout(number: int = 1, **changes: object) -> Change:
    """Give a payout of the withdrawal of the tests."""
    attempt = a_charge(
        id=AttemptId(f"att_{number:026d}"),
        payment_id=None,
        withdrawal_id=a_withdrawal().id,
        kind=AttemptKind.PAYOUT,
        number=number,
        provider_key=f"payout-{number}",
    )
    return Insert(replace(attempt, **changes))  # type: ignore[arg-type]


class LedgerContract:
    """Entries that are only appended and always balance, and everything that goes with them."""

    @pytest.fixture
    async def shop(self, store: Store) -> Store:
        """Give a store that has an app with a connection and a payment."""
        await keep(store, Insert(an_app()), Insert(a_connection()), Insert(a_payment()))
        return store

    async def test_books_a_group_with_its_balances(self, shop: Store) -> None:
        await keep(shop, *booked(paid(1), 1))
        await keep(shop, *booked(paid(2, 50), 2))

        assert await shop.ledger.balances(SCOPE, XOF) == Balances(scope=SCOPE, currency=XOF, available_minor=148)
        group = await shop.ledger.group(SCOPE, Source.PAYMENT, "pay_1")
        assert {entry.account: entry.minor for entry in group} == {HELD: -100, AVAILABLE: 99, FEES: 1}
        assert await shop.ledger.group(LIVE, Source.PAYMENT, "pay_1") == ()
        assert await shop.ledger.balances(SCOPE, EUR) == Balances(scope=SCOPE, currency=EUR)

    async def test_books_once_what_is_told_twice(self, shop: Store) -> None:
        await keep(shop, *booked(paid(1), 1))

        with pytest.raises(Conflict) as conflict:
            await keep(shop, *booked(paid(1), 2))

        assert conflict.value.kind is ConflictKind.UNIQUE
        assert (await shop.ledger.balances(SCOPE, XOF)).available_minor == 99

    async def test_refuses_what_does_not_balance(self, shop: Store) -> None:
        entries = booked(paid(1), 1)
        for wrong in (entries[1:], entries[:-1], (*entries, entries[-1])):
            with pytest.raises(BrokenRule):
                await keep(shop, *wrong)

        assert await shop.ledger.wallets(SCOPE) == ()

    async def test_many_at_once_are_all_counted(self, shop: Store) -> None:
        """Credits of one wallet are joined to one writing, and debits among them keep their guard."""
        given = [ChangeSet(booked(paid(n, 10 + n), n)) for n in range(MANY)]
        taking = {AVAILABLE: -100, HELD: 100}
        debits = [ChangeSet(booked(paid(MANY + n, lines=taking), MANY + n)) for n in range(MANY)]
        both = [changes for pair in zip(given, debits, strict=True) for changes in pair]

        answers = await race(shop, both)

        assert answers[::2] == [None] * MANY
        taken = answers[1::2].count(None)
        assert set(answers[1::2]) <= {None, ConflictKind.BALANCE}
        kept = await shop.ledger.check(Balances(scope=SCOPE, currency=XOF))
        assert kept.balances.available_minor == sum(9 + n for n in range(MANY)) - 100 * taken >= 0
        assert kept.folded[AVAILABLE] == kept.balances.available_minor

    async def test_lists_entries_of_one_currency_newest_first(self, shop: Store) -> None:
        await keep(shop, *booked(paid(1), 1), *booked(paid(2, currency=EUR), 2), *booked(paid(3), 3))

        first = await shop.ledger.entries(SCOPE, XOF, PageOf(limit=4))
        rest = await shop.ledger.entries(SCOPE, XOF, PageOf(limit=4, after=first.items[-1].id))

        assert [int(entry.id[4:]) for entry in (*first.items, *rest.items)] == [32, 31, 30, 12, 11, 10]
        assert (first.has_more, rest.has_more) == (True, False)
        assert (await shop.ledger.entries(LIVE, XOF, PageOf())).items == ()

    async def test_states_a_span_of_time(self, shop: Store) -> None:
        for number in range(1, 5):
            await keep(shop, *booked(paid(number), number, days=number))
        since, until = START + timedelta(days=2), START + timedelta(days=4)

        folded = await shop.ledger.folded(SCOPE, XOF, since)
        first = await shop.ledger.between(SCOPE, XOF, since, until, None, 4)
        rest = await shop.ledger.between(SCOPE, XOF, since, until, first[-1].id, 4)

        assert folded == {HELD: -100, AVAILABLE: 99, FEES: 1}
        assert [int(entry.id[4:]) for entry in (*first, *rest)] == [20, 21, 22, 30, 31, 32]

    async def test_shows_wallets_by_currency_since_their_first_entry(self, shop: Store) -> None:
        await keep(shop, *booked(paid(1), 1, days=1), *booked(paid(2, currency=EUR), 2, days=2))

        wallets = await shop.ledger.wallets(SCOPE)

        assert [wallet.balances.currency for wallet in wallets] == [EUR, XOF]
        assert [wallet.created_at - START for wallet in wallets] == [timedelta(days=2), timedelta(days=1)]
        assert await shop.ledger.wallets(LIVE) == ()

    async def test_walks_all_wallets_and_checks_each(self, shop: Store) -> None:
        live = paid(3, scope=LIVE)
        await keep(shop, *booked(paid(1), 1), *booked(paid(2, currency=EUR), 2), *booked(live, 3))

        first = await shop.ledger.wallets_after(None, 2)
        rest = await shop.ledger.wallets_after(first[-1], 2)

        assert [(w.scope, w.currency) for w in (*first, *rest)] == [(LIVE, XOF), (SCOPE, EUR), (SCOPE, XOF)]
        folded = {HELD: -100, AVAILABLE: 99, FEES: 1}
        for wallet in (*first, *rest):
            assert await shop.ledger.check(wallet) == WalletCheck(balances=wallet, folded=folded)

    async def test_finds_who_owes_and_could_repay(self, shop: Store) -> None:
        debt = Account("debt")
        await keep(shop, *booked(paid(1, lines={debt: -30, HELD: 30}), 1))
        assert await shop.ledger.indebted(9) == ()

        await keep(shop, *booked(paid(2), 2))

        assert await shop.ledger.indebted(9) == (await shop.ledger.wallets_after(None, 9))
        assert (await shop.ledger.balances(SCOPE, XOF)).debt_minor == 30
        with pytest.raises(Conflict):
            await keep(shop, *booked(paid(3, lines={debt: 31, HELD: -31}), 3))

    async def test_a_pending_credit_is_due_until_nothing_is_left(self, shop: Store) -> None:
        await keep(shop, Insert(CREDIT))
        due, lease = CREDIT.matures_at, CREDIT.matures_at + timedelta(minutes=1)
        assert await shop.work.due_credits(due - timedelta(seconds=1), lease, 9) == ()

        assert await shop.work.due_credits(due, lease, 9) == (DueCredit(SCOPE, CREDIT.id),)
        assert await shop.work.due_credits(due, lease, 9) == ()
        assert await shop.work.due_credits(lease, lease, 9) == (DueCredit(SCOPE, CREDIT.id),)
        empty = replace(CREDIT, left=Money(0, XOF), turns=1, version=2)
        await keep(shop, Update(empty))

        assert await shop.ledger.pending_credit(SCOPE, CREDIT.id) == empty
        assert await shop.work.due_credits(lease + timedelta(days=9), lease, 9) == ()
        with pytest.raises(BrokenRule):
            await keep(shop, Update(replace(CREDIT, left=Money(-1, XOF), version=3)))
        assert await shop.ledger.pending_credit(LIVE, CREDIT.id) is None

    async def test_keeps_a_withdrawal_and_sends_it_when_it_is_due(self, shop: Store) -> None:
        waits = a_withdrawal(send_at=START + timedelta(hours=1), attempts=0)
        await keep(shop, Insert(waits))
        assert await shop.ledger.withdrawal(SCOPE, waits.id) == waits
        with pytest.raises(NotFound):
            await shop.ledger.withdrawal(LIVE, waits.id)
        lease = START + timedelta(hours=2)
        assert await shop.work.due_withdrawals(START, lease, 9) == ()

        assert await shop.work.due_withdrawals(lease, lease, 9) == (DueWithdrawal(SCOPE, waits.id),)
        sent = replace(waits, send_at=None, attempts=1, status=WithdrawalStatus.SUCCEEDED, version=2)
        await keep(shop, Update(sent), payout())

        assert await shop.work.due_withdrawals(lease, lease, 9) == ()
        assert (await shop.ledger.withdrawals(SCOPE, PageOf())).items == (sent,)
        (found,) = await shop.ledger.payouts(SCOPE, waits.id)
        assert Insert(found) == payout()

    async def test_one_payout_of_a_withdrawal_is_in_flight(self, shop: Store) -> None:
        await keep(shop, Insert(a_withdrawal()), payout())

        with pytest.raises(Conflict):
            await keep(shop, payout(2))
        with pytest.raises(Conflict):
            await keep(shop, payout(1, id=AttemptId("att_other"), provider_key="other"))
        with pytest.raises(BrokenRule):
            await keep(shop, payout(3, withdrawal_id=WithdrawalId("wdr_none")))

    async def test_a_payout_is_due_work_like_any_attempt(self, shop: Store) -> None:
        found = payout(boot_id="dead", state=AttemptState.SENDING, ask_at=START)
        await keep(shop, Insert(a_withdrawal()), found)
        due = DueAttempt(SCOPE, AttemptId(f"att_{1:026d}"), payout=True)

        assert await shop.work.orphans(START, START, 9) == (due,)
        assert await shop.work.due_attempts(START, START + timedelta(minutes=1), 9) == (due,)

    async def test_counts_what_was_withdrawn(self, shop: Store) -> None:
        def numbered(number: int, minor: int, **changes: object) -> Change:
            made = a_withdrawal(id=WithdrawalId(f"wdr_{number:026d}"), number=number, money=Money(minor, XOF))
            return Insert(replace(made, **changes))  # type: ignore[arg-type]

        old = START - timedelta(days=1)
        await keep(
            shop, numbered(1, 5, created_at=old), numbered(2, 7), numbered(3, 11, status=WithdrawalStatus.FAILED)
        )

        assert await shop.ledger.withdrawn(SCOPE, XOF, START) == Withdrawn(minor=7, last_number=3)
        assert await shop.ledger.withdrawn(SCOPE, EUR, START) == Withdrawn()
        sets = [ChangeSet((numbered(4, 1, id=WithdrawalId(f"wdr_{n + 10:026d}")),)) for n in range(MANY)]
        answers = await race(shop, sets)
        assert sorted(map(str, answers)) == sorted(["None", *["unique"] * (MANY - 1)])

    async def test_keeps_one_fee_rule_for_each_fit(self, shop: Store) -> None:
        await keep(shop, Insert(FEE), Insert(replace(FEE, id=FeeRuleId("fee_2"), method=None, currency=XOF)))
        with pytest.raises(Conflict):
            await keep(shop, Insert(replace(FEE, id=FeeRuleId("fee_3"))))
        other = replace(FEE, id=FeeRuleId("fee_3"), basis_points=10)

        await keep(shop, Delete(FEE), Insert(other))

        assert [rule.id for rule in await shop.ledger.fee_rules(SCOPE)] == ["fee_2", "fee_3"]
        assert (await shop.ledger.fee_rules(SCOPE))[1] == other
        assert await shop.ledger.fee_rules(LIVE) == ()

    async def test_pending_money_is_an_account_of_its_own(self, shop: Store) -> None:
        await keep(shop, *booked(paid(1, lines={HELD: -10, PENDING: 10}), 1))

        kept = await shop.ledger.balances(SCOPE, XOF)

        assert (kept.available_minor, kept.pending_minor) == (0, 10)
