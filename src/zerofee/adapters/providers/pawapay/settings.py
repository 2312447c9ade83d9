"""What a connection's settings choose where pawaPay leaves a choice."""

from collections.abc import Iterator, Mapping
from typing import Final

Settings = Mapping[str, str]

FLOW: Final = "flow"
PAGE: Final = "page"
LANGUAGE: Final = "language"
UNSIGNED: Final = "unsigned_callbacks"
HINT: Final = "hint"

# The first of each is what an absent or unreadable setting means.
_VALUES: Final[Mapping[str, tuple[str, ...]]] = {
    FLOW: ("auto", PAGE),
    LANGUAGE: ("", "en", "fr"),
    UNSIGNED: ("refuse", HINT),
}


def chosen(settings: Settings, name: str) -> str:
    """Give a setting's value, or the one that it has by default."""
    value = settings.get(name, "")
    return value if value in _VALUES[name] else _VALUES[name][0]


def misread(settings: Settings) -> Iterator[str]:
    """Say of each setting that holds none of its values which ones it may hold."""
    for name, values in _VALUES.items():
        if name in settings and settings[name] not in values:
            yield f"The setting {name} must be one of {', '.join(filter(None, values))}."
