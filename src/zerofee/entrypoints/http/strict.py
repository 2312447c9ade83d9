"""Strict JSON: what is sent is taken as it is or refused with the field's name, and never bent into shape."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from typing import Any, Final, TypeVar
from urllib.parse import parse_qsl

import msgspec

from zerofee.entrypoints.http.refusals import BadJson, BadRequest, InvalidRequest, Violation

T = TypeVar("T", bound=msgspec.Struct)

DEEPEST: Final = 32
# A string that is never closed takes the rest with it: so each byte is looked at once.
_MARKS: Final = re.compile(rb'"(?:[^"\\]|\\.)*+"?|[\[\]{}]', re.DOTALL)
_AT: Final = re.compile(r"^(?P<said>.*?)(?: - at `\$\.?(?P<path>[^`]*)`)?$", re.DOTALL)
_NAMED: Final = re.compile(r"(?:missing required|unknown) field `(?P<name>.*)`", re.DOTALL)
_PLACE: Final = re.compile(r"\[([0-9]+)\]")
_CONTROLS: Final = frozenset(map(chr, range(0x20))) - frozenset("\t\n\r")
_LONGEST_SHOWN: Final = 100
_MOST_ASKED: Final = 50


def decode(model: type[T], body: bytes) -> T:
    """
    Read a JSON object as `model`.

    Raises `BadJson` for what is no JSON in UTF-8, or nested deeper than 32; `InvalidRequest`, naming the field, for
    a wrong type (no string, fraction, exponent or boolean is an integer), a missing, unknown or repeated member,
    and for NUL, control characters and halves of surrogate pairs.

    Source: reliability rules MON-2, INP-1, INP-2, INP-3.
    """
    if not body.strip():
        raise BadJson("The body is empty: send a JSON object.")
    _refuse_depth(body)
    try:
        decoded: T = _decoder(model).decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError) as fault:
        _refuse_content(body)
        raise _refusal(fault) from fault
    if not _is_plain(body):
        _refuse_content(body)
    return decoded


def read_query(model: type[T], query: bytes) -> T:
    """
    Read a query string as `model`, each parameter at most once.

    Raises `InvalidRequest`, naming the parameter, and `BadRequest` for what is no query in UTF-8.
    """
    try:
        pairs = parse_qsl(query.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=_MOST_ASKED)
    except ValueError as fault:
        raise BadRequest("The query is no list of names and values in percent-encoded UTF-8.") from fault
    asked = _members([*pairs])
    violations = list(_violations(asked, "", escapes=True))
    if violations:
        raise InvalidRequest(violations)
    try:
        return msgspec.convert(asked, model, strict=False)
    except msgspec.ValidationError as fault:
        raise _refusal(fault) from fault


@cache
def _decoder(model: type[msgspec.Struct]) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(model)


def _refuse_depth(body: bytes) -> None:
    # Nothing can be deeper than there are opening brackets, and most bodies have two.
    if body.count(b"{") + body.count(b"[") <= DEEPEST:
        return
    depth = 0
    for mark in _MARKS.finditer(body):
        match mark[0]:
            case b"{" | b"[":
                depth += 1
            case b"}" | b"]":
                depth -= 1
            case _:
                pass
        if depth > DEEPEST:
            raise BadJson(f"The body is nested deeper than {DEEPEST}.")


class _CameTwice(Exception):
    """A member came twice, somewhere."""


def _once(pairs: list[tuple[str, object]]) -> None:
    if len(dict(pairs)) != len(pairs):
        raise _CameTwice


# The other reader, which shows each member as it came. Numbers stay text: one of a million digits is no number.
_QUICK: Final = json.JSONDecoder(object_pairs_hook=_once, parse_int=str, parse_float=str)


def _is_plain(body: bytes) -> bool:
    """Say whether good JSON has no member twice, and no escapes, which alone can bring in what is unfit."""
    if b"\\u" in body:
        return False
    try:
        _QUICK.decode(body.decode())
    except _CameTwice:
        return False
    return True


class _Repeated(dict[str, object]):
    """An object with a member that came twice; `name` is the first such."""

    name: str = ""


def _members(pairs: list[tuple[str, object]]) -> dict[str, object]:
    members = dict(pairs)
    if len(members) == len(pairs):
        return members
    repeated = _Repeated(members)
    repeated.name = next(name for name, times in Counter(name for name, _ in pairs).items() if times > 1)
    return repeated


_READER: Final = json.JSONDecoder(object_pairs_hook=_members, parse_int=str, parse_float=str, parse_constant=str)


def _refuse_content(body: bytes) -> None:
    try:
        content = _READER.decode(body.decode())
    except UnicodeDecodeError as fault:
        raise BadJson("The body is not UTF-8.") from fault
    except ValueError as fault:
        raise BadJson("The body is no valid JSON.") from fault
    if not isinstance(content, dict):
        raise BadJson("The body must be a JSON object.")
    escapes = b"\\u" in body
    violations = list(_violations(content, "", escapes=escapes))
    if violations:
        raise InvalidRequest(violations)


def _violations(content: object, path: str, *, escapes: bool) -> Iterator[Violation]:
    match content:
        case dict():
            if isinstance(content, _Repeated):
                yield Violation(_shown(f"{path}{content.name}"), "came twice; send it once.")
            for name, value in content.items():
                if escapes and _is_unfit(name):
                    yield Violation(_shown(f"{path}{name}"), _UNFIT)
                yield from _violations(value, f"{path}{name}.", escapes=escapes)
        case list():
            for place, value in enumerate(content):
                yield from _violations(value, f"{path}{place}.", escapes=escapes)
        case str() if escapes and _is_unfit(content):
            yield Violation(_shown(path.removesuffix(".")), _UNFIT)
        case _:
            pass


_UNFIT: Final = "holds NUL, a control character or half of a surrogate pair; leave it out."


def _is_unfit(text: str) -> bool:
    return not _CONTROLS.isdisjoint(text) or any("\ud800" <= character <= "\udfff" for character in text)


def _refusal(fault: Exception) -> InvalidRequest | BadJson:
    if not isinstance(fault, msgspec.ValidationError):
        return BadJson("The body is no valid JSON.")
    found = _AT.match(str(fault))
    said, path = (found["said"], found["path"] or "") if found else (str(fault), "")
    named = _NAMED.search(said)
    path = _PLACE.sub(r".\1", path.replace("[...]", ""))
    parts = [part for part in (path, named["name"] if named else "") if part]
    if not parts:
        return BadJson("The body must be a JSON object.")
    return InvalidRequest([Violation(_shown(".".join(parts)), _sentence(said, known=named is None))])


def _sentence(said: str, *, known: bool) -> str:
    if known:
        return f"{said}."
    return "is missing; send it." if "missing" in said else "is no field of this request; leave it out."


def _shown(name: str) -> str:
    """Make a name that came from outside fit to be shown: short, and with no half of a character in it."""
    text = name if len(name) <= _LONGEST_SHOWN else f"{name[:_LONGEST_SHOWN]}…"
    return text.encode("utf-8", "backslashreplace").decode()
