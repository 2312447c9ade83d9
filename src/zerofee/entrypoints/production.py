"""What production refuses to start with, and development warns of."""

from collections.abc import Callable, Iterator
from ipaddress import ip_network
from typing import Final

from zerofee.domain.ports.vault import Secret
from zerofee.entrypoints.settings import DEVELOPMENT_SECRETS, PREFIX, LogLevel, Settings

_SHORTEST_SECRET: Final = 32
_LONGEST_TIMEOUT_S: Final = 60
_SHORTEST_TTL_S: Final = 86_400
# A lane's lease must outlast a try.
_LONGEST_WEBHOOK_S: Final = 20
_LIMITED: Final = ("requests of one account", "tries of one account", "of each from one address")
# A million codes, of which each try is one: what these allow takes more than a year to become likely.
_MOST_OTP: Final = (20, 60, 1000)
_MAKE_ONE: Final = 'make one with: python3 -c "import secrets; print(secrets.token_urlsafe(48))"'


def problems(settings: Settings) -> tuple[str, ...]:
    """
    Say what keeps these settings from production; each sentence names its variable and says what to do.

    Source: reliability rules OPS-2 and section 16.
    """
    return tuple(f"{PREFIX}{said}" for check in _CHECKS for said in check(settings))


def _secrets(settings: Settings) -> Iterator[tuple[str, Secret]]:
    yield from (("JWT_SECRET", secret) for secret in settings.jwt_secret)
    yield from (("ENCRYPTION_KEYS", key) for key in settings.encryption_keys)
    yield from (("API_KEY_PEPPER", pepper) for pepper in settings.api_key_pepper)


def _weak_secrets(settings: Settings) -> Iterator[str]:
    seen: dict[str, str] = {}
    for name, secret in _secrets(settings):
        text = secret.reveal()
        if text in DEVELOPMENT_SECRETS.values():
            yield f"{name} is missing, or the published one of development: {_MAKE_ONE}"
        elif len(text.encode()) < _SHORTEST_SECRET:
            yield f"{name} has fewer than {_SHORTEST_SECRET} bytes: {_MAKE_ONE}"
        elif text in seen:
            yield f"{name} is the same as one of {PREFIX}{seen[text]}: {_MAKE_ONE}"
        seen[text] = name


def _plain_urls(settings: Settings) -> Iterator[str]:
    if not settings.public_url.startswith("https://"):
        yield "PUBLIC_URL is not https: set the address at which the world reaches this server."
    for provider_id, url in settings.base_urls.items():
        if not url.startswith("https://"):
            yield f"{provider_id.upper()}_BASE_URL is not https: leave it out to use the provider's own."


def _open_origins(settings: Settings) -> Iterator[str]:
    if "*" in settings.cors_origins:
        yield "CORS_ORIGINS lets every site in: list the origins of your own pages."


def _plain_origins(settings: Settings) -> Iterator[str]:
    for origin in settings.cors_origins:
        if origin.startswith("http://"):
            yield f"CORS_ORIGINS holds {origin}, which is not https: whoever is on the way could change that page."


def _open_proxies(settings: Settings) -> Iterator[str]:
    for network in settings.trusted_proxies:
        if network.prefixlen == 0:
            yield "TRUSTED_PROXIES trusts everybody, who may then claim any address: list your own proxies."


def _loud_logs(settings: Settings) -> Iterator[str]:
    if settings.log_level is LogLevel.DEBUG:
        yield "LOG_LEVEL is debug, at which libraries log what they handle: use info."


def _open_networks(settings: Settings) -> Iterator[str]:
    for network in settings.outbound_allow:
        if any(network.version == inner.version and network.overlaps(inner) for inner in _INNERMOST):
            yield f"OUTBOUND_ALLOW holds {network}, which leads to this machine or its cloud's secrets: take it out."


def _bounds(settings: Settings) -> Iterator[str]:
    for name in ("provider_timeout", "request_budget"):
        if getattr(settings, name) > _LONGEST_TIMEOUT_S:
            yield f"{name.upper()} is more than {_LONGEST_TIMEOUT_S} seconds: set less."
    for name, limit, most in zip(_LIMITED, settings.otp_limits, _MOST_OTP, strict=True):
        if limit > most:
            yield f"OTP_LIMITS allows {limit} {name} an hour, so that codes can be guessed: at most {most}."
    if sum(settings.webhook_delays) < _SHORTEST_TTL_S:
        yield "WEBHOOK_DELAYS gives an endpoint up after less than 24 hours in all: leave it out, or set longer waits."
    if settings.webhook_disable_after < _SHORTEST_TTL_S:
        yield "WEBHOOK_DISABLE_AFTER disables an endpoint after less than 24 hours: set 86400 or more."
    if settings.webhook_timeout > _LONGEST_WEBHOOK_S:
        yield f"WEBHOOK_TIMEOUT is more than {_LONGEST_WEBHOOK_S} seconds: set less."
    if settings.idempotency_ttl < _SHORTEST_TTL_S:
        yield f"IDEMPOTENCY_TTL is less than 24 hours: set {_SHORTEST_TTL_S} or more."


_INNERMOST: Final = tuple(map(ip_network, ("127.0.0.0/8", "169.254.0.0/16", "0.0.0.0/8", "::/127", "fe80::/10")))
_CHECKS: Final[tuple[Callable[[Settings], Iterator[str]], ...]] = (
    _weak_secrets,
    _plain_urls,
    _open_origins,
    _plain_origins,
    _open_proxies,
    _loud_logs,
    _open_networks,
    _bounds,
)
