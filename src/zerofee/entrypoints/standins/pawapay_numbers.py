"""The sandbox's telephone numbers, each with what becomes of a deposit or payout to it."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

_TABLE: Final = "pawapay_numbers.csv"


@dataclass(frozen=True, slots=True)
class Fate:
    """How it ends: COMPLETED, FAILED with a code, or PENDING for ever."""

    status: str
    code: str | None


@cache
def fates() -> Mapping[tuple[str, str, str], Fate]:
    """
    Read the table: provider, operation and number, digits only, to what becomes of it.

    Source: pawaPay documentation, "Test numbers".
    """
    text = files("zerofee.entrypoints.standins").joinpath(_TABLE).read_text()
    return {
        (row["provider"], row["operation"], row["msisdn"]): Fate(row["final_status"], row["failure_code_v2"] or None)
        for row in csv.DictReader(text.splitlines())
    }
