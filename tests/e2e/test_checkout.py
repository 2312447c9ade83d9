"""Checkout over HTTP: the API of sessions, payments of two fields, and the page as a browser without a script."""

import re
from typing import Any

import httpx
import pytest

from tests.e2e.shop import ORDER, PUBLIC_URL, Shop
from zerofee.domain.checkout import MOST_PAYS

TWO_FIELDS = {"amount": 10_000, "currency": "XOF"}
ORANGE = {"payment_method": "PAYIN_ORANGE_CI", "customer": {"phone": "+2250700000000"}}
CARD = {"payment_method": "card"}
FORM = {"method": "mobile_money:orange", "country": "CI", "phone": "+225 07 00 00 00 00", "turn": "0", "lang": "en"}


async def opened(shop: Shop, **changes: object) -> dict[str, Any]:
    answer = await shop.post("/v1/checkout/sessions", TWO_FIELDS | changes)
    assert answer.status_code == 201, answer.text
    session: dict[str, Any] = answer.json()
    return session


async def tried(shop: Shop, session: dict[str, Any], choice: object = ORANGE, key: str | None = None) -> httpx.Response:
    path = f"/v1/checkout/sessions/{session['id']}/pay"
    return await shop.http.post(path, headers=shop.keyed(key or shop.publishable_key), json=choice)


async def page(shop: Shop, session: dict[str, Any], **query: str) -> str:
    answer = await shop.http.get(f"/checkout/{session['id']}", params=query)
    assert answer.status_code == 200, answer.text
    return answer.text


async def pressed(shop: Shop, session: dict[str, Any], **changes: str) -> str:
    """Press Pay, follow to the page, and give what it shows."""
    answer = await shop.http.post(f"/checkout/{session['id']}/pay", data=FORM | changes)
    assert answer.status_code == 303, answer.text
    return (await shop.http.get(answer.headers["location"])).text


async def test_answers_two_fields_with_the_hosted_page_and_pays_that_very_payment(shop: Shop) -> None:
    made = (await shop.post("/v1/payments", TWO_FIELDS)).json()
    url = made["next_action"]["url"]

    answer = await shop.http.post(f"{url}/pay", data=FORM)

    assert (made["status"], made["next_action"]["type"]) == ("requires_action", "redirect")
    assert re.fullmatch(rf"{PUBLIC_URL}/checkout/cks_[0-7][0-9A-Z]{{25}}", url)
    assert answer.status_code == 303
    paid = (await shop.get(f"/v1/payments/{made['id']}")).json()
    assert (paid["status"], paid["provider"], paid["operator"]) == ("succeeded", "test", "orange")
    assert paid["customer"]["phone"] == "+2250700000000"


async def test_replays_a_payment_of_two_fields_byte_for_byte(shop: Shop) -> None:
    first, again = [await shop.post("/v1/payments", TWO_FIELDS, idempotency_key="k") for _ in range(2)]

    assert first.content == again.content
    assert again.headers["idempotency-replayed"] == "true"


async def test_opens_reads_and_pays_a_session_with_a_publishable_key(shop: Shop) -> None:
    lines = [{"name": "Pagne", "amount": 4_000, "quantity": 2}, {"name": "Livraison", "amount": 2_000}]
    session = await opened(shop, line_items=lines, locale="fr", success_url="https://shop.example/merci")

    paid = await tried(shop, session)

    headers = shop.keyed(shop.publishable_key)
    read = (await shop.http.get(f"/v1/checkout/sessions/{session['id']}", headers=headers)).json()
    assert (session["status"], read["status"], read["payment_status"]) == ("open", "complete", "succeeded")
    assert paid.json()["status"] == "complete"
    assert read["line_items"][0] == {"name": "Pagne", "amount": 4_000, "quantity": 2}
    assert not {"customer", "metadata", "routing"} & read.keys()


async def test_tells_of_another_apps_session_that_there_is_none(shop: Shop) -> None:
    session = await opened(shop)
    stranger = await shop.new_key(app_id=await shop.another_app())

    path = f"/v1/checkout/sessions/{session['id']}"
    answers = [await shop.http.get(path, headers=shop.keyed(stranger)), await tried(shop, session, key=stranger)]

    assert {answer.status_code for answer in answers} <= {403, 404}


async def test_takes_another_way_after_a_definite_no_and_keeps_one_payment(shop: Shop) -> None:
    session = await opened(shop, amount=99_999)

    first, second = [await tried(shop, session, choice) for choice in (ORANGE, CARD)]

    attempts = (await shop.get(f"/v1/payments/{session['payment_id']}/attempts")).json()["data"]
    assert [answer.json()["payment_status"] for answer in (first, second)] == ["requires_action"] * 2
    assert [answer.json()["failure"]["code"] for answer in (first, second)] == ["declined"] * 2
    assert [(a["number"], a["status"]) for a in attempts] == [(2, "declined"), (1, "declined")]


@pytest.mark.parametrize("amount", [50_000, 55_555])
async def test_offers_nothing_else_while_the_outcome_is_unknown(shop: Shop, amount: int) -> None:
    session = await opened(shop, amount=amount)
    await tried(shop, session)

    again = await tried(shop, session, CARD)
    shown = await page(shop, session)

    assert (again.status_code, again.json()["code"]) == (409, "outcome_unknown")
    assert 'data-stage="checking"' in shown or 'data-stage="paid"' in shown
    assert "/pay" not in shown
    assert shop.directory.charges == 1


async def test_replays_a_pay_under_its_key_and_charges_once(shop: Shop) -> None:
    session = await opened(shop, amount=99_999)
    path = f"/v1/checkout/sessions/{session['id']}/pay"

    first, again = [await shop.post(path, ORANGE, idempotency_key="pay-1") for _ in range(2)]

    assert first.status_code == again.status_code == 200
    assert first.content == again.content
    assert again.headers["idempotency-replayed"] == "true"
    assert shop.directory.charges == 1


async def test_refuses_the_eleventh_try_of_a_session(shop: Shop) -> None:
    session = await opened(shop, amount=99_999)

    answers = [await tried(shop, session) for _ in range(MOST_PAYS + 1)]

    assert [answer.status_code for answer in answers] == [200] * MOST_PAYS + [429]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"methods": ["cheque"]}, "methods"),
        ({"locale": "xx"}, "locale"),
        ({"line_items": [{"name": "a", "amount": 1}]}, "line_items"),
        ({"line_items": [{"name": "", "amount": 10_000}]}, "line_items[0].name"),
        ({"success_url": "ftp://x"}, "return_url"),
        ({"provider": "nobody"}, "provider"),
    ],
)
async def test_refuses_a_session_that_makes_no_sense(shop: Shop, changes: dict[str, object], field: str) -> None:
    answer = await shop.post("/v1/checkout/sessions", TWO_FIELDS | changes)

    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, field)


async def test_refuses_a_way_that_the_session_does_not_allow(shop: Shop) -> None:
    session = await opened(shop, methods=["card"])

    answer = await tried(shop, session)

    assert (answer.status_code, answer.json()["code"]) == (422, "method_not_offered")
    assert shop.directory.charges == 0


async def test_lists_what_can_be_offered_and_where(shop: Shop) -> None:
    headers = shop.keyed(shop.publishable_key)
    query = {"country": "CI", "currency": "XOF", "amount": "5000"}

    offers = (await shop.http.get("/v1/checkout/payment-methods", headers=headers, params=query)).json()["data"]
    countries = (await shop.http.get("/v1/checkout/countries", headers=headers)).json()["data"]

    orange = next(offer for offer in offers if offer["operator"] == "orange")
    assert orange["name"] == "Orange Money"
    assert orange["fields"] == ["phone"]
    assert {offer["payment_method"] for offer in offers} >= {"mobile_money", "card", "paypal"}
    assert {"code": "CI", "name": "Côte d\N{RIGHT SINGLE QUOTATION MARK}Ivoire", "object": "country"} in countries
    assert (await shop.http.get(orange["icon"])).headers["content-type"] == "image/svg+xml"


async def test_ends_a_session_once_and_shows_it(shop: Shop) -> None:
    session = await opened(shop, locale="en")
    path = f"/v1/checkout/sessions/{session['id']}/expire"

    first, again = [await shop.post(path) for _ in range(2)]

    assert (first.status_code, first.json()["status"]) == (200, "expired")
    assert again.status_code == 409
    assert "This page has expired" in await page(shop, session)


async def test_shows_the_amount_in_the_customers_language_with_our_own_decimals(shop: Shop) -> None:
    session = await opened(shop, amount=1_234_567, currency="UGX")

    english, french = [await page(shop, session, lang=language) for language in ("en", "fr")]

    assert "UGX\N{NO-BREAK SPACE}1,234,567" in english
    assert "1\N{NARROW NO-BREAK SPACE}234\N{NARROW NO-BREAK SPACE}567\N{NO-BREAK SPACE}UGX" in french


async def test_walks_a_customer_through_the_page_without_a_script(shop: Shop) -> None:
    session = await opened(shop, amount=88_888, success_url="https://shop.example/merci?order=7#top")

    asked = await pressed(shop, session)
    wrong = await shop.http.post(f"/checkout/{session['id']}/code", data={"code": "000000", "lang": "en"})
    after = (await shop.http.get(wrong.headers["location"])).text
    await shop.http.post(f"/checkout/{session['id']}/code", data={"code": "123 456", "lang": "en"})
    done = await page(shop, session)

    assert "Enter your code" in asked
    assert "The code was wrong." in after
    assert 'data-stage="paid"' in done
    assert f'href="https://shop.example/merci?order=7&amp;session_id={session["id"]}#top"' in done


async def test_takes_a_form_that_is_sent_twice_for_one_press(shop: Shop) -> None:
    """The second press, or the same form after going back, begins no second try."""
    session = await opened(shop, amount=99_999)

    await pressed(shop, session)
    shown = await pressed(shop, session)

    assert shop.directory.charges == 1
    assert "was declined" in shown
    assert 'name="turn" value="1"' in shown


async def test_sends_the_customer_to_the_provider_by_a_page_and_brings_them_back(shop: Shop) -> None:
    """A form may not lead to another site under the page's policy, so the page itself leads on."""
    session = await opened(shop, amount=44_444)

    shown = await pressed(shop, session)

    assert '<meta http-equiv="refresh" content="0;url=http' in shown
    payment = await shop.container.reads().payment(shop.scope, session["payment_id"])
    back = await shop.http.get(f"/return/{payment.id}")
    assert (back.status_code, back.headers["location"]) == (303, session["url"])


async def test_says_what_was_wrong_with_the_number(shop: Shop) -> None:
    session = await opened(shop)

    answer = await shop.http.post(f"/checkout/{session['id']}/pay", data=FORM | {"phone": "12"})

    assert answer.status_code == 422
    assert "That number cannot be right" in answer.text
    assert shop.directory.charges == 0


async def test_closes_the_page_to_scripts_frames_and_caches_of_others(shop: Shop) -> None:
    session = await opened(shop)

    headers = (await shop.http.get(f"/checkout/{session['id']}")).headers

    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "base-uri 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert headers["cache-control"] == "no-store"
    assert headers["cross-origin-opener-policy"] == "same-origin"


async def test_refuses_a_form_that_another_site_sent(shop: Shop) -> None:
    session = await opened(shop)

    answer = await shop.http.post(f"/checkout/{session['id']}/pay", data=FORM, headers={"Sec-Fetch-Site": "cross-site"})

    assert answer.status_code == 400
    assert shop.directory.charges == 0


async def test_writes_down_what_a_shop_or_customer_said_only_escaped(shop: Shop) -> None:
    session = await opened(shop, description="<script>alert(1)</script>")

    shown = await page(shop, session, country='"><b>', phone="<i>")

    assert "<script>alert" not in shown
    assert "<b>" not in shown


async def test_knows_no_page_of_an_id_that_is_none(shop: Shop) -> None:
    answers = [await shop.http.get(f"/checkout/{named}") for named in ("cks_1", "cks_" + "0" * 26)]

    assert [answer.status_code for answer in answers] == [404, 404]


async def test_guesses_the_operator_of_a_number(shop: Shop) -> None:
    session = await opened(shop)

    answer = await shop.http.get(f"/checkout/{session['id']}/guess", params={"phone": "+225 07 07 07 07 07"})

    assert answer.json() == {"operator": "orange", "country": "CI"}


async def test_stays_under_sixty_kilobytes_with_all_that_it_loads(shop: Shop) -> None:
    session = await opened(shop, locale="fr")
    shown = await page(shop, session)

    loaded = {
        path: (await shop.http.get(path)).content
        for path in re.findall(r'(?:src|href)="(/checkout/[^"?]+)"', shown)
        if "cks_" not in path
    }

    assert {"/checkout/assets/page.css", "/checkout/assets/page.js"} <= loaded.keys()
    assert len(shown.encode()) + sum(map(len, loaded.values())) < 60_000
    assert len((await shop.http.get("/checkout.js")).content) < 5_000


async def test_takes_a_payment_with_a_method_as_before(shop: Shop) -> None:
    assert (await shop.post("/v1/payments", ORDER)).json()["status"] == "succeeded"
