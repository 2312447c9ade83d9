"""`zerofee providers new NAME`: the anatomy of a provider, laid out as a package of its own that already runs."""

import re
from collections.abc import Mapping
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Final

from jinja2 import Environment, StrictUndefined

from zerofee.entrypoints.cli.failing import CommandFailed

_NAME: Final = re.compile(r"[a-z][a-z0-9]{1,29}")
_TEMPLATE: Final = "provider_template"
_ENDING: Final = ".j2"
_PLACE: Final = "NAME"
_JINJA: Final = Environment(undefined=StrictUndefined, keep_trailing_newline=True, autoescape=False)  # noqa: S701  Python and TOML, from a name of letters


def drawn(name: str) -> Mapping[str, str]:
    """
    Draw the files of a provider called `name`, by their paths.

    Raises `CommandFailed` for a name that no module, no entry point and no address could have.
    """
    if not _NAME.fullmatch(name):
        raise CommandFailed("A provider's name is 2 to 30 small letters and digits, a letter first: mypay, not My-Pay.")
    names = {"name": name, "title": name.capitalize()}
    root = files("zerofee.entrypoints.cli").joinpath(_TEMPLATE)
    return {
        path.removesuffix(_ENDING).replace(_PLACE, name): _JINJA.from_string(text).render(names)
        for path, text in _read(root, "").items()
    }


def lay_out(name: str, folder: Path) -> tuple[Path, ...]:
    """Write the files of a provider into `folder`, which must not be there yet; give their paths."""
    wanted = drawn(name)
    if folder.exists():
        raise CommandFailed(f"{folder} is there already: choose another folder.")
    for path, text in wanted.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)
    return tuple(folder / path for path in sorted(wanted))


def _read(place: Traversable, under: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for entry in place.iterdir():
        path = f"{under}{entry.name}"
        if entry.is_dir():
            found |= _read(entry, f"{path}/")
        elif entry.name.endswith(_ENDING):
            found[path] = entry.read_text()
    return found
