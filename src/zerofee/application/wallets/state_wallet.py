"""A wallet over a span of time: what it held, what happened, what it holds; the first two add up to the last."""

from collections import defaultdict
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from zerofee.domain.currency import Currency
from zerofee.domain.ids import EntryId
from zerofee.domain.ledger import WALLET_ACCOUNTS, Account, Entry
from zerofee.domain.ports.clock import Clock
from zerofee.domain.ports.ledger import Ledger
from zerofee.domain.scope import Scope

_PAGE: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """
    One statement, whose entries are read as they are wanted.

    It covers `since` and what comes after, and ends before `until`. `opening` holds what each of the wallet's accounts
    had then.
    """

    scope: Scope
    currency: Currency
    since: datetime
    until: datetime
    opening: Mapping[Account, int]
    entries: AsyncIterator[Entry]


class Totals:
    """What each account of a wallet holds, added up while entries go by."""

    def __init__(self, opening: Mapping[Account, int]) -> None:
        """Begin with what was there."""
        self.of: defaultdict[Account, int] = defaultdict(int, opening)

    def add(self, entry: Entry) -> int:
        """Count an entry; give what the whole wallet holds then."""
        self.of[entry.account] += entry.minor
        return self.whole

    @property
    def whole(self) -> int:
        """Give what the wallet holds in all."""
        return sum(self.of.values())


@dataclass(frozen=True, slots=True)
class StateWallet:
    """`GET /v1/wallets/{currency}/statement`, whoever asks."""

    ledger: Ledger
    clock: Clock

    async def __call__(
        self, scope: Scope, currency: Currency, since: datetime | None, until: datetime | None
    ) -> Statement:
        """State a wallet from `since` (the beginning, if left out) to `until` (now at the latest)."""
        now = self.clock.now()
        end = now if until is None else min(until, now)
        begin = datetime.fromtimestamp(0, tz=now.tzinfo) if since is None else min(since, end)
        opening = await self.ledger.folded(scope, currency, begin)
        return Statement(
            scope=scope,
            currency=currency,
            since=begin,
            until=end,
            opening={account: minor for account, minor in opening.items() if account in WALLET_ACCOUNTS},
            entries=self._entries(scope, currency, begin, end),
        )

    async def _entries(
        self, scope: Scope, currency: Currency, since: datetime, until: datetime
    ) -> AsyncIterator[Entry]:
        after: EntryId | None = None
        while page := await self.ledger.between(scope, currency, since, until, after, _PAGE):
            for entry in page:
                if entry.account in WALLET_ACCOUNTS:
                    yield entry
            after = page[-1].id
