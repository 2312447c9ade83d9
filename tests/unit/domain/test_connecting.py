import pytest

from zerofee.domain.capabilities import CredentialField
from zerofee.domain.connecting import refuse_environment, refuse_fields, refuse_text, settings_of
from zerofee.domain.new_payment import InvalidField
from zerofee.domain.scope import Environment
from zerofee.testing.builders import capabilities

CAN = capabilities(
    environments=frozenset({Environment.SANDBOX}),
    credentials=(
        CredentialField(name="api_key", label="API key"),
        CredentialField(name="webhook_secret", label="Webhook secret", required=False),
    ),
)


def test_takes_what_the_provider_declares() -> None:
    refuse_environment(CAN, Environment.SANDBOX)
    refuse_fields(CAN, {"api_key"})
    refuse_fields(CAN, {"api_key", "webhook_secret"})
    refuse_text("api_key", "-----BEGIN PRIVATE KEY-----\nabc\n-----END PRIVATE KEY-----\n")


def test_refuses_an_environment_that_the_provider_does_not_serve() -> None:
    with pytest.raises(InvalidField, match="serves sandbox only") as refusal:
        refuse_environment(CAN, Environment.LIVE)

    assert refusal.value.field == "environment"


@pytest.mark.parametrize(
    ("names", "field"),
    [
        ((), "credentials.api_key"),
        (("webhook_secret",), "credentials.api_key"),
        (("api_key", "other"), "credentials.other"),
        (("api_key", "x" * 500), "credentials." + "x" * 64),
    ],
)
def test_refuses_a_credential_that_is_missing_or_not_declared(names: tuple[str, ...], field: str) -> None:
    with pytest.raises(InvalidField) as refusal:
        refuse_fields(CAN, names)

    assert refusal.value.field == field


@pytest.mark.parametrize("value", ["", "  ", "x" * 8193, "secret\x00"])
def test_refuses_a_credential_out_of_form_and_does_not_tell_it(value: str) -> None:
    with pytest.raises(InvalidField) as refusal:
        refuse_text("api_key", value)

    assert refusal.value.field == "credentials.api_key"
    assert "secret" not in refusal.value.detail
    assert "xxx" not in refusal.value.detail


def test_takes_settings_as_they_are() -> None:
    assert settings_of({"workflow_CI": "otp", "a": "é" * 500}) == {"workflow_CI": "otp", "a": "é" * 500}
    assert settings_of({}) == {}


@pytest.mark.parametrize(
    ("settings", "field"),
    [
        ({f"n{number}": "v" for number in range(51)}, "settings"),
        ({"": "v"}, "settings."),
        ({"1a": "v"}, "settings.1a"),
        ({"a-b": "v"}, "settings.a-b"),
        ({"\uff41": "v"}, "settings.\uff41"),
        ({"a" * 65: "v"}, "settings." + "a" * 64),
        ({"a": ""}, "settings.a"),
        ({"a": "v" * 501}, "settings.a"),
        ({"a": "\x1b[31m"}, "settings.a"),
    ],
)
def test_refuses_settings_out_of_bounds(settings: dict[str, str], field: str) -> None:
    with pytest.raises(InvalidField) as refusal:
        settings_of(settings)

    assert refusal.value.field == field
