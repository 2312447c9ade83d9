"""The house rules that no linter knows, each a function from a source to what is wrong with it."""

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Final

MAX_LINES: Final = 350
"""A file that passes 200 lines is usually two ideas; one that passes this always is."""

MONEY: Final = re.compile(r"amount|minor|balance|captured|refunded|money|fee", re.IGNORECASE)

WORLDLY: Final = frozenset(
    {"asyncio", "http", "io", "logging", "os", "pathlib", "random", "secrets", "socket", "sqlite3", "ssl"}
    | {"subprocess", "sys", "tempfile", "threading", "time", "urllib.request", "uuid"}
)
"""Modules of the standard library that reach a clock, chance, or the world outside the process."""

CLOCKS: Final = frozenset(
    {("datetime", "now"), ("datetime", "utcnow"), ("datetime", "today"), ("date", "today")}
    | {("time", "time"), ("time", "time_ns")}
)

VAGUE: Final = frozenset(
    {"base", "common", "helper", "helpers", "manager", "managers", "misc", "util", "utils"},
)

# The words are put together, so that this file may be read by its own rules.
REGISTRIES: Final = tuple(
    ".".join(host)
    for host in (
        ("pypi", "org"),
        ("pythonhosted", "org"),
        ("deb", "debian", "org"),
        ("registry", "npmjs", "org"),
    )
)
LATER: Final = re.compile(rf"\b({'TO' + 'DO'}|{'FIX' + 'ME'})\b")
MACHINE_PATH: Final = re.compile(r"(?<![\w.}~-])/(work|tmp|root|home)/\w")


def strangers(source: str) -> Iterator[str]:
    """Find what the domain may not import: all but itself and the still part of the standard library."""
    for module in _imports(source):
        root = module.partition(".")[0]
        worldly = root in WORLDLY or module in WORLDLY
        ours = module == "zerofee.domain" or module.startswith("zerofee.domain.")
        if not ours and (root not in sys.stdlib_module_names or worldly):
            yield f"imports {module}"


def floats_near_money(source: str) -> Iterator[str]:
    """Find `float(`, and a division or a fraction where a name speaks of money."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Call(func=ast.Name(id="float")):
                yield f"line {node.lineno}: float("
            case ast.BinOp(op=ast.Div()) | ast.AugAssign(op=ast.Div()) if MONEY.search(ast.unparse(node)):
                yield f"line {node.lineno}: / near money, in {ast.unparse(node)}"
            case ast.BinOp(left=ast.Constant(value=float())) | ast.BinOp(right=ast.Constant(value=float())) if (
                MONEY.search(ast.unparse(node))
            ):
                yield f"line {node.lineno}: a fraction near money, in {ast.unparse(node)}"
            case ast.AnnAssign(annotation=ast.Name(id="float"), target=target) if MONEY.search(ast.unparse(target)):
                yield f"line {node.lineno}: money as a float, in {ast.unparse(target)}"
            case _:
                pass


def clocks(source: str) -> Iterator[str]:
    """Find who asks the wall clock; a stopwatch (`time.monotonic`) is no clock."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Attribute(value=ast.Name(id=owner) | ast.Attribute(attr=owner), attr=attr) if (
                owner,
                attr,
            ) in CLOCKS:
                yield f"line {node.lineno}: {owner}.{attr}"
            case ast.ImportFrom(module="time", names=names):
                yield from (f"line {node.lineno}: time.{a.name}" for a in names if ("time", a.name) in CLOCKS)
            case _:
                pass


def imports_for_types_only(source: str) -> Iterator[str]:
    """Find `TYPE_CHECKING`: a cycle is a design question, and frameworks read annotations at run time."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Name(id="TYPE_CHECKING") | ast.Attribute(attr="TYPE_CHECKING"):
                yield f"line {node.lineno}: TYPE_CHECKING"
            case _:
                pass


def too_long(source: str) -> Iterator[str]:
    """Find a file that holds two ideas."""
    lines = source.count("\n")
    if lines > MAX_LINES:
        yield f"{lines} lines, and {MAX_LINES} are the most: it holds two ideas"


def vague_name(path: PurePosixPath) -> Iterator[str]:
    """Find a file or folder whose name does not tell whether to open it."""
    for part in path.parts:
        vague = VAGUE.intersection(re.split(r"[._]", part))
        if vague:
            yield f"named {part}: find the noun"


def leftovers(text: str) -> Iterator[str]:
    """Find what was put off, and what only one machine or one package index knows."""
    for number, line in enumerate(text.splitlines(), start=1):
        if LATER.search(line):
            yield f"line {number}: do it, or write it up where work is planned"
        if MACHINE_PATH.search(line):
            yield f"line {number}: names a path of one machine"
        if any(host in line for host in REGISTRIES):
            yield f"line {number}: names the host of a package registry"


def _imports(source: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        if isinstance(node, ast.ImportFrom):
            yield f"{'.' * node.level}{node.module or ''}"
