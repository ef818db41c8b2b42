"""The steps of the road, as a guest takes them; each leaves the page where the next begins."""

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

import httpx
from playwright.sync_api import FrameLocator, Page, expect

from tests.kit.stack import Stack
from tests.sandbox.kit import until

GOOD, DECLINED, ASKS = "4242424242424242", "4000000000000002", "4000002500003155"


def free_time(stack: Stack, skip: int) -> tuple[str, str, str]:
    """A date, its `time` for the address, and what its button says; `skip` open days from here."""
    today = dt.datetime.now(ZoneInfo("America/New_York")).date()
    query = {"startDate": str(today + dt.timedelta(days=1)), "endDate": str(today + dt.timedelta(days=58))}
    days = httpx.get(f"{stack.url}/api/availability/2", params=query, trust_env=False).json()["dates"]
    day = [each["date"] for each in days if each["available"]][skip]
    slots = httpx.get(f"{stack.url}/api/availability/2", params={"date": day}, trust_env=False).json()["slots"]
    start = slots[len(slots) // 2]["startTime"]
    local = dt.datetime.fromisoformat(start).astimezone(ZoneInfo("America/New_York"))
    return day, start, local.strftime("%-I:%M %p")


def fill_details(page: Page, guest: str) -> None:
    expect(page.get_by_role("heading", name="Your details")).to_be_visible()
    page.get_by_label("Your name").fill(guest.title())
    page.get_by_label("Email").fill(f"{guest}@example.com")
    page.get_by_label("Phone").fill("+1 212 555 0100")


def hold(page: Page, stack: Stack, guest: str, *, skip: int) -> str:
    """From the times to the payment page; returns its address."""
    day, start, _ = free_time(stack, skip)
    page.goto(f"{stack.url}/book/classic-massage?date={day}&time={start}")
    fill_details(page, guest)
    page.get_by_role("button", name="Hold this time and go to payment").click()
    page.wait_for_url("**/booking/**")
    expect(card_form(page).get_by_label("Card number")).to_be_visible()
    return page.url


def card_form(page: Page) -> FrameLocator:
    return page.frame_locator('iframe[src*="elements/payment"]')


def enter_card(page: Page, number: str) -> None:
    form = card_form(page)
    expect(page.locator("form.pay button[type=submit]")).to_be_enabled()  # the form is alive: no hand is faster
    form.get_by_label("Card number").fill(number)
    form.get_by_label("Expiration date").fill("12 / 34")
    form.get_by_label("Security code").fill("123")


def pay(page: Page, number: str) -> None:
    enter_card(page, number)
    page.get_by_role("button", name="Pay $25.00").click()


def expect_booked(page: Page) -> None:
    expect(page.get_by_role("heading", name="Your appointment is booked")).to_be_visible()


def mail_to(stack: Stack, guest: str) -> dict[str, Any]:
    """The one mail that this guest has got."""
    address = f"{guest}@example.com"
    found: list[dict[str, Any]] = until(lambda: [mail for mail in stack.mails() if mail["to"] == address], 20)
    assert len(found) == 1
    return found[0]
