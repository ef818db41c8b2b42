"""Without a mouse: the calendar by the pattern of a grid, and a booking from the first key to the last."""

import datetime as dt
import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.road import GOOD, card_form, expect_booked, fill_details, free_time
from tests.kit.stack import Stack

pytestmark = pytest.mark.browser
Open = Callable[..., Page]


def focused(page: Page) -> str:
    """What has the focus, by the name a screen reader would say."""
    text = "e => e.getAttribute('aria-label') || e.id || e.innerText || e.tagName"
    return str(page.evaluate(f"({text})(document.activeElement)"))


def tab_to(page: Page, wanted: str) -> None:
    """Press the tabulator until something with that name has the focus."""
    for _ in range(120):
        page.keyboard.press("Tab")
        if re.search(wanted, focused(page)):
            return
    raise AssertionError(f"the keyboard never reached {wanted}; it is at {focused(page)}")


def date_in_focus(page: Page) -> dt.date:
    return dt.date.fromisoformat(str(page.evaluate("document.activeElement.dataset.date")))


def test_the_keyboard_alone_books_and_pays(stack: Stack, open_page: Open) -> None:
    page = open_page(f"{stack.url}/book")
    expect(page.get_by_role("link", name=re.compile("Classic massage"))).to_be_visible()
    page.keyboard.press("Tab")
    assert focused(page) == "Skip to the content"
    page.keyboard.press("Enter")
    assert focused(page) == "main"
    tab_to(page, "Classic massage")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1, name="Classic massage")).to_be_focused()
    month = page.locator("#month").inner_text()
    tab_to(page, "Next month")
    page.keyboard.press("Enter")
    expect(page.locator("#month")).not_to_have_text(month)
    tab_to(page, "times? free|nothing free")
    while "nothing" in focused(page):
        page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(page.locator("#step-time")).to_be_focused()
    tab_to(page, r"\d [AP]M")
    page.keyboard.press("Space")
    expect(page.get_by_role("heading", name="Your details")).to_be_focused()
    for field, typed in (("name", "Kay"), ("email", "kay@example.com"), ("phone", "+1 212 555 0101")):
        tab_to(page, f"^{field}$")
        page.keyboard.type(typed)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1, name="Almost done")).to_be_visible()
    expect(page.get_by_role("button", name="Pay $25.00")).to_be_enabled()
    tab_to(page, "IFRAME")
    for field, typed in (("number", GOOD), ("expiry", "1234"), ("cvc", "123")):
        if card_form(page).locator("input:focus").get_attribute("id") != field:  # a full field passes the focus on
            page.keyboard.press("Tab")
        page.keyboard.type(typed)
    tab_to(page, r"Pay \$25.00")
    page.keyboard.press("Enter")
    expect_booked(page)


def test_the_month_is_one_stop_and_the_arrows_walk_in_it(stack: Stack, open_page: Open) -> None:
    page = open_page(f"{stack.url}/book/classic-massage")
    grid = page.get_by_role("grid")
    expect(grid).to_be_visible()
    assert page.locator(".day[tabindex='0']").count() == 1
    page.locator(".day[tabindex='0']").focus()
    start = date_in_focus(page)
    for key, days in (("ArrowRight", 1), ("ArrowLeft", 0), ("ArrowDown", 7), ("ArrowUp", 0)):
        page.keyboard.press(key)
        expect(page.locator(f"[data-date='{start + dt.timedelta(days=days)}']")).to_be_focused()
    page.keyboard.press("End")
    expect(page.locator(f"[data-date='{start + dt.timedelta(days=6 - start.weekday())}']")).to_be_focused()
    page.keyboard.press("Home")
    expect(page.locator(f"[data-date='{start - dt.timedelta(days=start.weekday())}']")).to_be_focused()
    assert page.locator(".day[tabindex='0']").count() == 1


def test_the_arrows_and_page_keys_lead_to_other_months(stack: Stack, open_page: Open) -> None:
    page = open_page(f"{stack.url}/book/classic-massage")
    page.locator(".day[tabindex='0']").focus()
    start = date_in_focus(page)
    month = page.locator("#month").inner_text()
    page.keyboard.press("PageDown")
    expect(page.locator("#month")).not_to_have_text(month)
    there = date_in_focus(page)
    assert (there.year * 12 + there.month) - (start.year * 12 + start.month) == 1
    page.keyboard.press("PageUp")
    expect(page.locator("#month")).to_have_text(month)
    expect(page.locator(f"[data-date='{start}']")).to_be_focused()


def test_a_screen_reader_hears_a_sentence_for_each_day(stack: Stack, open_page: Open) -> None:
    page = open_page(f"{stack.url}/book/classic-massage")
    expect(page.get_by_role("grid")).to_be_visible()
    said = page.locator(".day").evaluate_all("days => days.map(day => day.getAttribute('aria-label'))")
    sentence = re.compile(r"[A-Z][a-z]+day, [A-Z][a-z]+ \d+, (nothing free|one time free|\d+ times free)")
    assert said
    assert [each for each in said if not sentence.fullmatch(each)] == []


def test_who_goes_by_roles_and_names_alone_finds_the_way(stack: Stack, open_page: Open) -> None:
    page = open_page(f"{stack.url}/book")
    page.get_by_role("main").get_by_role("link", name=re.compile("Classic massage")).click()
    page.get_by_role("grid").get_by_role("button", name=re.compile("times? free")).last.click()
    page.get_by_role("region", name=re.compile("day, ")).get_by_role("button", name=re.compile("[AP]M")).last.click()
    fill_details(page, "rosa")
    page.get_by_role("button", name="Hold this time and go to payment").click()
    expect(page.get_by_role("heading", level=1, name="Almost done")).to_be_visible()
    form = card_form(page)
    form.get_by_role("textbox", name="Card number").fill(GOOD)
    form.get_by_role("textbox", name="Expiration date").fill("12 / 34")
    form.get_by_role("textbox", name="Security code").fill("123")
    page.get_by_role("button", name="Pay $25.00").click()
    expect(page.get_by_role("heading", level=1, name="Your appointment is booked")).to_be_visible()


def test_what_was_typed_outlives_a_reload_and_is_remembered_only_when_asked(stack: Stack, open_page: Open) -> None:
    page = open_page(stack.url)
    day, start, _ = free_time(stack, 21)
    page.goto(f"{stack.url}/book/classic-massage?date={day}&time={start}")
    fill_details(page, "dora")
    page.reload()
    expect(page.get_by_label("Your name")).to_have_value("Dora")
    assert page.evaluate("localStorage.getItem('truflow.guest')") is None
    page.get_by_label("Remember me on this device").check()
    page.get_by_role("button", name="Hold this time and go to payment").click()
    expect(page.get_by_role("button", name="Pay $25.00")).to_be_enabled()
    assert page.evaluate("sessionStorage.getItem('truflow.draft')") is None
    another = page.context.new_page()
    day, start, _ = free_time(stack, 22)
    another.goto(f"{stack.url}/book/classic-massage?date={day}&time={start}")
    expect(another.get_by_label("Phone")).to_have_value("+1 212 555 0100")
    another.get_by_label("Remember me on this device").uncheck()
    assert another.evaluate("localStorage.getItem('truflow.guest')") is None
