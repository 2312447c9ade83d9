"""The books against themselves: each balance is what its entries add up to, and each group of entries sums to zero."""

import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Final

from zerofee.domain.ledger import balance_move
from zerofee.domain.ports.ledger import Books, WalletCheck
from zerofee.domain.wallet import BalanceMove, Balances

_LOG: Final = logging.getLogger(__name__)
_PAGE: Final = 100
_MANY: Final = 1_000


@dataclass(slots=True)
class _Place:
    """Where the last sample ended, so that in time every wallet has its turn."""

    last: Balances | None = None


@dataclass(frozen=True, slots=True)
class VerifyLedger:
    """Proves the books wallet by wallet. It reads and never mends: a difference is a matter for a person."""

    books: Books
    _place: _Place = field(default_factory=_Place, repr=False)

    async def count(self) -> int:
        """Say how many wallets there are to be checked."""
        counted, last = 0, None
        while page := await self.books.wallets_after(last, _MANY):
            counted, last = counted + len(page), page[-1]
        return counted

    async def every(self) -> AsyncIterator[tuple[Balances, tuple[str, ...]]]:
        """Check every wallet there is; give each with what is wrong with it, in sentences."""
        last: Balances | None = None
        while page := await self.books.wallets_after(last, _PAGE):
            for wallet in page:
                yield wallet, wrong(await self.books.check(wallet))
            last = page[-1]

    async def alarm(self) -> int:
        """Take a sample, and cry in the log for what is wrong; give how much that was."""
        said = await self.sample()
        for sentence in said:
            _LOG.critical("the books are wrong: %s", sentence)
        return len(said)

    async def sample(self, most: int = _PAGE) -> tuple[str, ...]:
        """Check the next few wallets, after those of the last sample; give what is wrong, in sentences."""
        page = await self.books.wallets_after(self._place.last, most)
        self._place.last = page[-1] if page else None
        return tuple([sentence for wallet in page for sentence in wrong(await self.books.check(wallet))])


def wrong(check: WalletCheck) -> tuple[str, ...]:
    """Say in sentences what does not add up in one wallet; nothing when all of it does."""
    kept = check.balances
    folded = balance_move(kept.scope, kept.currency, check.folded)
    of = f"{kept.scope.app_id} {kept.scope.environment} {kept.currency}"
    said = [
        f"{of}: {name} is {is_now} and its entries add up to {added}"
        for name, is_now, added in _pairs(kept, folded)
        if is_now != added
    ]
    total = sum(check.folded.values())
    if total:
        said.append(f"{of}: all entries together add up to {total} and not to 0")
    said += [f"{of}: the entries of {group} do not sum to 0" for group in check.unbalanced]
    return tuple(said)


def _pairs(kept: Balances, folded: BalanceMove) -> tuple[tuple[str, int, int], ...]:
    return (
        ("available", kept.available_minor, folded.available_minor),
        ("pending", kept.pending_minor, folded.pending_minor),
        ("reserved", kept.reserved_minor, folded.reserved_minor),
        ("debt", kept.debt_minor, folded.debt_minor),
    )
