"""What every store promises of what an app's people manage, as tests: subclass, and give a fixture `store`."""

from dataclasses import replace
from datetime import timedelta

import pytest

from zerofee.adapters.memory.clock import START
from zerofee.domain.app import ApiKey
from zerofee.domain.audit import Actor, ActorKind, AuditAction, AuditEntry, Author, Deed, FieldChange, next_entry
from zerofee.domain.budget import Budget
from zerofee.domain.change_set import (
    BrokenRule,
    Change,
    ChangeSet,
    Conflict,
    ConflictKind,
    Delete,
    Insert,
    KeyUsed,
    Update,
)
from zerofee.domain.connection import Connection
from zerofee.domain.ids import AppId, AuditId, ConnectionId, KeyId, RouteId, UserId
from zerofee.domain.ports.store import NotFound
from zerofee.domain.ports.views import Listed, PageOf
from zerofee.domain.routing import Route
from zerofee.domain.scope import Environment, Scope
from zerofee.entrypoints.stores import Store
from zerofee.testing.builders import (
    APP_ID,
    CONNECTION_ID,
    SCOPE,
    a_charge,
    a_connection,
    a_payment,
    a_route,
    an_api_key,
    an_app,
)

LIVE = Scope(APP_ID, Environment.LIVE)
OTHER = Scope(AppId("app_01KDVQ6R00000000000000000Z"), Environment.SANDBOX)
MANY = 7


async def keep(store: Store, *changes: Change) -> None:
    """Commit some changes as one set."""
    await store.commit(ChangeSet(changes))


def key_of(number: int, scope: Scope = SCOPE) -> ApiKey:
    """Give the key of that number, which sorts after those before."""
    return an_api_key(id=KeyId(f"key_{number:026d}"), scope=scope, digest=f"{scope.app_id}{scope.environment}{number}")


def entry_after(last: AuditEntry | None, app_id: AppId = APP_ID) -> AuditEntry:
    """Give an entry that follows another one."""
    number = 1 if last is None else last.number + 1
    deed = Deed(
        action=AuditAction.KEY_CREATED,
        object_id="key_1",
        environment=Environment.LIVE if number % 2 else None,
        changes=(FieldChange("name", None, "Ünïcode"), FieldChange("hint", "…", None)) if number % 3 else (),
    )
    author = Author(Actor(ActorKind.USER, "usr_1"), "2001:db8::1") if number % 2 else Author(Actor(ActorKind.CLI))
    at = START + timedelta(microseconds=number)
    return next_entry(last, app_id, AuditId(f"aud_{app_id[-1]}{number:025d}"), author, deed, at)


async def chained(store: Store, length: int, app_id: AppId = APP_ID) -> list[AuditEntry]:
    """Write a chain of so many entries, one commit each."""
    chain: list[AuditEntry] = []
    for _ in range(length):
        chain.append(entry_after(chain[-1] if chain else None, app_id))
        await keep(store, Insert(chain[-1]))
    return chain


class AppsContract:
    """Found by the app alone, newest first; deleted only when nothing refers to it; one audit chain for each app."""

    @pytest.fixture
    async def shop(self, store: Store) -> Store:
        """Give a store that has two apps of two people, each with a connection in both environments."""
        theirs = an_app(id=OTHER.app_id, owner_id=UserId("usr_01KDVQ6R00000000000000000Z"), name="Theirs")
        await keep(store, Insert(an_app()), Insert(theirs), Insert(a_connection()))
        other = a_connection(id=ConnectionId("con_01KDVQ6R00000000000000000Z"), scope=OTHER)
        live = a_connection(id=ConnectionId("con_01KDVQ6R00000000000000000L"), scope=LIVE, sealed=b"\x00\xff")
        await keep(store, Insert(other), Insert(live))
        return store

    async def test_finds_an_app_and_lists_those_of_its_owner(self, shop: Store) -> None:
        newer = an_app(id=AppId("app_01KDVQ6R000000000000000001"), name="Newer")
        await keep(shop, Insert(newer))

        assert await shop.apps.app(APP_ID) == an_app()
        assert await shop.apps.apps(an_app().owner_id, PageOf()) == Listed((newer, an_app()), has_more=False)
        assert await shop.apps.apps(UserId("usr_nobody"), PageOf()) == Listed((), has_more=False)
        with pytest.raises(NotFound):
            await shop.apps.app(AppId("app_none"))

    async def test_finds_what_is_the_apps_in_either_environment(self, shop: Store) -> None:
        live_key, live = key_of(1, LIVE), ConnectionId("con_01KDVQ6R00000000000000000L")
        route = a_route(scope=LIVE, connection_id=live)
        await keep(shop, Insert(live_key), Insert(route))

        assert await shop.apps.key_of(APP_ID, live_key.id) == live_key
        assert (await shop.apps.connection_of(APP_ID, live)).scope == LIVE
        assert await shop.apps.connection_of(APP_ID, CONNECTION_ID) == a_connection()
        assert await shop.apps.route_of(APP_ID, route.id) == route

    async def test_nothing_of_another_app_is_found(self, shop: Store) -> None:
        await keep(shop, Insert(key_of(1)), Insert(a_route()))

        with pytest.raises(NotFound):
            await shop.apps.key_of(OTHER.app_id, key_of(1).id)
        with pytest.raises(NotFound):
            await shop.apps.connection_of(OTHER.app_id, CONNECTION_ID)
        with pytest.raises(NotFound):
            await shop.apps.route_of(OTHER.app_id, a_route().id)
        assert (await shop.apps.keys_of(OTHER.app_id, None, PageOf())).items == ()
        assert (await shop.apps.routes_of(OTHER.app_id, None, PageOf())).items == ()

    async def test_pages_through_both_environments_or_one(self, shop: Store) -> None:
        keys = [key_of(number, LIVE if number % 2 else SCOPE) for number in range(MANY)]
        await keep(shop, *map(Insert, keys))
        newest = keys[::-1]

        first = await shop.apps.keys_of(APP_ID, None, PageOf(limit=4))
        rest = await shop.apps.keys_of(APP_ID, None, PageOf(limit=4, after=first.items[-1].id))
        live = await shop.apps.keys_of(APP_ID, Environment.LIVE, PageOf(limit=2, after=keys[5].id))

        assert first == Listed(tuple(newest[:4]), has_more=True)
        assert rest == Listed(tuple(newest[4:]), has_more=False)
        assert live == Listed((keys[3], keys[1]), has_more=False)
        assert [c.scope for c in (await shop.apps.connections_of(APP_ID, None, PageOf())).items] == [LIVE, SCOPE]
        assert (await shop.apps.connections_of(APP_ID, SCOPE.environment, PageOf())).items == (a_connection(),)

    async def test_keeps_a_keys_own_budget(self, shop: Store) -> None:
        key = replace(key_of(1), rate_limit=Budget(5, 60))
        await keep(shop, Insert(key), Insert(key_of(2)))

        assert await shop.keys.key(key.digest) == key
        assert await shop.apps.key_of(APP_ID, key_of(2).id) == key_of(2)

    async def test_notes_when_a_key_was_used_and_never_goes_back(self, shop: Store) -> None:
        await keep(shop, Insert(key_of(1)), Insert(key_of(2)))
        later = START + timedelta(minutes=5)
        await keep(shop, KeyUsed(SCOPE, key_of(1).id, later), KeyUsed(SCOPE, KeyId("key_none"), later))
        await keep(shop, KeyUsed(SCOPE, key_of(1).id, START), KeyUsed(LIVE, key_of(2).id, START))

        assert await shop.apps.key_of(APP_ID, key_of(1).id) == replace(key_of(1), last_used_at=later)
        assert await shop.apps.key_of(APP_ID, key_of(2).id) == key_of(2)

    async def test_a_change_does_not_forget_when_a_key_was_used(self, shop: Store) -> None:
        """Whoever revokes a key has read it before it was used."""
        await keep(shop, Insert(key_of(1)))
        await keep(shop, KeyUsed(SCOPE, key_of(1).id, START))
        await keep(shop, Update(replace(key_of(1), revoked_at=START, version=2)))

        key = await shop.apps.key_of(APP_ID, key_of(1).id)
        assert (key.revoked_at, key.last_used_at, key.version) == (START, START, 2)

    async def test_deletes_by_version(self, shop: Store) -> None:
        await keep(shop, Insert(a_route()))

        for stale in (replace(a_route(), version=2), replace(a_route(), scope=LIVE), a_route(id=RouteId("rte_none"))):
            with pytest.raises(Conflict) as conflict:
                await keep(shop, Delete(stale))
            assert conflict.value.kind is ConflictKind.VERSION
        await keep(shop, Delete(a_route()))

        with pytest.raises(NotFound):
            await shop.apps.route_of(APP_ID, a_route().id)
        await keep(shop, Insert(a_route()))

    @pytest.mark.parametrize("referring", ["route", "attempt"])
    async def test_what_is_referred_to_is_not_deleted(self, shop: Store, referring: str) -> None:
        """And nothing that came with it is written."""
        refers: tuple[Change, ...] = (Insert(a_route()),)
        if referring == "attempt":
            refers = (Insert(a_payment()), Insert(a_charge()))
        await keep(shop, *refers)

        with pytest.raises(Conflict) as conflict:
            await keep(shop, Delete(a_connection()), Insert(entry_after(None)))

        assert conflict.value.kind is ConflictKind.REFERRED
        assert await shop.apps.connection_of(APP_ID, CONNECTION_ID) == a_connection()
        assert await shop.audit.last(APP_ID) is None

    async def test_a_route_goes_before_the_connection_that_it_names(self, shop: Store) -> None:
        await keep(shop, Insert(a_route()))

        await keep(shop, Delete(a_connection()), Delete(a_route()))

        assert await shop.reads.routes(SCOPE) == ()
        assert await shop.reads.connections(SCOPE) == ()

    async def test_reads_the_audit_log_from_either_end(self, shop: Store) -> None:
        chain = await chained(shop, MANY)
        theirs = await chained(shop, 2, OTHER.app_id)

        first = await shop.audit.entries(APP_ID, PageOf(limit=4))
        rest = await shop.audit.entries(APP_ID, PageOf(limit=4, after=first.items[-1].id))

        assert await shop.audit.last(APP_ID) == chain[-1]
        assert first == Listed(tuple(chain[::-1][:4]), has_more=True)
        assert rest == Listed(tuple(chain[::-1][4:]), has_more=False)
        assert await shop.audit.following(APP_ID, 2, 3) == tuple(chain[2:5])
        assert await shop.audit.following(APP_ID, MANY, 3) == ()
        assert await shop.audit.following(OTHER.app_id, 0, 9) == tuple(theirs)
        assert await shop.audit.entries(APP_ID, PageOf(after=theirs[0].id)) == Listed((), has_more=False)

    async def test_a_chain_has_one_next_entry(self, shop: Store) -> None:
        (first,) = await chained(shop, 1)
        fork = replace(entry_after(first), id=AuditId("aud_fork"))
        await keep(shop, Insert(entry_after(first)))

        with pytest.raises(Conflict) as conflict:
            await keep(shop, Insert(fork), Insert(key_of(1)))

        assert conflict.value.kind is ConflictKind.UNIQUE
        with pytest.raises(NotFound):
            await shop.apps.key_of(APP_ID, key_of(1).id)

    async def test_an_entry_is_of_an_app_that_there_is(self, shop: Store) -> None:
        with pytest.raises(BrokenRule):
            await keep(shop, Insert(entry_after(None, AppId("app_none"))))

    async def test_walks_everybodys_things_in_order(self, shop: Store) -> None:
        found: list[Connection] = []
        last: Connection | None = None
        while batch := await shop.apps.connections_after(last, 1):
            found += batch
            last = batch[-1]

        assert [connection.scope for connection in found] == [LIVE, SCOPE, OTHER]
        assert found[0].sealed == b"\x00\xff"
        assert await shop.apps.app_ids(None, 1) == (APP_ID,)
        assert await shop.apps.app_ids(APP_ID, 9) == (OTHER.app_id,)

    async def test_a_route_is_listed_newest_first(self, shop: Store) -> None:
        routes: list[Route] = [a_route(id=RouteId(f"rte_{number:026d}")) for number in range(3)]
        await keep(shop, *map(Insert, routes))

        assert (await shop.apps.routes_of(APP_ID, None, PageOf())).items == tuple(routes[::-1])
