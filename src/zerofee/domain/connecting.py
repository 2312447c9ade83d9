"""What an app must give to be connected to a provider, checked before the provider's own package looks at it."""

import re
from collections.abc import Collection, Mapping
from typing import Final

from zerofee.domain.capabilities import Capabilities
from zerofee.domain.maturing import refuse_delay
from zerofee.domain.new_payment import InvalidField
from zerofee.domain.plain_text import is_plain
from zerofee.domain.scope import Environment

# A private key in PEM is the longest that a provider asks for.
LONGEST_CREDENTIAL: Final = 8_192
MOST_SETTINGS: Final = 50
LONGEST_SETTING: Final = 500
_SHOWN: Final = 64
_SETTING: Final = re.compile(rf"[A-Za-z][A-Za-z0-9_]{{0,{_SHOWN - 1}}}", re.ASCII)


def refuse_environment(can: Capabilities, environment: Environment) -> None:
    """Raise `InvalidField` for an environment that the provider does not serve: the test provider moves no money."""
    if environment not in can.environments:
        served = " and ".join(sorted(can.environments))
        raise InvalidField(f"{can.name} serves {served} only.", field="environment")


def refuse_fields(can: Capabilities, names: Collection[str]) -> None:
    """Raise `InvalidField` for a credential that the provider does not declare, or one that it needs and has not."""
    declared = {field.name: field for field in can.credentials}
    for name in names:
        if name not in declared:
            known = ", ".join(declared) or "none"
            raise InvalidField(f"{can.name} has no such credential. It takes: {known}.", field=_credential(name))
    for name, field in declared.items():
        if field.required and name not in names:
            raise InvalidField(f"{can.name} needs {name}: {field.label}.", field=_credential(name))


def refuse_text(name: str, value: str) -> None:
    """Raise `InvalidField` for a credential that is empty, too long or holds control characters; never tell it."""
    if not value.strip() or len(value) > LONGEST_CREDENTIAL or not is_plain(value):
        detail = f"A credential has 1 to {LONGEST_CREDENTIAL} characters, and no control characters."
        raise InvalidField(detail, field=_credential(name))


def settings_of(wanted: Mapping[str, str]) -> Mapping[str, str]:
    """Check a connection's settings: at most 50 names of letters, digits and `_`, with plain texts; `InvalidField`."""
    if len(wanted) > MOST_SETTINGS:
        raise InvalidField(f"There may be at most {MOST_SETTINGS} settings.", field="settings")
    for name, value in wanted.items():
        if not _SETTING.fullmatch(name):
            detail = "A setting's name is a letter, then up to 63 letters, digits and _."
            raise InvalidField(detail, field=f"settings.{name[:_SHOWN]}")
        if not value or len(value) > LONGEST_SETTING or not is_plain(value):
            detail = f"A setting has 1 to {LONGEST_SETTING} characters, and no control characters."
            raise InvalidField(detail, field=f"settings.{name}")
    refuse_delay(wanted)
    return dict(wanted)


def _credential(name: str) -> str:
    return f"credentials.{name[:_SHOWN]}"
