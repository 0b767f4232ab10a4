"""The system's Chromium, as every test in a browser starts it."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, expect, sync_playwright

PATH = os.environ.get("CHROMIUM_PATH") or "/usr/bin/chromium"
PATIENCE = 30_000  # ms for what a page is to say, however slow the machine is


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser for the time of the block. Playwright runs a loop in this thread meanwhile."""
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=PATH, args=["--no-sandbox"])
        yield browser
        browser.close()
