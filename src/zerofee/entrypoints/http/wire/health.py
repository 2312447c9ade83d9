"""What the system says of itself."""

from typing import Literal

import msgspec


class ApiBody(msgspec.Struct, frozen=True, kw_only=True):
    """What this is, and where it is described."""

    object: Literal["api"] = "api"
    name: str
    version: str
    docs: str
    openapi: str


class HealthBody(msgspec.Struct, frozen=True, kw_only=True):
    """Whether the process is alive."""

    status: Literal["ok"] = "ok"


class ReadinessBody(msgspec.Struct, frozen=True, kw_only=True):
    """
    Whether requests are wanted here: not while the database is gone, nor while the process is stopping.

    Without its cache the service is slower, and whole.
    """

    status: Literal["ok", "not_ready", "stopping"]
    database: Literal["ok", "unavailable"]
    cache: Literal["ok", "degraded"]
