"""The door for Python services: `from zerofee import ZeroFee`, and nothing is loaded before that name is asked for."""

from importlib import import_module

__all__ = ["ZeroFee"]


def __getattr__(name: str) -> object:
    """Load `ZeroFee` when it is first asked for, so that importing any other module of ours stays light."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module("zerofee.entrypoints.library"), name)
