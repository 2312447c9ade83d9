from ipaddress import ip_network
from pathlib import Path

import msgspec
import pytest
from dotenv import dotenv_values

from zerofee.adapters.notify.log import LogNotifier, NoNotifier
from zerofee.adapters.notify.smtp import SmtpNotifier
from zerofee.domain.budget import Budget
from zerofee.domain.ports.vault import Secret
from zerofee.entrypoints.notifiers import open_notifier
from zerofee.entrypoints.production import problems
from zerofee.entrypoints.settings import (
    PREFIX,
    LogFormat,
    Settings,
    SettingsRefused,
    Stage,
    read_environment,
    read_settings,
    unknown_variables,
)

ROOT = Path(__file__).parents[3]
EXAMPLE = ROOT / ".env.example"

STRONG = {
    "ZEROFEE_ENVIRONMENT": "production",
    "ZEROFEE_PUBLIC_URL": "https://pay.example.com",
    "ZEROFEE_JWT_SECRET": "a" * 32,
    "ZEROFEE_ENCRYPTION_KEYS": "b" * 32,
    "ZEROFEE_API_KEY_PEPPER": "c" * 32,
}


def test_nothing_set_is_development_with_defaults() -> None:
    settings = read_settings({})

    assert settings == Settings()
    assert settings.environment is Stage.DEVELOPMENT
    assert settings.database_url == "sqlite+aiosqlite:///./zerofee.db"


def test_the_example_file_lists_every_setting_with_its_default() -> None:
    example = {name: value or "" for name, value in dotenv_values(EXAMPLE, interpolate=False).items()}
    fields = {PREFIX + f.name.upper() for f in msgspec.structs.fields(Settings) if f.name != "base_urls"}

    assert set(example) == fields
    assert read_settings(example) == Settings()


def test_every_provider_of_the_example_file_can_be_pointed_elsewhere() -> None:
    commented = [line[2:] for line in EXAMPLE.read_text().splitlines() if line.startswith("# ZEROFEE_")]

    assert len(commented) == 4
    for line in commented:
        settings = read_settings({line.removesuffix("="): "http://127.0.0.1:9401/"})
        assert list(settings.base_urls.values()) == ["http://127.0.0.1:9401"]


def test_reads_what_is_set() -> None:
    settings = read_settings(
        {
            "ZEROFEE_ENCRYPTION_KEYS": " newest , older ",
            "ZEROFEE_ASK_DELAYS": "1, 2,3",
            "ZEROFEE_LOG_FORMAT": "json",
            "ZEROFEE_PUBLIC_URL": "https://pay.example.com/",
            "ZEROFEE_ACME_BASE_URL": "https://sandbox.acme.example",
            "ZEROFEE_DRAIN_TIME": "",
            "ZEROFEE_RATE_LIMIT": "10/1",
            "ZEROFEE_TRUSTED_PROXIES": "10.0.0.0/8, 192.0.2.7",
            "ZEROFEE_CACHE_TIMEOUT": "0.2",
        }
    )

    assert settings.encryption_keys == (Secret("newest"), Secret("older"))
    assert settings.ask_delays == (1, 2, 3)
    assert settings.log_format is LogFormat.JSON
    assert settings.public_url == "https://pay.example.com"
    assert settings.base_urls == {"acme": "https://sandbox.acme.example"}
    assert settings.drain_time == 25
    assert settings.rate_limit == Budget(10, 1)
    assert settings.trusted_proxies == (ip_network("10.0.0.0/8"), ip_network("192.0.2.7/32"))
    assert settings.cache_timeout == 0.2


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ZEROFEE_ENVIRONMENT", "staging"),
        ("ZEROFEE_LOG_LEVEL", "loud"),
        ("ZEROFEE_PROVIDER_TIMEOUT", "0"),
        ("ZEROFEE_PROVIDER_TIMEOUT", "-1"),
        ("ZEROFEE_PROVIDER_TIMEOUT", "1.5"),
        ("ZEROFEE_PROVIDER_TIMEOUT", "soon"),
        ("ZEROFEE_ASK_DELAYS", "1,later"),
        ("ZEROFEE_PUBLIC_URL", "pay.example.com"),
        ("ZEROFEE_PUBLIC_URL", "https://pay.example.com/?x=1"),
        ("ZEROFEE_DATABASE_URL", "mysql://db/zerofee"),
        ("ZEROFEE_DATABASE_URL", "zerofee.db"),
        ("ZEROFEE_CACHE_URL", "localhost:6379"),
        ("ZEROFEE_CACHE_TIMEOUT", "0"),
        ("ZEROFEE_CACHE_TIMEOUT", "6"),
        ("ZEROFEE_CORS_ORIGINS", "shop.example.com"),
        ("ZEROFEE_CORS_ORIGINS", "https://shop.example.com/"),
        ("ZEROFEE_RATE_LIMIT", "600"),
        ("ZEROFEE_RATE_LIMIT", "0/60"),
        ("ZEROFEE_RATE_LIMIT", "600/0"),
        ("ZEROFEE_TRUSTED_PROXIES", "10.0.0.0/8,localhost"),
        ("ZEROFEE_TRUSTED_PROXIES", "10.0.0.1/8"),
        ("ZEROFEE_DATABASE_URL", "sqlite+aiosqlite:///:memory:"),
    ],
)
def test_refuses_a_value_by_its_variables_name(name: str, value: str) -> None:
    with pytest.raises(SettingsRefused) as refusal:
        read_settings({name: value})

    assert [said.split(":")[0] for said in refusal.value.problems] == [name]


def test_says_all_that_is_wrong_at_once() -> None:
    with pytest.raises(SettingsRefused) as refusal:
        read_settings({"ZEROFEE_BULKHEAD": "many", "ZEROFEE_MAX_BODY": "large"})

    assert len(refusal.value.problems) == 2


def test_notices_a_slip_of_the_pen() -> None:
    said = unknown_variables({"ZEROFEE_DATABSE_URL": "x", "ZEROFEE_TEST_DATABASE_URL": "x", "ZEROFEE_LOG_LEVEL": "x"})

    assert said == ("ZEROFEE_DATABSE_URL is no setting of this version; did you mean ZEROFEE_DATABASE_URL?",)


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("ZEROFEE_LOG_LEVEL=error\nZEROFEE_LOG_FORMAT=json\nOTHER=1\n")

    variables = read_environment({"ZEROFEE_LOG_LEVEL": "warning", "HOME": "x"}, file)

    assert variables == {"ZEROFEE_LOG_LEVEL": "warning", "ZEROFEE_LOG_FORMAT": "json"}


def test_a_missing_file_is_an_empty_one(tmp_path: Path) -> None:
    assert read_environment({}, tmp_path / "none") == {}


def test_a_dollar_sign_in_a_secret_stays_one(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("ZEROFEE_JWT_SECRET=a${HOME}b\n")

    assert read_settings(read_environment({}, file)).jwt_secret == (Secret("a${HOME}b"),)


def test_the_newest_secret_of_several_stands_first() -> None:
    assert read_settings({"ZEROFEE_JWT_SECRET": "new, old"}).jwt_secret == (Secret("new"), Secret("old"))


@pytest.mark.parametrize(
    ("variables", "required"),
    [
        ({}, False),
        (STRONG, True),
        ({"ZEROFEE_REQUIRE_VERIFIED_EMAIL": "true"}, True),
        (STRONG | {"ZEROFEE_REQUIRE_VERIFIED_EMAIL": "false"}, False),
        (STRONG | {"ZEROFEE_REQUIRE_VERIFIED_EMAIL": ""}, True),
    ],
)
def test_addresses_are_proven_in_production_unless_it_is_said(variables: dict[str, str], required: bool) -> None:
    assert read_settings(variables).verified_email_required is required


def test_limits_of_codes_are_three_numbers() -> None:
    assert read_settings({"ZEROFEE_OTP_LIMITS": "1, 2, 3"}).otp_limits == (1, 2, 3)
    for wrong in ("1,2", "1,2,3,4", "1,2,0", "off"):
        with pytest.raises(SettingsRefused, match="ZEROFEE_OTP_LIMITS"):
            read_settings({"ZEROFEE_OTP_LIMITS": wrong})


def test_mail_goes_where_the_settings_say() -> None:
    assert isinstance(open_notifier(read_settings({})), LogNotifier)
    assert isinstance(open_notifier(read_settings(STRONG)), NoNotifier)
    assert isinstance(open_notifier(read_settings(STRONG | {"ZEROFEE_SMTP_URL": "smtps://mail.example"})), SmtpNotifier)
    with pytest.raises(SettingsRefused, match="ZEROFEE_SMTP_URL") as refusal:
        open_notifier(read_settings({"ZEROFEE_SMTP_URL": "http://me:hunter2@mail.example"}))
    assert "hunter2" not in str(refusal.value)


def test_settings_show_nothing_secret() -> None:
    settings = read_settings({**STRONG, "ZEROFEE_DATABASE_URL": "postgresql+asyncpg://me:hunter2@db/zerofee"})

    for secret in ("hunter2", "a" * 32, "b" * 32, "c" * 32):
        assert secret not in repr(settings)
        assert secret not in str(settings)


def test_production_starts_with_good_settings() -> None:
    assert problems(read_settings(STRONG)) == ()


def test_production_refuses_the_defaults() -> None:
    said = problems(read_settings({"ZEROFEE_ENVIRONMENT": "production"}))

    for name in ("JWT_SECRET", "ENCRYPTION_KEYS", "API_KEY_PEPPER", "PUBLIC_URL"):
        assert any(one.startswith(f"ZEROFEE_{name} ") for one in said), name


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"ZEROFEE_JWT_SECRET": "short"}, "JWT_SECRET"),
        ({"ZEROFEE_ENCRYPTION_KEYS": "b" * 32 + ",short"}, "ENCRYPTION_KEYS"),
        ({"ZEROFEE_API_KEY_PEPPER": "a" * 32}, "API_KEY_PEPPER"),
        ({"ZEROFEE_ENCRYPTION_KEYS": "b" * 32 + "," + "b" * 32}, "ENCRYPTION_KEYS"),
        ({"ZEROFEE_PUBLIC_URL": "http://pay.example.com"}, "PUBLIC_URL"),
        ({"ZEROFEE_CORS_ORIGINS": "https://shop.example.com,*"}, "CORS_ORIGINS"),
        ({"ZEROFEE_CORS_ORIGINS": "http://shop.example.com"}, "CORS_ORIGINS"),
        ({"ZEROFEE_TRUSTED_PROXIES": "0.0.0.0/0"}, "TRUSTED_PROXIES"),
        ({"ZEROFEE_TRUSTED_PROXIES": "::/0"}, "TRUSTED_PROXIES"),
        ({"ZEROFEE_LOG_LEVEL": "debug"}, "LOG_LEVEL"),
        ({"ZEROFEE_PROVIDER_TIMEOUT": "61"}, "PROVIDER_TIMEOUT"),
        ({"ZEROFEE_REQUEST_BUDGET": "61"}, "REQUEST_BUDGET"),
        ({"ZEROFEE_IDEMPOTENCY_TTL": "3600"}, "IDEMPOTENCY_TTL"),
        ({"ZEROFEE_STRIPE_BASE_URL": "http://127.0.0.1:9401"}, "STRIPE_BASE_URL"),
        ({"ZEROFEE_JWT_SECRET": "a" * 32 + ",short"}, "JWT_SECRET"),
        ({"ZEROFEE_OTP_LIMITS": "21,15,30"}, "OTP_LIMITS"),
        ({"ZEROFEE_OTP_LIMITS": "5,61,30"}, "OTP_LIMITS"),
    ],
)
def test_production_refuses_one_weak_setting_by_its_name(change: dict[str, str], name: str) -> None:
    said = problems(read_settings(STRONG | change))

    assert [one.split(" ")[0] for one in said] == [f"ZEROFEE_{name}"]


def test_a_refusal_does_not_tell_the_secret() -> None:
    said = problems(read_settings(STRONG | {"ZEROFEE_JWT_SECRET": "hunter2"}))

    assert "hunter2" not in "".join(said)
