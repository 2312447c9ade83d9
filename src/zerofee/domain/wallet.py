"""Balances of an app, and the guard that keeps them above zero."""

from dataclasses import dataclass

from zerofee.domain.currency import Currency
from zerofee.domain.scope import Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class BalanceMove:
    """
    Add to an app's balances in one currency, in minor units; negative takes away.

    It is an increment and not a new value, so that one busy app does not conflict with itself. The store refuses
    it, with all that came with it, when a balance would fall below zero.
    """

    scope: Scope
    currency: Currency
    available_minor: int = 0
    pending_minor: int = 0
    reserved_minor: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Balances:
    """What an app has in one currency, in minor units."""

    scope: Scope
    currency: Currency
    available_minor: int = 0
    pending_minor: int = 0
    reserved_minor: int = 0
