"""All statements of the storage, so that they are compiled once and can be walked: for plans, and for their scope."""

from collections.abc import Iterator
from itertools import combinations
from typing import Final

from zerofee.adapters.sql.account_statements import AccountStatements
from zerofee.adapters.sql.app_statements import AppStatements
from zerofee.adapters.sql.audit_statements import AuditStatements
from zerofee.adapters.sql.checkout_statements import CheckoutStatements
from zerofee.adapters.sql.dialects import SqlDialect
from zerofee.adapters.sql.inbox_statements import InboxStatements
from zerofee.adapters.sql.ledger_statements import LedgerStatements
from zerofee.adapters.sql.outbox_statements import OutboxStatements
from zerofee.adapters.sql.page_statements import FILTERS, PageStatements
from zerofee.adapters.sql.prepared import Prepared, prepare
from zerofee.adapters.sql.read_statements import ReadStatements
from zerofee.adapters.sql.rows.attempt import AttemptRows
from zerofee.adapters.sql.work_statements import WorkStatements
from zerofee.adapters.sql.write_statements import WriteStatements

_NO_SECRETS: Final = AttemptRows()


class Statements:
    """Every statement for one dialect."""

    def __init__(self, sql: SqlDialect, attempts: AttemptRows = _NO_SECRETS) -> None:
        """Compile all but the pages, whose statements depend on what is asked."""
        self.writes = WriteStatements(sql, attempts)
        self.reads = ReadStatements.of(sql)
        self.pages = PageStatements(sql)
        self.work = WorkStatements.of(sql)
        self.checkouts = CheckoutStatements.of(sql)
        self.inbox = InboxStatements.of(sql)
        self.apps = AppStatements.of(sql)
        self.audit = AuditStatements.of(sql)
        self.accounts = AccountStatements.of(sql)
        self.ledger = LedgerStatements.of(sql)
        self.outbox = OutboxStatements.of(sql)
        self.known_claims = prepare("known claims", sql.known_claims(), sql.dialect)

    def __iter__(self) -> Iterator[Prepared]:
        """Walk them all, the pages by no filter, by each filter and by each two."""
        yield from (writing.prepared for writing in self.writes.ordered)
        yield self.known_claims
        yield from (getattr(self.reads, name) for name in self.reads.__dataclass_fields__)
        yield from (getattr(self.work, name) for name in self.work.__dataclass_fields__)
        yield from (getattr(self.checkouts, name) for name in self.checkouts.__dataclass_fields__)
        yield from (getattr(self.inbox, name) for name in self.inbox.__dataclass_fields__)
        yield from (getattr(self.apps, name) for name in self.apps.__dataclass_fields__)
        yield from (getattr(self.audit, name) for name in self.audit.__dataclass_fields__)
        yield from (getattr(self.accounts, name) for name in self.accounts.__dataclass_fields__)
        yield from (getattr(self.ledger, name) for name in self.ledger.__dataclass_fields__)
        yield from (getattr(self.outbox, name) for name in self.outbox.__dataclass_fields__)
        for table, filters in FILTERS.items():
            for size in range(3):
                for chosen in combinations(sorted(filters | {"after"}), size):
                    yield self.pages.page(table, frozenset(chosen))
