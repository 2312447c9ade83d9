"""What must be true of the books whenever anybody looks."""

from zerofee.application.upkeep.verify_ledger import VerifyLedger
from zerofee.domain.ports.ledger import Books
from zerofee.domain.wallet import Balances
from zerofee.testing.builders import SCOPE, XOF


async def balanced(books: Books) -> dict[str, Balances]:
    """Say what each wallet holds, by currency, once it is proven that the books are right."""
    held: dict[str, Balances] = {}
    async for balances, wrong in VerifyLedger(books).every():
        assert wrong == ()
        amounts = balances.available_minor, balances.pending_minor, balances.reserved_minor, balances.debt_minor
        assert min(amounts) >= 0, balances
        held[balances.currency] = balances
    return held


def holding(available: int = 0, *, pending: int = 0, reserved: int = 0, debt: int = 0) -> Balances:
    """Give the balances of the tests' app in XOF."""
    return Balances(
        scope=SCOPE,
        currency=XOF,
        available_minor=available,
        pending_minor=pending,
        reserved_minor=reserved,
        debt_minor=debt,
    )
