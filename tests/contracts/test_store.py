"""Every store keeps every promise: a new one joins by one word of `tests.stores`."""

from zerofee.testing.accounts_contract import AccountsContract
from zerofee.testing.apps_contract import AppsContract
from zerofee.testing.checkouts_contract import CheckoutsContract
from zerofee.testing.inbox_contract import InboxContract
from zerofee.testing.ledger_contract import LedgerContract
from zerofee.testing.outbox_contract import OutboxContract
from zerofee.testing.store_contract import StoreContract
from zerofee.testing.views_contract import ViewsContract
from zerofee.testing.work_contract import WorkContract


class TestStore(StoreContract):
    pass


class TestViews(ViewsContract):
    pass


class TestWork(WorkContract):
    pass


class TestInbox(InboxContract):
    pass


class TestOutbox(OutboxContract):
    pass


class TestAccounts(AccountsContract):
    pass


class TestApps(AppsContract):
    pass


class TestCheckouts(CheckoutsContract):
    pass


class TestLedger(LedgerContract):
    pass
