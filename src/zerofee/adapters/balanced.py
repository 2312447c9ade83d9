"""What every store asks of a set that holds entries, before it writes any of it."""

from zerofee.domain.change_set import BrokenRule, ChangeSet, Insert
from zerofee.domain.ledger import Entry, Unbalanced, refuse_unbalanced
from zerofee.domain.wallet import BalanceMove


def refuse_unbalanced_set(changes: ChangeSet) -> None:
    """Raise `BrokenRule` unless its entries sum to zero by group, and its balances move as they say."""
    entries = [c.value for c in changes if isinstance(c, Insert) and isinstance(c.value, Entry)]
    if not entries:
        return
    try:
        refuse_unbalanced(entries, (change for change in changes if isinstance(change, BalanceMove)))
    except Unbalanced as fault:
        raise BrokenRule(str(fault)) from fault
