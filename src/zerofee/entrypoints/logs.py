"""Logging, set up once: one line a record, redacted, with the request it belongs to."""

import logging
import sys
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Final, TextIO

import msgspec

from zerofee.entrypoints.redaction import redact
from zerofee.entrypoints.settings import LogFormat, LogLevel

REQUEST_ID: ContextVar[str | None] = ContextVar("request_id", default=None)
"""The request that is being served in this context."""

# Libraries that tell at `info` or `debug` what they send and what they are sent.
_QUIET: Final = (
    "aiosqlite",
    "alembic",
    "asyncio",
    "httpcore",
    "httpx",
    "sqlalchemy",
    "uvicorn.access",
    "uvicorn.error",
)


class _Line(msgspec.Struct, omit_defaults=True):
    time: str
    level: str
    logger: str
    message: str
    request_id: str | None = None
    exception: str | None = None


class _OneLine(logging.Formatter):
    """Makes the redacted parts of a record; how they stand in a line is for the subclasses."""

    def line(self, record: logging.LogRecord) -> _Line:
        exception = self.formatException(record.exc_info) if record.exc_info else record.exc_text
        request_id = REQUEST_ID.get()
        return _Line(
            time=datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            level=record.levelname.lower(),
            logger=record.name,
            message=_encodable(redact(record.getMessage())),
            request_id=_encodable(redact(request_id)) if request_id else None,
            exception=_encodable(redact(exception)) if exception else None,
        )


class JsonLines(_OneLine):
    """One JSON object a line; encoding keeps a line break of the input from starting a line of ours."""

    def format(self, record: logging.LogRecord) -> str:  # type: ignore[explicit-override]  # Python 3.12 has it
        """Write a record."""
        return msgspec.json.encode(self.line(record)).decode()


class TextLines(_OneLine):
    """For people: what has several lines of its own is indented, so that no input looks like a line of ours."""

    def format(self, record: logging.LogRecord) -> str:  # type: ignore[explicit-override]  # Python 3.12 has it
        """Write a record."""
        line = self.line(record)
        request = f" [{_flat(line.request_id)}]" if line.request_id else ""
        text = f"{line.time} {line.level:7} {line.logger}{request} {_flat(line.message)}"
        if line.exception:
            text += "".join(f"\n    {_flat(part)}" for part in line.exception.splitlines())
        return text


def set_up_logging(log_format: LogFormat, level: LogLevel, stream: TextIO = sys.stderr) -> None:
    """Send every record of this process to `stream`, one redacted line each; twice is once."""
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonLines() if log_format is LogFormat.JSON else TextLines())
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    logging.captureWarnings(capture=True)
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)


def _encodable(text: str) -> str:
    """Write half of a surrogate pair, which no UTF-8 can hold, as an escape."""
    return text.encode(errors="backslashreplace").decode()


def _flat(text: str) -> str:
    """Write control characters as escapes."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
