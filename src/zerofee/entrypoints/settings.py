"""The environment, read once into one frozen value; what cannot be read is refused by the variable's name."""

import difflib
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Annotated, Final, get_args, get_origin

import msgspec
from dotenv import dotenv_values
from msgspec import Meta

from zerofee.domain.budget import Budget
from zerofee.domain.delivery import DeliveryRules
from zerofee.domain.ports.vault import Secret

PREFIX: Final = "ZEROFEE_"
ENV_FILE: Final = Path(".env")
DEVELOPMENT_SECRETS: Final = {
    "jwt_secret": "in-development-only: the secret of access tokens",
    "encryption_keys": "in-development-only: the key of sealed credentials",
    "api_key_pepper": "in-development-only: the pepper of API keys",
}
"""Published, so production refuses them; a checkout without a `.env` can still be tried out."""

Seconds = Annotated[int, Meta(ge=1)]
PartOfSecond = Annotated[float, Meta(gt=0, le=5)]
Count = Annotated[int, Meta(ge=1)]
Delay = Annotated[int, Meta(ge=0)]
Port = Annotated[int, Meta(ge=1, le=65_535)]
Network = IPv4Network | IPv6Network
DatabaseUrl = Annotated[
    str, Meta(pattern=r"^(memory://|sqlite\+aiosqlite:///(?!:memory:).+|postgresql\+asyncpg://[^\s]+)$")
]
CacheUrl = Annotated[str, Meta(pattern=r"^(memory://|rediss?://[^\s]+|unix://[^\s]+)$")]
WebUrl = Annotated[str, Meta(pattern=r"^https?://[^\s/?#]+[^\s?#]*$")]
Origin = Annotated[str, Meta(pattern=r"^(\*|https?://[^\s/?#@]+)$")]

_BUDGET: Final = re.compile(r"([1-9]\d*)/([1-9]\d*)", re.ASCII)
Cap = Annotated[str, Meta(pattern=r"^[A-Z]{3}:[0-9]{0,12}:[0-9]{0,12}$")]

_BASE_URL: Final = re.compile(rf"{PREFIX}([A-Z][A-Z0-9_]*)_BASE_URL")
# Other programs' variables with our prefix: the tests' own databases.
_OTHERS: Final = re.compile(rf"{PREFIX}TEST_\w+")


class Stage(StrEnum):
    """Whether people's money is at stake on this machine."""

    DEVELOPMENT = "development"
    PRODUCTION = "production"


class LogFormat(StrEnum):
    """For people, or for programs: one JSON object a line."""

    TEXT = "text"
    JSON = "json"


class LogLevel(StrEnum):
    """The least that is logged."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """
    Every setting; `.env.example` says what each is for.

    The variable of a field is its name in capitals behind `ZEROFEE_`. Times are seconds, sizes bytes. Secrets of
    which there may be several stand newest first. `base_urls` holds every `ZEROFEE_<PROVIDER>_BASE_URL`.
    """

    environment: Stage = Stage.DEVELOPMENT
    public_url: WebUrl = "http://127.0.0.1:8000"
    database_url: DatabaseUrl = "sqlite+aiosqlite:///./zerofee.db"
    cache_url: CacheUrl = "memory://"
    cache_timeout: PartOfSecond = 0.05
    jwt_secret: tuple[Secret, ...] = (Secret(DEVELOPMENT_SECRETS["jwt_secret"]),)
    encryption_keys: tuple[Secret, ...] = (Secret(DEVELOPMENT_SECRETS["encryption_keys"]),)
    api_key_pepper: tuple[Secret, ...] = (Secret(DEVELOPMENT_SECRETS["api_key_pepper"]),)
    cors_origins: tuple[Origin, ...] = ()
    rate_limit: Budget = Budget(600, 60)
    auth_rate_limit: Budget = Budget(120, 60)
    trusted_proxies: tuple[Network, ...] = ()
    smtp_url: Secret = Secret("")
    mail_from: str = "zerofee@localhost"
    require_verified_email: bool | None = None
    otp_limits: tuple[Count, Count, Count] = (5, 15, 30)
    log_format: LogFormat = LogFormat.TEXT
    log_level: LogLevel = LogLevel.INFO
    base_urls: Mapping[str, str] = {}
    provider_timeout: Seconds = 20
    request_budget: Seconds = 30
    bulkhead: Count = 32
    breaker: tuple[Count, Count, Count, Count] = (20, 50, 30, 15)
    ask_delays: tuple[Seconds, ...] = (2, 5, 10, 30, 60, 120, 300)
    idempotency_ttl: Seconds = 86_400
    webhook_delays: tuple[Delay, ...] = DeliveryRules().delays_s
    webhook_timeout: Seconds = 15
    webhook_disable_after: Seconds = 432_000
    outbound_allow: tuple[Network, ...] = ()
    outbound_ports: tuple[Port, ...] = ()
    withdrawal_delay: Annotated[int, Meta(ge=0)] = 0
    withdrawal_limits: tuple[Cap, ...] = ()
    max_body: Count = 262_144
    header_timeout: Seconds = 10
    body_timeout: Seconds = 15
    max_connections: Count = 1_000
    drain_time: Seconds = 25

    def __repr__(self) -> str:  # type: ignore[explicit-override]  # `override` came with Python 3.12
        """Tell nothing that is secret: a database's URL holds a password too."""
        return f"Settings({self.environment})"

    @property
    def production(self) -> bool:
        """Say whether people's money is at stake."""
        return self.environment is Stage.PRODUCTION

    @property
    def verified_email_required(self) -> bool:
        """Say whether a password lets nobody in before the address was proven: in production, unless it is said."""
        return self.production if self.require_verified_email is None else self.require_verified_email


class SettingsRefused(Exception):
    """Settings that cannot be used; each of `problems` names its variable and says what to do."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        """Keep every problem, so that all of them can be mended at once."""
        super().__init__("\n".join(problems))
        self.problems = problems


def read_environment(environ: Mapping[str, str] | None = None, env_file: Path = ENV_FILE) -> Mapping[str, str]:
    """Give the variables with our prefix; the process's own win over those of the file `.env`."""
    of_file = {name: value or "" for name, value in dotenv_values(env_file, interpolate=False).items()}
    merged = {**of_file, **(os.environ if environ is None else environ)}
    return {name: value for name, value in merged.items() if name.startswith(PREFIX)}


def read_settings(variables: Mapping[str, str]) -> Settings:
    """
    Read variables into settings; an empty one is one that was left out.

    Raises `SettingsRefused` with everything that is wrong in form. What is wrong for production only is
    `production.problems`.
    """
    read: dict[str, object] = {"base_urls": _base_urls(variables)}
    wrong: list[str] = []
    for name, kind in _kinds():
        text = variables.get(PREFIX + name.upper(), "").strip()
        if not text:
            continue
        try:
            read[name] = _value(text, kind)
        except ValueError as fault:
            wrong.append(f"{PREFIX}{name.upper()}: {fault}. See .env.example for its form.")
    if wrong:
        raise SettingsRefused(tuple(wrong))
    return msgspec.structs.replace(Settings(), **read)


def unknown_variables(variables: Mapping[str, str]) -> tuple[str, ...]:
    """Say of each variable with our prefix that is no setting of this version, and what may have been meant."""
    known = [PREFIX + name.upper() for name, _ in _kinds()]
    said = []
    for name in sorted(variables):
        if name in known or _BASE_URL.fullmatch(name) or _OTHERS.fullmatch(name):
            continue
        near = difflib.get_close_matches(name, known, n=1)
        meant = f"; did you mean {near[0]}?" if near else "; it is ignored."
        said.append(f"{name} is no setting of this version{meant}")
    return tuple(said)


def _kinds() -> Iterator[tuple[str, object]]:
    for field in msgspec.structs.fields(Settings):
        if field.name != "base_urls":
            yield field.name, field.type


def _base_urls(variables: Mapping[str, str]) -> Mapping[str, str]:
    found = ((_BASE_URL.fullmatch(name), value.strip()) for name, value in variables.items())
    return {match[1].lower(): value.rstrip("/") for match, value in found if match and value}


def _value(text: str, kind: object) -> object:
    if kind is Secret:
        return Secret(text)
    if kind is Budget:
        return _budget(text)
    if kind == Network:
        return ip_network(text)
    if get_origin(kind) is tuple:
        return _values([part.strip() for part in text.split(",") if part.strip()], get_args(kind))
    if kind == WebUrl:
        text = text.rstrip("/")
    return msgspec.convert(text, kind, strict=False)


def _values(parts: Sequence[str], kinds: Sequence[object]) -> tuple[object, ...]:
    if kinds[-1] is not Ellipsis and len(parts) != len(kinds):
        raise ValueError(f"Expected {len(kinds)} values with commas between them")
    return tuple(_value(part, kinds[0]) for part in parts)


def _budget(text: str) -> Budget:
    found = _BUDGET.fullmatch(text)
    if found is None:
        raise ValueError("Expected requests/seconds, such as 600/60")
    return Budget(int(found[1]), int(found[2]))
