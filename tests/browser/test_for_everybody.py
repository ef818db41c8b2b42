"""Without a mouse, on the smallest phone, over a bad connection, and without waiting for bytes."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Complaints
from tests.browser.road import GOOD, card_form, enter_card, expect_booked, fill_details, free_time, hold
from tests.browser.weight import first_paint
from tests.kit.stack import Stack
from tests.sandbox.kit import until

pytestmark = pytest.mark.browser
Open = Callable[..., Page]
KIB = 1024
PUBLIC = ("/", "/book", "/book/classic-massage", "/terms", "/privacy", "/book/success", "/admin/sign-in")
TOO_WIDE = "document.documentElement.scrollWidth > document.documentElement.clientWidth"


def focused(page: Page) -> str:
    """What has the focus, by the name a screen reader would say."""
    text = "e => e.getAttribute('aria-label') || e.id || e.innerText || ''"
    return str(page.evaluate(f"({text})(document.activeElement)"))


def tab_to(page: Page, wanted: str) -> None:
    """Press the tabulator until something with that name has the focus."""
    for _ in range(120):
        page.keyboard.press("Tab")
        if re.search(wanted, focused(page)):
            return
    raise AssertionError(f"the keyboard never reached {wanted}; it is at {focused(page)}")


@pytest.mark.parametrize(("page", "most"), [("", 190), ("book", 190)])
def test_little_is_sent_before_the_first_paint(page: str, most: int) -> None:
    assert sum(first_paint(page).values()) <= most * KIB


def test_both_fonts_together_stay_small() -> None:
    fonts = {name: size for name, size in first_paint("book").items() if name.endswith(".woff2")}
    assert len(fonts) == 2
    assert sum(fonts.values()) <= 30 * KIB


def test_the_keyboard_alone_reaches_the_payment(stack: Stack, open_page: Open) -> None:
    page = open_page(f"{stack.url}/book")
    expect(page.get_by_role("link", name=re.compile("Classic massage"))).to_be_visible()
    page.keyboard.press("Tab")
    assert focused(page) == "Skip to the content"
    page.keyboard.press("Enter")
    assert focused(page) == "main"
    tab_to(page, "Classic massage")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1, name="Classic massage")).to_be_focused()
    tab_to(page, "Next month")
    page.keyboard.press("Enter")
    tab_to(page, "times? free")
    page.keyboard.press("Enter")
    expect(page.locator("#step-time")).to_be_focused()
    tab_to(page, r"\d [AP]M")
    page.keyboard.press("Space")
    expect(page.get_by_role("heading", name="Your details")).to_be_focused()
    for field, typed in (("name", "Kay"), ("email", "kay@example.com"), ("phone", "+1 212 555 0101")):
        tab_to(page, f"^{field}$")
        page.keyboard.type(typed)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1, name="Almost done")).to_be_focused()


@pytest.mark.parametrize("path", PUBLIC)
def test_no_page_is_wider_than_the_smallest_phone(stack: Stack, open_page: Open, path: str) -> None:
    page = open_page(stack.url)
    page.set_viewport_size({"width": 320, "height": 640})
    page.goto(stack.url + path)
    expect(page.get_by_role("heading", level=1)).to_have_count(1)
    assert not page.evaluate(TOO_WIDE)


def test_a_restart_of_the_server_takes_nothing_that_was_typed(
    stack: Stack, open_page: Open, complaints: Complaints
) -> None:
    page = open_page(stack.url, phone=True)
    day, start, _ = free_time(stack, 12)
    page.goto(f"{stack.url}/book/classic-massage?date={day}&time={start}")
    fill_details(page, "ruth")
    restart(stack, page)
    assert page.get_by_label("Your name").input_value() == "Ruth"
    page.get_by_role("button", name="Hold this time and go to payment").click()
    page.wait_for_url("**/booking/**")
    enter_card(page, GOOD)
    restart(stack, page)
    assert card_form(page).get_by_label("Card number").input_value() == "4242 4242 4242 4242"
    page.get_by_role("button", name="Pay $25.00").click()
    expect_booked(page)
    complaints.forgive("WebSocket connection")


def test_the_way_back_to_a_held_time_is_in_sight(stack: Stack, open_page: Open) -> None:
    page = open_page(stack.url, phone=True)
    held = hold(page, stack, "holly", skip=14)
    page.goto(f"{stack.url}/book")
    expect(page.get_by_text(re.compile("A time is held for you until"))).to_be_visible()
    page.get_by_role("link", name="Go on to payment").click()
    page.wait_for_url(held)


def restart(stack: Stack, page: Page) -> None:
    """The web ends and starts again; the page says so meanwhile and finds back by itself."""
    stack.kill("web")
    lost = page.get_by_text("Connection lost, trying again")
    expect(lost).to_be_visible()
    stack.start("web")
    until(stack.answers, 60)
    expect(lost).not_to_be_visible(timeout=30_000)
