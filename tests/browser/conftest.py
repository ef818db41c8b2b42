"""A real Chromium that fails a test on any console error, failed request or CSP violation."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

PHONE = {"width": 375, "height": 812}
DESK = {"width": 1280, "height": 900}


@dataclass
class Complaints:
    """What the browser had to say; a test may forgive what it provoked itself."""

    said: list[str] = field(default_factory=list)

    def forgive(self, *parts: str) -> None:
        self.said = [line for line in self.said if not any(part in line for part in parts)]


@pytest.fixture
def complaints() -> Iterator[Complaints]:
    heard = Complaints()
    yield heard
    assert heard.said == []


@pytest.fixture
def open_page(chromium: Browser, complaints: Complaints) -> Iterator[Callable[..., Page]]:
    """Opens a page in a visitor's browser of its own: open_page(url, phone=True, zone="Europe/Berlin")."""
    contexts: list[BrowserContext] = []

    def make(url: str, *, phone: bool = False, zone: str = "America/New_York") -> Page:
        context = chromium.new_context(viewport=PHONE if phone else DESK, timezone_id=zone, locale="en-US")
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(20_000)
        page.on("console", lambda message: _note(complaints, message.type, message.text))
        page.on("pageerror", lambda error: complaints.said.append(f"page error: {error}"))
        page.goto(url)
        return page

    yield make
    for context in contexts:
        context.close()


def _note(complaints: Complaints, kind: str, text: str) -> None:
    if kind == "error" or "Content Security Policy" in text:
        complaints.said.append(text)
