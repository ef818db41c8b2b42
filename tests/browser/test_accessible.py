"""axe finds nothing on any of the guest's pages, in any state, by day and night, on small screens and enlarged ones."""

import datetime as dt
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.browser.road import DECLINED, GOOD, card_form, expect_booked, free_time, hold, pay
from tests.kit.stack import Stack

pytestmark = pytest.mark.browser
TOO_WIDE = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
# Enlarged to 200 % on a screen of 1280 x 900: half as many pixels of the page's own, twice as dense.
LOOKS: dict[str, dict[str, Any]] = {
    "desk": {"viewport": {"width": 1280, "height": 900}},
    "night": {"viewport": {"width": 375, "height": 812}, "color_scheme": "dark"},
    "smallest phone": {"viewport": {"width": 320, "height": 640}},
    "200 % zoom": {"viewport": {"width": 640, "height": 450}, "device_scale_factor": 2},
}


@pytest.fixture(params=LOOKS)
def look(request: pytest.FixtureRequest, chromium: Browser) -> Iterator[Page]:
    """A page as one of these visitors sees it; nothing moves while it is looked at."""
    context = chromium.new_context(
        **LOOKS[request.param], timezone_id="America/New_York", locale="en-US", reduced_motion="reduce"
    )
    page = context.new_page()
    page.set_default_timeout(20_000)
    yield page
    context.close()


def findings(page: Page) -> list[str]:
    """What axe has to say, and whether the page is wider than its window."""
    answer = Axe().run(page, options={"resultTypes": ["violations"]}).response
    said = [f"{each['id']}: {node['html'][:160]}" for each in answer["violations"] for node in each["nodes"]]
    return said + (["wider than the window"] if page.evaluate(TOO_WIDE) else [])


def ready(page: Page) -> None:
    expect(page.locator("main h1")).to_be_visible()
    expect(page.locator(".skeleton")).to_have_count(0)


def sunday_after(day: str) -> dt.date:
    """A day on which the practice is closed."""
    date = dt.date.fromisoformat(day)
    return date + dt.timedelta(days=6 - date.weekday())


def test_the_guests_pages_keep_nobody_out(stack: Stack, look: Page) -> None:
    day, start, _ = free_time(stack, 20)
    service = f"{stack.url}/book/classic-massage"
    states: dict[str, str] = {
        "home": stack.url,
        "services": f"{stack.url}/book",
        "month": service,
        "list": f"{service}?view=list",
        "a part of the day": f"{service}?part=evening",
        "a day that is over": f"{service}?date=2020-01-01",
        "a day without times": f"{service}?date={sunday_after(day)}",
        "times": f"{service}?date={day}",
        "details": f"{service}?date={day}&time={start}",
    }
    found = {}
    for state, address in states.items():
        look.goto(address)
        ready(look)
        found[state] = findings(look)
    look.get_by_role("button", name="Hold this time").click()
    expect(look.get_by_text("Please check 3 fields below.")).to_be_visible()
    found["errors"] = findings(look)
    assert {state: said for state, said in found.items() if said} == {}


def test_a_bookings_pages_keep_nobody_out(stack: Stack, look: Page) -> None:
    look.goto(hold(look, stack, "axel", skip=24))
    expect(card_form(look).get_by_label("Card number")).to_be_visible()
    found = {"payment": findings(look)}
    pay(look, DECLINED)
    expect(look.get_by_role("main").get_by_text(re.compile("Nothing was charged"))).to_be_visible()
    found["declined"] = findings(look)
    pay(look, GOOD)
    expect_booked(look)
    found["booked"] = findings(look)
    look.get_by_role("button", name="Not your address?").click()
    expect(look.get_by_label("Your email address")).to_be_visible()
    found["another address"] = findings(look)
    booking = look.url.replace("/book/success?reference=", "/booking/").replace("&", "?")
    look.goto(booking)
    expect(look.get_by_role("heading", name="Your appointment", exact=True)).to_be_visible()
    found["managing"] = findings(look)
    look.get_by_role("button", name="Cancel it").click()
    expect(look.get_by_role("dialog")).to_be_visible()
    found["the question before it is cancelled"] = findings(look)
    look.keyboard.press("Escape")
    look.get_by_role("button", name="Move it").click()
    look.locator("button.day[aria-disabled=false]").last.click()
    expect(look.locator("button.time").first).to_be_visible()
    found["times to which it can be moved"] = findings(look)
    look.locator("button.time").first.click()
    expect(look.get_by_role("heading", name="Move it to this time?")).to_be_visible()
    found["the question before it is moved"] = findings(look)
    plain = booking.replace("/booking/", "/plain/booking/")
    for step in ("", "/cancel", "/move", "/receipt"):
        look.goto(plain.replace("?", f"{step}?"))
        found[f"plain {step}"] = findings(look)
    assert {state: said for state, said in found.items() if said} == {}


def test_the_pages_beside_the_way_keep_nobody_out(stack: Stack, look: Page) -> None:
    found = {}
    for path in ("/booking/find", "/terms", "/privacy", "/nothing-here", "/de", "/fr/book", "/es/book/classic-massage"):
        look.goto(stack.url + path)
        ready(look)
        found[path] = findings(look)
    look.goto(f"{stack.url}/booking/find")
    look.get_by_label("Email").fill("nobody@example.com")
    look.get_by_role("button", name="Mail me the links").click()
    expect(look.get_by_role("heading", name="Look in your mailbox")).to_be_visible()
    found["links are asked for"] = findings(look)
    assert {state: said for state, said in found.items() if said} == {}


def test_every_piece_of_the_design_keeps_nobody_out(stack: Stack, look: Page) -> None:
    look.goto(f"{stack.url}/styleguide")
    expect(look.get_by_role("grid")).to_be_visible()
    found = {"pieces": findings(look)}
    look.get_by_role("button", name="Ask").click()
    expect(look.get_by_role("dialog")).to_be_visible()
    found["dialog"] = findings(look)
    assert {state: said for state, said in found.items() if said} == {}


def test_axe_would_say_so(stack: Stack, open_page: Callable[..., Page]) -> None:
    page = open_page(f"{stack.url}/terms")
    page.evaluate("document.body.append(document.createElement('button'))")
    assert any(said.startswith("button-name") for said in findings(page))
