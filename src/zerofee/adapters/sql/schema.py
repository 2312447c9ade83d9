"""The whole schema: whoever takes it from here has every table, wherever it is described."""

from typing import Final

from zerofee.adapters.sql import (
    account_tables,
    checkout_tables,
    ledger_tables,
    outbox_tables,
    record_tables,
    tables,
    work_tables,
)

# Each module of tables adds to the one metadata when it is imported; so each is named here.
MODULES: Final = (tables, record_tables, account_tables, outbox_tables, ledger_tables, checkout_tables, work_tables)
METADATA: Final = tables.METADATA
