from zerofee.adapters.sql.joining import joined_credits, joined_openings

SHOP = ("app_1", "sandbox", "XOF")


def test_a_wallet_is_opened_once() -> None:
    assert joined_openings([(0, *SHOP), (0, *SHOP), (0, "app_2")]) == [(0, *SHOP), (0, "app_2")]


def test_what_is_only_added_is_added_up() -> None:
    rows = [(1, 0, *SHOP), (2, 5, *SHOP), (4, 0, "app_2", "live", "XOF")]

    assert joined_credits(rows) == [(3, 5, *SHOP), (4, 0, "app_2", "live", "XOF")]


def test_what_takes_away_keeps_its_place_and_its_guard() -> None:
    rows = [(1, 0, *SHOP), (2, 0, *SHOP), (-3, 3, *SHOP), (-1, 1, *SHOP), (4, 0, *SHOP), (5, 0, *SHOP)]

    assert joined_credits(rows) == [(3, 0, *SHOP), (-3, 3, *SHOP), (-1, 1, *SHOP), (9, 0, *SHOP)]
