"""STM-4: an answer, a webhook and an asking enter by one door, and nobody else decides what they mean."""

import re

from tests.house.tree import files, name

DOORS = {
    "settle_charge": "src/zerofee/application/payments/record_outcome.py",
    "settle_operation": "src/zerofee/application/payments/record_outcome.py",
    "settle_refund": "src/zerofee/application/payments/record_outcome.py",
    "settle_withdrawal": "src/zerofee/application/wallets/record_payout.py",
}


def test_outcomes_enter_by_one_door() -> None:
    outside = [path for path in files("src/zerofee", ".py") if "domain" not in path.parts]

    users = {verb: {name(path) for path in outside if re.search(rf"\b{verb}\(", path.read_text())} for verb in DOORS}

    assert users == {verb: {door} for verb, door in DOORS.items()}
