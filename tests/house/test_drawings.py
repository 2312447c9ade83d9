from tests.house.tree import ROOT
from zerofee.domain.payment_states_page import page
from zerofee.domain.payment_status import MOVES, PaymentStatus


def test_the_page_of_payment_states_is_up_to_date() -> None:
    """`make docs` draws it anew."""
    assert (ROOT / "docs/payment-states.md").read_text() == page()


def test_the_page_shows_every_move() -> None:
    arrows = {f"{source} --> {target}: {move}" for (source, move), target in MOVES.items()}

    drawn = {line.strip() for line in page().splitlines() if "-->" in line}
    assert {arrow for arrow in drawn if "[*]" not in arrow} == arrows
    assert all(f"| `{status}` |" in page() for status in PaymentStatus)
