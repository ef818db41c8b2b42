"""A booking in its guest's hands, by browser: with JavaScript, without it, and while the live page does not come."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import PHONE, Complaints
from tests.browser.road import GOOD, card_form, enter_card
from tests.kit.guests import page_of, paid
from tests.kit.stack import Stack

pytestmark = pytest.mark.browser
Open = Callable[..., Page]
TOO_WIDE = "document.documentElement.scrollWidth > document.documentElement.clientWidth"


def status_of(stack: Stack, made: dict[str, Any]) -> str:
    found = stack.sql("select status from booking where id = :id", id=made["booking"]["id"])
    return str(found[0]["status"])


def test_a_thumb_moves_pays_the_rest_and_cancels(stack: Stack, open_page: Open) -> None:
    made = paid(stack, "mona", 21)
    page = open_page(page_of(stack, made), phone=True)
    expect(page.get_by_role("heading", name="Your appointment", exact=True)).to_be_visible()
    expect(page.get_by_text(re.compile(r"Cancel before .*: \$30\.00 back\."))).to_be_visible()
    assert not page.evaluate(TOO_WIDE)

    page.get_by_role("button", name="Move it").click()
    page.locator("button.day[aria-disabled=false]").last.click()
    expect(page.locator("#move-time")).to_be_focused()
    time = page.locator("button.time").last
    label = time.inner_text().strip()
    time.click()
    expect(page.get_by_role("heading", name="Move it to this time?")).to_be_focused()
    page.get_by_role("button", name="Move it").click()
    expect(page.get_by_text("Your appointment has a new time.")).to_be_visible()
    expect(page.locator("h1:has-text('Your appointment') + p.lead")).to_contain_text(label)

    page.get_by_role("button", name="Pay the remaining $65.00 now").click()
    expect(card_form(page).get_by_label("Card number")).to_be_visible()
    enter_card(page, GOOD)
    page.get_by_role("button", name="Pay $65.00").click()
    expect(page.get_by_text("Thank you, everything is paid.")).to_be_visible()

    page.get_by_role("button", name="Cancel it").click()
    expect(page.get_by_role("button", name="Keep it")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).not_to_be_visible()
    page.get_by_role("button", name="Cancel it").click()
    expect(page.get_by_role("dialog").get_by_text("If you cancel now, $95.00 goes back to you.")).to_be_visible()
    page.get_by_role("button", name="Yes, cancel it").click()
    expect(page.get_by_role("heading", name="This appointment is cancelled")).to_be_visible()
    expect(page.get_by_role("main").get_by_text(re.compile("On its way back|Paid back"))).to_be_visible()
    assert status_of(stack, made) == "CANCELLED"


def test_a_wrong_address_is_put_right_once_on_the_thanks(stack: Stack, open_page: Open) -> None:
    made = paid(stack, "nell", 22)
    page = open_page(f"{stack.url}/book/success?reference={made['booking']['reference']}&t={made['manageToken']}")
    expect(page.get_by_text("nell@example.com")).to_be_visible()
    page.get_by_role("button", name="Not your address?").click()
    expect(page.get_by_label("Your email address")).to_be_focused()
    page.get_by_label("Your email address").fill("nell.right@example.com")
    page.get_by_role("button", name="Send it to this address").click()
    expect(page.get_by_text("nell.right@example.com")).to_be_visible()
    expect(page.get_by_role("button", name="Not your address?")).not_to_be_visible()
    stack.until_mails(lambda mails: [each for each in mails if each["to"] == "nell.right@example.com"])
    page.goto(page_of(stack, made))
    expect(page.get_by_role("heading", name="We could not find this booking")).to_be_visible()


def test_without_javascript_the_mailed_link_leads_to_a_page_that_cancels(stack: Stack, chromium: Browser) -> None:
    made = paid(stack, "olga", 23)
    context = chromium.new_context(viewport=PHONE, java_script_enabled=False)
    page = context.new_page()
    page.goto(page_of(stack, made))
    page.locator("noscript a.button, main a.button").first.click()
    expect(page.get_by_role("heading", name="Your appointment")).to_be_visible()
    assert not page.get_by_text("olga").count()
    page.get_by_role("link", name="Cancel it").click()
    assert status_of(stack, made) == "CONFIRMED"
    page.get_by_role("button", name="Yes, cancel it").click()
    expect(page.get_by_text("Your appointment is cancelled.")).to_be_visible()
    assert status_of(stack, made) == "CANCELLED"
    context.close()


def test_while_no_socket_comes_the_page_offers_the_plain_one(
    stack: Stack, open_page: Open, complaints: Complaints
) -> None:
    made = paid(stack, "pola", 24)
    page = open_page(f"{stack.url}/terms")
    page.route_web_socket(re.compile("_event"), lambda socket: socket.close())
    page.goto(page_of(stack, made))
    link = page.get_by_role("link", name="See your booking as a plain page")
    expect(link).to_be_visible(timeout=15_000)
    link.click()
    expect(page.get_by_role("heading", name="Your appointment")).to_be_visible()
    complaints.said.clear()


def test_a_lost_link_is_asked_for_by_thumb(stack: Stack, open_page: Open) -> None:
    made = paid(stack, "ruby", 25)
    page = open_page(f"{stack.url}/booking/find", phone=True)
    page.get_by_label("Email").fill("ruby@example.com")
    page.get_by_role("button", name="Mail me the links").click()
    expect(page.get_by_role("heading", name="Look in your mailbox")).to_be_visible()

    def links(mails: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [each for each in mails if each["to"] == "ruby@example.com" and "Your bookings" in each["subject"]]

    (letter,) = stack.until_mails(links)
    assert made["manageToken"] in letter["text"]


@pytest.mark.parametrize("step", ["", "/cancel", "/move", "/receipt"])
def test_plain_pages_fit_the_smallest_phone(stack: Stack, open_page: Open, step: str) -> None:
    made = paid(stack, f"sue{step[1:]}", 26)
    page = open_page(f"{stack.url}/terms")
    page.set_viewport_size({"width": 320, "height": 640})
    page.goto(f"{stack.url}/plain/booking/{made['booking']['reference']}{step}?t={made['manageToken']}")
    expect(page.get_by_role("heading", level=1)).to_have_count(1)
    assert not page.evaluate(TOO_WIDE)
