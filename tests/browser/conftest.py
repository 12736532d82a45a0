"""What the tests in a real browser share: the browser, its page, screenshots to look at."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

PROJECT = Path(__file__).parents[2]
PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")

Screenshot = Callable[[str], Path]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """The browser of this machine, without a window."""
    program = next(filter(None, map(shutil.which, PROGRAMS)), None)
    if program is None:
        pytest.skip(f"needs a browser, and finds none of {', '.join(PROGRAMS)}")
    options = ["--no-sandbox", "--disable-background-networking"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=options)
        yield browser
        browser.close()


@pytest.fixture
def browser_page(browser: Browser) -> Iterator[Page]:
    """An empty page of 1280 x 900 pixels, in a profile of its own."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    yield context.new_page()
    context.close()


@pytest.fixture
def page_errors(browser_page: Page) -> list[str]:
    """What the page complains of, to the console or by an exception, from now on."""
    found: list[str] = []
    browser_page.on("pageerror", lambda error: found.append(str(error)))
    browser_page.on(
        "console", lambda message: found.append(message.text) if message.type == "error" else None
    )
    return found


@pytest.fixture
def screenshot(browser_page: Page) -> Screenshot:
    """Keeps what the page shows, as NAME.png in $SCREENSHOTS, by default screenshots/."""
    folder = Path(os.environ.get("SCREENSHOTS", PROJECT / "screenshots"))

    def keep(name: str) -> Path:
        path = folder / f"{name}.png"
        browser_page.screenshot(path=path)
        return path

    return keep
