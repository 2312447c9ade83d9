"""How single values stand in a column: times as integers, small structures as JSON."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final, TypeVar

import msgspec

from zerofee.domain.failure import Failure
from zerofee.domain.next_action import Display, NextAction, Otp, Redirect, UssdPush
from zerofee.domain.scope import Environment, Scope

T = TypeVar("T")
Row = Mapping[str, Any]
"""A row by its columns' names, as a driver gives or takes it: what a column holds is known to `tables` alone."""

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
_ENCODER: Final = msgspec.json.Encoder()
_TEXTS: Final = msgspec.json.Decoder(dict[str, str])
_FAILURE: Final = msgspec.json.Decoder(Failure)
_ACTIONS: Final[Mapping[str, type[NextAction]]] = {
    "redirect": Redirect,
    "ussd_push": UssdPush,
    "otp": Otp,
    "display": Display,
}
_ACTION_NAMES: Final = {kind: name for name, kind in _ACTIONS.items()}


def micros(at: datetime) -> int:
    """Write a time as whole microseconds since 1970, UTC."""
    return (at - _EPOCH) // _MICROSECOND


def maybe_micros(at: datetime | None) -> int | None:
    """Write a time that may be missing."""
    return None if at is None else micros(at)


def time_of(value: int) -> datetime:
    """Read what `micros` wrote."""
    return _EPOCH + timedelta(microseconds=value)


def maybe_time(value: int | None) -> datetime | None:
    """Read what `maybe_micros` wrote."""
    return None if value is None else time_of(value)


def json_of(value: object) -> str:
    """Write texts, lists and dataclasses as JSON."""
    return _ENCODER.encode(value).decode()


def maybe_json(value: object) -> str | None:
    """Write as JSON what may be missing."""
    return None if value is None else json_of(value)


def texts_json(texts: Mapping[str, str]) -> str:
    """Write an object of texts, of whatever kind of mapping."""
    return json_of(dict(texts))


def texts_of(value: str) -> Mapping[str, str]:
    """Read an object of texts."""
    return _TEXTS.decode(value)


def sorted_json(words: Iterable[str]) -> str:
    """Write a set of words, always the same way."""
    return json_of(sorted(words))


def words_of(value: str) -> frozenset[str]:
    """Read what `sorted_json` wrote."""
    return frozenset(msgspec.json.decode(value, type=list[str]))


def failure_of(value: str | None) -> Failure | None:
    """Read a failure that may be missing."""
    return None if value is None else _FAILURE.decode(value)


def action_json(action: NextAction | None) -> str | None:
    """Write a next action with the name of its kind."""
    if action is None:
        return None
    return json_of({"type": _ACTION_NAMES[type(action)], **msgspec.to_builtins(action)})


def action_of(value: str | None) -> NextAction | None:
    """Read what `action_json` wrote."""
    if value is None:
        return None
    fields = msgspec.json.decode(value, type=dict[str, Any])
    return msgspec.convert(fields, _ACTIONS[fields.pop("type")])


def scope_of(row: Row) -> Scope:
    """Read the scope of a row."""
    return Scope(row["app_id"], Environment(row["environment"]))
