from datetime import timedelta

import pytest

from zerofee.domain.withdrawing import WithdrawalLimit
from zerofee.entrypoints import rules_for
from zerofee.entrypoints.settings import SettingsRefused, read_settings
from zerofee.testing.builders import XOF

LIMITS = "ZEROFEE_WITHDRAWAL_LIMITS"


def test_reads_a_delay_and_limits_of_which_either_part_may_be_missing() -> None:
    settings = read_settings({LIMITS: "XOF:2000:5000, EUR::100", "ZEROFEE_WITHDRAWAL_DELAY": "60"})

    rules = rules_for.withdrawals(settings)

    assert rules.delay == timedelta(minutes=1)
    assert rules.limits[XOF] == WithdrawalLimit(once_minor=2000, day_minor=5000)
    assert list(rules.limits.values())[1] == WithdrawalLimit(day_minor=100)


@pytest.mark.parametrize("limits", ["XXX:1:1", "XOF:1:1,XOF:2:2", "XOF:1", "XOF:1.5:2", "xof:1:2"])
def test_refuses_what_is_no_limit_by_the_variables_name(limits: str) -> None:
    with pytest.raises(SettingsRefused, match=LIMITS):
        rules_for.withdrawals(read_settings({LIMITS: limits}))
