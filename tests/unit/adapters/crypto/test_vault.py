from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zerofee.adapters.crypto.envelope import Envelopes, Place, key_id
from zerofee.adapters.crypto.vault import EnvelopeVault
from zerofee.domain.connection import Connection
from zerofee.domain.ids import AppId, ConnectionId
from zerofee.domain.ports.vault import SealBroken, Secret, Vault
from zerofee.domain.scope import Environment, Scope

NEW = Secret("the newest encryption key, long enough to be one")
OLD = Secret("an older encryption key, under which rows still lie")
NOW = datetime(2026, 1, 1, tzinfo=UTC)
CREDENTIALS = {"secret_key": Secret("sk_test_4242"), "webhook_secret": Secret("whsec_1")}
PLACE = Place(app_id="app_1", environment="sandbox", owner_id="con_1", provider_id="stripe", field="credentials")


def a_vault(*keys: Secret) -> EnvelopeVault:
    return EnvelopeVault(Envelopes(keys or (NEW,)))


def a_connection(vault: Vault) -> Connection:
    connection = Connection(
        id=ConnectionId("con_1"),
        scope=Scope(AppId("app_1"), Environment.SANDBOX),
        provider_id="stripe",
        created_at=NOW,
        updated_at=NOW,
    )
    return replace(connection, sealed=vault.seal(connection, CREDENTIALS))


def test_opens_what_it_sealed() -> None:
    vault = a_vault()

    assert vault.open(a_connection(vault)) == CREDENTIALS


@given(st.dictionaries(st.text(min_size=1), st.text()))
def test_opens_any_credentials_as_they_were(plain: dict[str, str]) -> None:
    vault = a_vault()
    credentials = {name: Secret(value) for name, value in plain.items()}
    connection = a_connection(vault)

    sealed = vault.seal(connection, credentials)

    assert vault.open(replace(connection, sealed=sealed)) == credentials


@pytest.mark.parametrize(
    "moved",
    [
        {"scope": Scope(AppId("app_2"), Environment.SANDBOX)},
        {"scope": Scope(AppId("app_1"), Environment.LIVE)},
        {"id": ConnectionId("con_2")},
        {"provider_id": "paypal"},
    ],
)
def test_a_row_moved_elsewhere_does_not_open(moved: dict[str, object]) -> None:
    vault = a_vault()
    connection = replace(a_connection(vault), **moved)  # type: ignore[arg-type]  # a table of changes

    with pytest.raises(SealBroken, match="another row"):
        vault.open(connection)


@pytest.mark.parametrize("part", ["app_id", "environment", "owner_id", "provider_id", "field"])
def test_every_part_of_the_place_is_bound(part: str) -> None:
    envelopes = Envelopes([NEW])
    sealed = envelopes.seal(PLACE, b"value")
    elsewhere = replace(PLACE, **{part: "other"})

    with pytest.raises(SealBroken):
        envelopes.open(elsewhere, sealed)


def test_the_border_between_two_parts_is_bound() -> None:
    """`app_1` + `sandbox` is not `app_` + `1sandbox`."""
    envelopes = Envelopes([NEW])
    sealed = envelopes.seal(PLACE, b"value")

    with pytest.raises(SealBroken):
        envelopes.open(replace(PLACE, app_id="app_", environment="1sandbox"), sealed)


def test_no_byte_can_be_changed() -> None:
    envelopes = Envelopes([NEW])
    sealed = envelopes.seal(PLACE, b"value")

    for place in range(len(sealed)):
        changed = bytearray(sealed)
        changed[place] ^= 1
        with pytest.raises(SealBroken):
            envelopes.open(PLACE, bytes(changed))


@pytest.mark.parametrize("length", [0, 1, 9, 21, 69, 81, 96])
def test_a_piece_does_not_open(length: int) -> None:
    envelopes = Envelopes([NEW])
    sealed = envelopes.seal(PLACE, b"")

    with pytest.raises(SealBroken):
        envelopes.open(PLACE, sealed[:length])


def test_the_same_value_is_never_sealed_the_same_twice() -> None:
    envelopes = Envelopes([NEW])

    assert len({envelopes.seal(PLACE, b"value") for _ in range(100)}) == 100


def test_the_value_is_not_readable_in_what_is_sealed() -> None:
    sealed = a_connection(a_vault()).sealed

    assert b"sk_test" not in sealed
    assert b"secret_key" not in sealed


def test_an_older_key_still_opens() -> None:
    connection = a_connection(a_vault(OLD))

    assert a_vault(NEW, OLD).open(connection) == CREDENTIALS


def test_a_dropped_key_does_not_open_and_says_so() -> None:
    connection = a_connection(a_vault(OLD))

    with pytest.raises(SealBroken, match="ENCRYPTION_KEYS"):
        a_vault(NEW).open(connection)


def test_rewrapping_moves_to_the_newest_key_once() -> None:
    old, both, new = a_vault(OLD), a_vault(NEW, OLD), a_vault(NEW)
    connection = a_connection(old)

    rewrapped = both.rewrap(connection)

    assert rewrapped is not None
    moved = replace(connection, sealed=rewrapped)
    assert new.open(moved) == CREDENTIALS
    assert both.rewrap(moved) is None
    assert new.key_id(moved) != old.key_id(connection)


def test_a_key_is_named_without_telling_it() -> None:
    assert key_id(Envelopes([NEW]).seal(PLACE, b"")) == key_id(Envelopes([NEW, OLD]).seal(PLACE, b"other"))
    assert len(key_id(Envelopes([NEW]).seal(PLACE, b""))) == 16


def test_what_is_no_set_of_credentials_is_refused_without_showing_it() -> None:
    envelopes = Envelopes([NEW])
    connection = a_connection(EnvelopeVault(envelopes))
    odd = replace(connection, sealed=envelopes.seal(PLACE, b'{"secret_key": 4242}'))

    with pytest.raises(SealBroken) as refusal:
        EnvelopeVault(envelopes).open(odd)

    assert "4242" not in str(refusal.value)
    assert refusal.value.__suppress_context__


def test_needs_a_key() -> None:
    with pytest.raises(ValueError, match="encryption key"):
        Envelopes([])
