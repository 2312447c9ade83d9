from datetime import timedelta

import pytest

from zerofee.adapters.memory.clock import START
from zerofee.domain.audit import AuditAction, FieldChange
from zerofee.domain.budget import Budget
from zerofee.domain.country import Country
from zerofee.domain.in_words import deed, in_words
from zerofee.domain.scope import Environment
from zerofee.testing.builders import SCOPE, a_connection, a_route, an_api_key, an_app


def test_tells_what_a_thing_is_under_the_apis_names() -> None:
    key = an_api_key(rate_limit=Budget(5, 60), expires_at=START + timedelta(days=1))

    assert in_words(key) == {
        "kind": "secret",
        "name": "Backend",
        "hint": "sk_sand_…abcd",
        "scopes": "payments,refunds",
        "rate_limit": "5/60",
        "expires_at": "2026-01-02T12:00:00+00:00",
        "revoked_at": None,
    }


def test_tells_nothing_secret() -> None:
    connection = a_connection(sealed=b"sealed-secret", hints={"secret_key": "sk_…4242"}, settings={"flow": "page"})

    assert "sealed-secret" not in str(in_words(connection))
    assert in_words(connection)["credentials.secret_key"] == "sk_…4242"
    assert in_words(connection)["settings.flow"] == "page"
    assert an_api_key().digest not in str(in_words(an_api_key()))


def test_a_deed_tells_what_changed() -> None:
    before, after = a_route(), a_route(countries=frozenset({Country("SN"), Country("CI")}), weight=2)

    told = deed(AuditAction.ROUTE_UPDATED, before=before, after=after)

    assert (told.object_id, told.environment) == (before.id, SCOPE.environment)
    assert told.changes == (FieldChange("countries", None, "CI,SN"), FieldChange("weight", "1", "2"))


def test_a_deed_about_an_app_is_of_no_environment() -> None:
    told = deed(AuditAction.APP_CREATED, after=an_app())

    assert told.environment is None
    assert told.changes == (
        FieldChange("name", None, "A shop"),
        FieldChange("routing_strategy", None, "priority"),
    )


def test_an_end_is_told_as_everything_that_was() -> None:
    told = deed(AuditAction.CONNECTION_DELETED, before=a_connection())

    assert told.environment is Environment.SANDBOX
    assert all(change.after is None for change in told.changes)


def test_a_deed_about_nothing_is_a_bug() -> None:
    with pytest.raises(ValueError, match="about a thing"):
        deed(AuditAction.APP_CREATED)
