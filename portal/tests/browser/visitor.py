"""One person with a browser, who complains about everything the browser complains about."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from playwright.sync_api import BrowserContext, ConsoleMessage, Error, Locator, Page, Response

from portal.tests.browser.stage import Stage

PASSWORD = "demo"
PHONE, DESK = (390, 844), (1280, 800)
NARROWEST = (320, 640)  # WCAG 1.4.10
SCREENS = Path(settings.BASE_DIR, "var", "screens")
ALWAYS = os.environ.get("SCREENS") == "1"
# What Chromium writes for any answer of 4xx; answers are looked at by themselves.
ANSWER_NOTE = "Failed to load resource"


class Visitor:
    """A tab and what went wrong in it: ``complaints`` must be empty at the end of a test."""

    def __init__(
        self, context: BrowserContext, stage: Stage, name: str, *, on_phone: bool = True
    ) -> None:
        self.context, self.stage, self.name, self.on_phone = context, stage, name, on_phone
        self.complaints: list[str] = []
        self._refusal = 0  # the 4xx that a page may be answered with just now
        self.page = self.new_tab()

    def new_tab(self) -> Page:
        """Another tab of the same browser; its complaints count too."""
        page = self.context.new_page()
        page.on("console", self._on_console)
        page.on("pageerror", self._on_error)
        page.on("response", self._on_response)
        return page

    def open(self, path: str) -> None:
        """Go to a page of the portal."""
        self.page.goto(f"{self.stage.url}{path}")

    def sign_in(self, username: str) -> None:
        """Sign in with the demo password; ends where the portal sends this user."""
        self.open("/accounts/login/")
        self.page.locator("input[name=username]").fill(username)
        self.page.locator("input[name=password]").fill(PASSWORD)
        self.page.locator("input[name=password]").press("Enter")
        self.page.wait_for_url(lambda url: "/accounts/login/" not in url)

    def button(self, name: str) -> Locator:
        """The first button whose words begin so."""
        return self.page.get_by_role("button", name=name).first

    def press(self, name: str) -> None:
        """Press a button that leads to another page."""
        with self.page.expect_navigation():
            self.button(name).click()

    def follow(self, name: str) -> None:
        """Follow the first link with these words."""
        with self.page.expect_navigation():
            self.page.get_by_role("link", name=name).first.click()

    @property
    def heading(self) -> str:
        """The page's one heading, which is its answer."""
        return self.page.locator("h1").inner_text()

    @property
    def text(self) -> str:
        """What the page says."""
        return self.page.locator("body").inner_text()

    @contextmanager
    def refused(self, status: int) -> Iterator[None]:
        """Within, exactly one page is answered with this 4xx; elsewhere that is a complaint."""
        self._refusal = status
        yield
        assert self._refusal == 0, f"no page was answered with {status}"

    def shot(self, label: str) -> None:
        """Complain when a page scrolls sideways; with SCREENS=1, keep what is seen."""
        if self.on_phone:
            self._resize(*NARROWEST)
            width = self.page.evaluate("document.documentElement.scrollWidth")
            if width > NARROWEST[0]:
                self.complaints.append(f"{width} px wide at {NARROWEST[0]}: {label}")
            self._resize(*PHONE)
        if ALWAYS:
            for width, height in (DESK, PHONE):
                self._resize(width, height)
                tall = self.page.evaluate("document.documentElement.scrollHeight")
                self._resize(width, max(height, tall))
                self.keep(f"{label}-{width}")
                self._resize(width, height)

    def keep(self, label: str) -> None:
        """Write what is seen into var/screens."""
        SCREENS.mkdir(parents=True, exist_ok=True)
        # Hiding the caret would be an inline style, which the portal's policy forbids.
        self.page.screenshot(path=SCREENS / f"{self.name}-{label}.png", caret="initial")

    def _resize(self, width: int, height: int) -> None:
        self.page.set_viewport_size({"width": width, "height": height})

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not message.text.startswith(ANSWER_NOTE):
            self.complaints.append(f"console: {message.text}")

    def _on_error(self, error: Error) -> None:
        self.complaints.append(f"script: {error.message}")

    def _on_response(self, response: Response) -> None:
        if not response.url.startswith((self.stage.url, self.stage.cashier.url, "data:")):
            self.complaints.append(f"foreign address: {response.url}")
        if response.status < 400:
            return
        if response.status == self._refusal and response.request.resource_type == "document":
            self._refusal = 0
        else:
            self.complaints.append(f"{response.status}: {response.url}")
