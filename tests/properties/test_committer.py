"""Whatever arrives together at the group committer: the outcome is that of some order, one set after another."""

import asyncio
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from itertools import permutations
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.stores import copy_of_schema
from zerofee.adapters.memory.store import MemoryStore
from zerofee.adapters.sql.store import SqlStore
from zerofee.domain.attempt import AttemptState
from zerofee.domain.change_set import BrokenRule, Change, ChangeSet, Conflict, Finish, Insert, Update
from zerofee.domain.ids import AttemptId, EventId, PaymentId
from zerofee.domain.ports.views import EventFilter, PageOf, PaymentFilter
from zerofee.domain.wallet import BalanceMove
from zerofee.entrypoints.stores import Store
from zerofee.testing.builders import SCOPE, XOF, a_charge, a_claim, a_connection, a_payment, an_app, an_event
from zerofee.testing.store_contract import ANSWER

Outcome = str | None
State = tuple[object, ...]

# A world so small that sets meet all the time.
PAYMENTS = [PaymentId(f"pay_{n}") for n in (1, 2)]
ATTEMPTS = [AttemptId(f"att_{n}") for n in (1, 2, 3)]
CLAIMS = [a_claim(key=key) for key in ("a", "b")]

payment_ids = st.sampled_from(PAYMENTS)
attempts = st.builds(
    a_charge,
    id=st.sampled_from(ATTEMPTS),
    payment_id=payment_ids,
    number=st.integers(1, 2),
    provider_key=st.sampled_from(["k1", "k2", "k3"]),
    state=st.sampled_from([AttemptState.SENDING, AttemptState.DECLINED]),
)
amounts = st.integers(-2, 3)
changes: st.SearchStrategy[Change] = st.one_of(
    st.builds(Insert, st.sampled_from(CLAIMS)),
    st.builds(Insert, st.builds(a_payment, id=payment_ids)),
    st.builds(
        Update,
        st.builds(a_payment, id=payment_ids, version=st.integers(2, 3), refunded_minor=st.integers(0, 1)),
    ),
    st.builds(Insert, attempts),
    st.builds(
        lambda attempt, version, state: Update(replace(attempt, version=version, state=state)),
        st.just(a_charge(id=ATTEMPTS[0], payment_id=PAYMENTS[0], provider_key="k1")),
        st.integers(2, 3),
        st.sampled_from([AttemptState.UNKNOWN, AttemptState.DECLINED]),
    ),
    st.builds(
        Insert,
        st.builds(
            an_event, id=st.sampled_from([EventId("evt_1"), EventId("evt_2")]), subject_id=payment_ids,
            sequence=st.integers(1, 2),
        ),
    ),
    st.builds(lambda claim: Finish(claim.id, ANSWER, claim.created_at), st.sampled_from(CLAIMS)),
    st.builds(BalanceMove, scope=st.just(SCOPE), currency=st.just(XOF), available_minor=amounts, pending_minor=amounts),
)  # fmt: skip
change_sets = st.lists(changes, min_size=1, max_size=4).map(lambda found: ChangeSet(tuple(found)))
BEGINNING = ChangeSet(
    (
        Insert(an_app()),
        Insert(a_connection()),
        Insert(a_payment(id=PAYMENTS[0])),
        Insert(a_charge(id=ATTEMPTS[0], payment_id=PAYMENTS[0], provider_key="k1")),
        BalanceMove(scope=SCOPE, currency=XOF, available_minor=2),
    )
)


async def tried(store: Store, changes: ChangeSet) -> Outcome:
    """Commit a set and say what stood in its way."""
    try:
        await store.commit(changes)
    except Conflict as conflict:
        return conflict.kind
    except BrokenRule:
        return "broken"
    return None


async def state(store: Store) -> State:
    """Return everything that any of the sets may have written."""
    return (
        (await store.views.payments(SCOPE, PaymentFilter(), PageOf())).items,
        (await store.views.events(SCOPE, EventFilter(), PageOf())).items,
        [await store.reads.attempts(SCOPE, payment_id) for payment_id in PAYMENTS],
        [await store.reads.claim(SCOPE, claim.id) for claim in CLAIMS],
        await store.reads.balances(SCOPE),
    )


async def all_at_once(url: str, sets: Sequence[ChangeSet]) -> tuple[tuple[Outcome, ...], State]:
    """Hand all sets to the group committer at the same time."""
    store = SqlStore(url)
    await store.start()
    try:
        await store.commit(BEGINNING)
        outcomes = await asyncio.gather(*(tried(store, changes) for changes in sets))
        return tuple(outcomes), await state(store)
    finally:
        await store.close()


async def one_after_another(sets: Sequence[ChangeSet]) -> tuple[tuple[Outcome, ...], State]:
    """Commit sets in their order to the model."""
    store = MemoryStore()
    await store.commit(BEGINNING)
    outcomes = [await tried(store, changes) for changes in sets]
    return tuple(outcomes), await state(store)


async def some_order_explains(sets: Sequence[ChangeSet], seen: tuple[tuple[Outcome, ...], State]) -> bool:
    """Say whether there is an order in which the model comes to the same outcomes and the same end."""
    outcomes, end = seen
    for order in permutations(range(len(sets))):
        found, state_then = await one_after_another([sets[place] for place in order])
        if found == tuple(outcomes[place] for place in order) and state_then == end:
            return True
    return False


@settings(max_examples=80, deadline=None)
@given(st.lists(change_sets, min_size=2, max_size=5))
def test_what_is_merged_equals_some_order(run_folder: Path, sets: list[ChangeSet]) -> None:
    with tempfile.TemporaryDirectory(dir=run_folder) as home:
        url = copy_of_schema(run_folder, Path(home) / "shop.db")

        seen = asyncio.run(all_at_once(url, sets))

    assert asyncio.run(some_order_explains(sets, seen)), seen


@settings(max_examples=80, deadline=None)
@given(st.lists(change_sets, min_size=1, max_size=5))
def test_one_after_another_sqlite_does_what_the_model_does(run_folder: Path, sets: list[ChangeSet]) -> None:
    """Not only some order: the same order, with the same reason for each refusal."""

    async def in_order(url: str) -> tuple[tuple[Outcome, ...], State]:
        store = SqlStore(url)
        await store.start()
        try:
            await store.commit(BEGINNING)
            outcomes = [await tried(store, changes) for changes in sets]
            return tuple(outcomes), await state(store)
        finally:
            await store.close()

    with tempfile.TemporaryDirectory(dir=run_folder) as home:
        url = copy_of_schema(run_folder, Path(home) / "shop.db")

        assert asyncio.run(in_order(url)) == asyncio.run(one_after_another(sets))
