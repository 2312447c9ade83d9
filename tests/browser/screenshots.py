"""Pictures of every state of the page, for people to look at: `make screenshots` writes them into docs/images."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any, Final, Literal

from playwright.async_api import Page, async_playwright, expect

from tests.browser.chromium import CHROMIUM, FLAGS
from tests.browser.site import Site, open_site

INTO: Final = Path(__file__).parents[2] / "docs" / "images"
WIDTHS: Final = (360, 1280)
SCHEMES: Final[tuple[Literal["light", "dark"], ...]] = ("light", "dark")
LANGUAGES: Final = ("en", "fr")
ITEMS: Final = [{"name": "Pagne wax, 6 yards", "amount": 4_000, "quantity": 2}, {"name": "Livraison", "amount": 2_000}]
PHONE: Final = "+225 07 07 07 07 07"

Act = Callable[[Page], Awaitable[object]]


async def nothing(_: Page) -> None:
    """Only look."""


async def pay(page: Page) -> None:
    """Pay with Orange Money."""
    await page.locator("input[value='mobile_money:orange']").check()
    await page.locator("#phone").fill(PHONE)
    await page.locator("input[value='mobile_money:orange']").check()
    await page.locator("#go").click()
    await expect(page.locator("#main")).not_to_have_attribute("data-version", "1")


async def unfold(page: Page) -> None:
    """Show the lines."""
    await page.locator("summary").click()


async def pay_by_page(page: Page) -> None:
    """Pay at the provider's page, and come back without having done so."""
    await page.locator("input[value='card']").check()
    await page.locator("#go").click()
    await page.wait_for_url("**/test-provider/**")
    await page.go_back()
    await expect(page.locator("a.button")).to_be_visible()


async def wait_for_end(page: Page) -> None:
    """Let the session expire."""
    await expect(page.locator("[data-stage=ended]")).to_be_visible()


STATES: Final[Mapping[str, tuple[dict[str, Any], Act]]] = {
    "choose": ({"amount": 10_000, "line_items": ITEMS, "description": "Commande 7 · Chez Ama"}, unfold),
    "redirect": ({"amount": 44_444}, pay_by_page),
    "ussd": ({"amount": 77_777}, pay),
    "otp": ({"amount": 88_888}, pay),
    "checking": ({"amount": 55_555}, pay),
    "declined": ({"amount": 99_999, "cancel_url": "https://shop.example/"}, pay),
    "paid": ({"amount": 10_000, "success_url": "https://shop.example/"}, pay),
    "expired": ({"amount": 10_000, "expires_in": 1, "cancel_url": "https://shop.example/"}, wait_for_end),
}


async def take(site: Site, page: Page, name: str, language: str) -> None:
    """Take one state in one language."""
    order, act = STATES[name]
    await page.goto((await site.session(**order, locale=language))["url"])
    await act(page)


async def main() -> None:
    """Take them all: each state, width, scheme and language."""
    INTO.mkdir(parents=True, exist_ok=True)
    async with open_site() as site, async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        for language in LANGUAGES:
            for name in STATES:
                context = await browser.new_context(locale=language)
                page = await context.new_page()
                await page.set_viewport_size({"width": WIDTHS[0], "height": 640})
                await take(site, page, name, language)
                for width in WIDTHS:
                    for scheme in SCHEMES:
                        await page.set_viewport_size({"width": width, "height": 640})
                        await page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
                        to = INTO / f"checkout-{name}-{width}-{scheme}-{language}.png"
                        await page.screenshot(path=to, full_page=True)
                await context.close()
        await browser.close()


if __name__ == "__main__":
    asyncio.run(main())
