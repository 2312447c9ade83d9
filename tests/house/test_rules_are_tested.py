"""Each rule of how money moves, how an outcome is found out and how a status changes is named by a test."""

import re
from typing import Final

import pytest

from tests.house.tree import ROOT

# What each is: the design's own numbers.
RULES: Final = {"PAY": 13, "OUT": 6, "ASK": 7, "STM": 4}
NAMED: Final = frozenset(
    rule
    for path in sorted((ROOT / "tests").rglob("*.py"))
    if path.name != "test_rules_are_tested.py"
    for rule in re.findall(r"\b(?:PAY|OUT|ASK|STM)-\d+\b", path.read_text())
)


@pytest.mark.parametrize("rule", [f"{name}-{number}" for name, most in RULES.items() for number in range(1, most + 1)])
def test_is_named_by_a_test(rule: str) -> None:
    assert rule in NAMED
