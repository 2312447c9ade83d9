"""What a customer sees and does, in a real browser."""

import asyncio
import re
from pathlib import Path
from typing import Literal

import pytest
from playwright.async_api import Browser, BrowserContext, Error, Page, expect

from tests.browser.site import SHOP, Site

AXE = Path(__file__).parent / "axe" / "axe.min.js"
PHONE = "+225 07 07 07 07 07"


async def choose(page: Page, name: str, phone: str | None = None) -> None:
    """Choose a way to pay, and press Pay."""
    await page.get_by_label(name, exact=True).check()
    if phone is not None:
        await page.get_by_label("Mobile money number").fill(phone)
    # A number's operator is looked up meanwhile, and must not take the choice back.
    await page.get_by_label(name, exact=True).check()
    await page.locator("#go").click()


async def paid(page: Page) -> None:
    await expect(page.get_by_role("heading", name="Payment received")).to_be_visible()


async def test_pays_a_payment_of_two_fields(page: Page, site: Site) -> None:
    payment = await site.two_fields()
    await page.goto(payment["next_action"]["url"])

    await choose(page, "Orange Money", PHONE)

    await paid(page)
    assert (await site.payment(payment["id"]))["status"] == "succeeded"


async def test_guesses_the_operator_while_the_number_is_typed(page: Page, site: Site) -> None:
    await page.goto((await site.session())["url"])

    await page.get_by_label("Mobile money number").fill("+225 05 05 05 05 05")

    await expect(page.get_by_label("MTN MoMo", exact=True)).to_be_checked()
    await expect(page.locator("#guess")).to_contain_text("MTN MoMo")


async def test_pays_by_card_on_stripes_page_and_comes_back(page: Page, site: Site) -> None:
    session = await site.session(provider="stripe", currency="EUR")
    await page.goto(session["url"])

    await choose(page, "Bank card")
    await page.get_by_role("button", name="Approve").click()

    await paid(page)
    assert page.url.startswith(site.url)


async def test_approves_at_paypal(page: Page, site: Site) -> None:
    session = await site.session(provider="paypal", currency="EUR")
    await page.goto(session["url"])

    await choose(page, "PayPal")
    await page.get_by_role("button", name="Approve").click()

    await paid(page)


async def test_cancels_at_paypal_and_may_not_pay_twice(page: Page, site: Site) -> None:
    """Having come back from PayPal proves nothing, so the page offers PayPal again and nothing beside it."""
    session = await site.session(provider="paypal", currency="EUR")
    await page.goto(session["url"])

    await choose(page, "PayPal")
    await page.get_by_role("button", name="Decline").click()

    await expect(page.get_by_role("link", name="Continue")).to_be_visible()
    await expect(page.locator("#go")).to_have_count(0)


async def test_confirms_a_ussd_push_on_the_phone_in_a_second_tab(
    page: Page, context: BrowserContext, site: Site
) -> None:
    session = await site.session(provider="hub2")
    await page.goto(session["url"])
    await choose(page, "MTN MoMo", "+225 05 05 05 05 05")
    await expect(page.get_by_role("heading", name="Look at your phone")).to_be_visible()

    phone = await context.new_page()
    await phone.goto(site.phone)
    await phone.get_by_role("button", name="Approve").first.click()

    await paid(page)


@pytest.mark.parametrize("wrong_first", [False, True])
async def test_takes_the_right_code_and_says_of_a_wrong_one_that_it_is(
    page: Page, site: Site, wrong_first: bool
) -> None:
    await page.goto((await site.session(amount=88_888))["url"])
    await choose(page, "Orange Money", PHONE)

    if wrong_first:
        await page.get_by_label("Code").fill("000000")
        await page.get_by_role("button", name="Confirm").click()
        await expect(page.get_by_text("The code was wrong.")).to_be_visible()
    await page.get_by_label("Code").fill("123456")
    await page.get_by_role("button", name="Confirm").click()

    await paid(page)


async def test_lets_another_way_be_chosen_after_a_decline(page: Page, site: Site) -> None:
    session = await site.session(amount=99_999)
    await page.goto(session["url"])

    await choose(page, "Orange Money", PHONE)
    await expect(page.get_by_text("The payment was declined.")).to_be_visible()
    await choose(page, "Bank card")

    await expect(page.get_by_text("The payment was declined.")).to_be_visible()
    assert await site.attempts(session["payment_id"]) == ["declined", "declined"]


async def test_offers_nothing_while_the_outcome_is_unknown_also_after_a_reload(page: Page, site: Site) -> None:
    await page.goto((await site.session(amount=55_555))["url"])
    await choose(page, "Orange Money", PHONE)

    for _ in range(2):
        await expect(page.get_by_role("heading", name="Your payment is being checked")).to_be_visible()
        await expect(page.locator("#go")).to_have_count(0)
        await page.reload()


async def test_shows_by_itself_that_the_session_expired(page: Page, site: Site) -> None:
    await page.goto((await site.session(expires_in=2))["url"])

    await expect(page.get_by_role("heading", name="This page has expired")).to_be_visible()


async def test_charges_once_for_a_double_click(page: Page, site: Site) -> None:
    session = await site.session(amount=99_999)
    await page.goto(session["url"])
    await page.get_by_label("Bank card", exact=True).check()

    await page.locator("#go").dblclick()

    await expect(page.get_by_text("The payment was declined.")).to_be_visible()
    assert await site.attempts(session["payment_id"]) == ["declined"]


async def test_shows_the_present_after_going_back(page: Page, site: Site) -> None:
    await page.goto((await site.session())["url"])
    await choose(page, "Orange Money", PHONE)
    await paid(page)

    await page.go_back()

    await paid(page)
    await expect(page.locator("#go")).to_have_count(0)


async def test_pays_once_from_two_tabs(page: Page, context: BrowserContext, site: Site) -> None:
    """What one tab does, the other shows without being asked."""
    session = await site.session()
    other = await context.new_page()
    await asyncio.gather(page.goto(session["url"]), other.goto(session["url"]))

    await choose(page, "Orange Money", PHONE)

    await asyncio.gather(paid(page), paid(other))
    assert await site.attempts(session["payment_id"]) == ["succeeded"]


async def test_works_without_a_script(browser: Browser, site: Site) -> None:
    context = await browser.new_context(java_script_enabled=False, viewport={"width": 360, "height": 740})
    page = await context.new_page()
    await page.goto((await site.session(amount=77_777))["url"])

    await choose(page, "Orange Money", PHONE)

    await expect(page.get_by_role("heading", name="Look at your phone")).to_be_visible()
    await expect(page.get_by_role("heading", name="Payment received")).to_be_visible(timeout=20_000)
    await context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("amount", [10_000, 88_888, 55_555, 99_999])
async def test_has_no_serious_fault_of_access(
    page: Page, site: Site, amount: int, scheme: Literal["light", "dark"]
) -> None:
    await page.emulate_media(color_scheme=scheme)
    await page.goto((await site.session(amount=amount, description="Order 7"))["url"])
    states = [await _faults(page)]
    await choose(page, "Orange Money", PHONE)
    await expect(page.locator("#main")).not_to_have_attribute("data-version", "1")

    states.append(await _faults(page))

    assert states == [[], []]


async def _faults(page: Page) -> list[str]:
    for _ in range(5):
        await page.wait_for_load_state("load")
        try:
            # The policy lets no script in, so axe goes round it, by the debugger's door.
            await page.evaluate(AXE.read_text())
            found = await page.evaluate("axe.run()")
            break
        except Error:
            # The page went on to its next state meanwhile, which is the one to look at.
            await page.wait_for_timeout(500)
    else:
        raise AssertionError("the page never stood still")
    serious = [fault for fault in found["violations"] if fault["impact"] in {"serious", "critical"}]
    return [f"{fault['id']}: {fault['nodes'][0]['html']}" for fault in serious]


async def test_goes_back_to_the_shop_with_the_sessions_id_and_no_proof(page: Page, site: Site) -> None:
    session = await site.session(success_url=f"{site.url}/health?order=7".replace("127.0.0.1", "localhost"))
    await page.goto(session["url"])
    await choose(page, "Orange Money", PHONE)

    link = page.get_by_role("link", name="Back to the shop")

    await expect(link).to_have_attribute("href", re.compile(rf"order=7&session_id={session['id']}$"))


async def test_opens_in_a_shops_page_and_tells_it_of_the_end(context: BrowserContext, site: Site) -> None:
    session = await site.session(success_url=f"{SHOP}/thanks")
    shop = await context.new_page()
    button = f"""<!doctype html><title>Shop</title><script src="{site.url}/checkout.js"></script><script>
        Zerofee.open({{key: "{site.publishable_key}", session: "{session["id"]}", mode: "modal",
                       onComplete: (told) => {{ document.title = told.status; }}}});
    </script>"""
    await shop.route(f"{SHOP}/**", lambda route: route.fulfill(content_type="text/html", body=button))
    await shop.goto(f"{SHOP}/cart")

    frame = shop.frame_locator("dialog iframe")
    await frame.get_by_label("Bank card", exact=True).check()
    await frame.locator("#go").click()

    await expect(frame.get_by_role("heading", name="Payment received")).to_be_visible()
    await expect(shop).to_have_title("paid")


async def test_pays_on_wave_s_page_by_pawapay(page: Page, site: Site) -> None:
    session = await site.session(provider="pawapay", country="SN")
    await page.goto(session["url"])

    await choose(page, "Wave", "+221 77 345 67 89")
    await page.get_by_role("button", name="Approve").click()

    await paid(page)
