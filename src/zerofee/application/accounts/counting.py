"""What is limited is counted in the very commit that does it, so that no race and no lost cache lets more through."""

from dataclasses import dataclass
from typing import Final

from zerofee.application.rules import AccountRules
from zerofee.domain.change_set import Change, Insert, Update
from zerofee.domain.ports.accounts import Accounts
from zerofee.domain.ports.clock import Clock
from zerofee.domain.tally import TallyId, counted, tally_id

_REQUESTS: Final = "code requests"
_TRIES: Final = "code tries"


@dataclass(frozen=True, slots=True)
class Counting:
    """Counts requests for codes and tries of them, by account and by network address."""

    accounts: Accounts
    clock: Clock
    rules: AccountRules

    async def request_of(self, email: str) -> Change:
        """Count a request for a code of an account; raise `TooManyTries` when there were enough."""
        return await self._count(tally_id(f"{_REQUESTS} of account", email), self.rules.requests_an_hour)

    async def request_from(self, address: str) -> Change:
        """Count a request for a code from a network address; raise `TooManyTries` when there were enough."""
        return await self._count(tally_id(f"{_REQUESTS} from address", address), self.rules.an_hour_from_one_address)

    async def try_of(self, email: str) -> Change:
        """Count a try of a code of an account; raise `TooManyTries` when there were enough."""
        return await self._count(tally_id(f"{_TRIES} of account", email), self.rules.tries_an_hour)

    async def try_from(self, address: str) -> Change:
        """Count a try of a code from a network address; raise `TooManyTries` when there were enough."""
        return await self._count(tally_id(f"{_TRIES} from address", address), self.rules.an_hour_from_one_address)

    async def _count(self, name: TallyId, most: int) -> Change:
        tally = counted(await self.accounts.tally(name), name, most, self.clock.now())
        return Insert(tally) if tally.version == 1 else Update(tally)
