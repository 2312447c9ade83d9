import pytest

from zerofee.domain.connecting import settings_of
from zerofee.domain.maturing import SETTLEMENT_DELAY, delay_days
from zerofee.domain.new_payment import InvalidField


@pytest.mark.parametrize(("text", "days"), [("0", 0), ("2", 2), ("90", 90)])
def test_reads_the_delay_of_a_connection(text: str, days: int) -> None:
    assert delay_days(settings_of({SETTLEMENT_DELAY: text})) == days


def test_settles_at_once_where_nothing_is_said() -> None:
    assert delay_days({}) == 0


@pytest.mark.parametrize("text", ["91", "-1", "1.5", "two", "²", "٢", "100000"])
def test_refuses_what_is_no_number_of_days(text: str) -> None:
    with pytest.raises(InvalidField) as refused:
        settings_of({SETTLEMENT_DELAY: text})

    assert refused.value.field == f"settings.{SETTLEMENT_DELAY}"
