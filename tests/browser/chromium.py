"""The machine's own Chromium: none is downloaded."""

import shutil
from typing import Final

_NAMES: Final = ("chromium", "chromium-browser", "google-chrome")
CHROMIUM: Final = next((found for name in _NAMES if (found := shutil.which(name))), None)
FLAGS: Final = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-dev-shm-usage",
    # The shop's page, which a test answers for, counts as being on the Internet, and we are on this machine.
    "--disable-features=LocalNetworkAccessChecks",
)
NEEDED: Final = "The browser's tests need Chromium: sudo apt-get install chromium, or your system's package of it."
