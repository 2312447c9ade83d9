from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, BrowserContext, Page, Request, async_playwright

from tests.browser.chromium import CHROMIUM, FLAGS, NEEDED
from tests.browser.site import Site, open_site


def pytest_sessionstart() -> None:
    if CHROMIUM is None:
        pytest.exit(NEEDED, returncode=1)


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    async with open_site() as opened:
        yield opened


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        opened = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield opened
        await opened.close()


@pytest.fixture
async def context(browser: Browser, site: Site) -> AsyncIterator[BrowserContext]:
    opened = await browser.new_context(viewport={"width": 360, "height": 740}, locale="en-GB")
    opened.set_default_timeout(10_000)
    yield opened
    await opened.close()


@pytest.fixture
async def page(context: BrowserContext, site: Site) -> AsyncIterator[Page]:
    """Yield a tab; at the end, nothing that one of our own pages asked for may have gone to another server."""
    asked: list[str] = []

    def note(request: Request) -> None:
        ours = request.frame.url.startswith(f"{site.url}/checkout/")
        if ours and not request.is_navigation_request() and not request.url.startswith((site.url, "data:")):
            asked.append(request.url)

    context.on("request", note)
    tab = await context.new_page()
    faults: list[str] = []
    tab.on("pageerror", lambda fault: faults.append(str(fault)))
    yield tab
    assert asked == []
    assert faults == []
