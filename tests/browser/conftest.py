"""What the tests in a real browser share: the browser, its page, screenshots to look at."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from socket import create_connection

import pytest
from held_port import held_port
from playwright.sync_api import Browser, Page, sync_playwright

PROJECT = Path(__file__).parents[2]
PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
START = 60.0
"""Seconds; a dashboard takes two, on a machine without other work."""
Serve = Callable[..., str]
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


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Serve]:
    """Starts a program that serves the dashboard, each at a free port; where it is."""
    started = []

    def start(*words: object) -> str:
        port = ports.enter_context(held_port())
        process = subprocess.Popen(
            [*map(str, words), "--port", str(port)],
            cwd=tmp_path,
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        assert process.stderr is not None
        assert f"http://127.0.0.1:{port}/" in (line := process.stderr.readline()), line
        # Optuna's own program says so before it listens.
        until = time.monotonic() + START
        while time.monotonic() < until:
            with suppress(OSError), create_connection(("127.0.0.1", port), timeout=1):
                break
            time.sleep(0.1)
        return f"http://127.0.0.1:{port}/dashboard"

    with ExitStack() as ports:
        yield start
        for process in started:
            process.kill()
            process.communicate()
