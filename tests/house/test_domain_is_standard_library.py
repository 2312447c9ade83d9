import pytest

from tests.house.rules import strangers
from tests.house.tree import files, name


def test_the_domain_imports_itself_and_the_still_part_of_the_standard_library() -> None:
    """No library, no clock, no chance, no I/O: import-linter cannot say so, as it knows no standard library."""
    domain = files("src/zerofee/domain", ".py")

    assert domain
    assert [f"{name(path)}: {said}" for path in domain for said in strangers(path.read_text())] == []


@pytest.mark.parametrize(
    "source",
    [
        "import msgspec",
        "from sqlalchemy import select",
        "import zerofee.application.reading",
        "from zerofee import ZeroFee",
        "from . import money",
        "import time",
        "from random import choice",
        "import os.path",
        "import urllib.request",
        "def late():\n    import socket",
    ],
)
def test_notices_a_stranger(source: str) -> None:
    assert list(strangers(source))


@pytest.mark.parametrize(
    "source",
    ["import zerofee.domain.money", "from zerofee.domain import money", "from urllib.parse import urlsplit"],
)
def test_lets_in_who_belongs(source: str) -> None:
    assert list(strangers(source)) == []
