"""An app's fee rules, remembered for a few seconds: every payment that succeeds asks for them."""

import time
from collections.abc import Callable
from typing import Final

from zerofee.adapters.remembering import Remembered
from zerofee.domain.fee import FeeRule
from zerofee.domain.ports.ledger import FeeRules
from zerofee.domain.scope import Scope

_TTL_S: Final = 5


class RememberedFeeRules:
    """The `FeeRules` port over another one."""

    def __init__(self, rules: FeeRules, ttl_s: int = _TTL_S, stopwatch: Callable[[], float] = time.monotonic) -> None:
        """Remember what `rules` tells."""
        self._remembered = Remembered(rules.fee_rules, ttl_s, stopwatch=stopwatch)

    async def fee_rules(self, scope: Scope) -> tuple[FeeRule, ...]:
        return await self._remembered.get(scope)
