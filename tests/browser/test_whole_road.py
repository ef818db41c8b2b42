"""The main job, end to end, in real Chromium: choose, hold, pay, be confirmed, get the mail."""

import re
from collections.abc import Callable
from urllib.parse import urlsplit

import httpx
import icalendar
import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Complaints
from tests.browser.road import (
    ASKS,
    DECLINED,
    GOOD,
    card_form,
    enter_card,
    expect_booked,
    fill_details,
    free_time,
    hold,
    mail_to,
    pay,
)
from tests.kit.stack import Stack
from tests.sandbox.kit import until

pytestmark = pytest.mark.browser
Open = Callable[..., Page]


@pytest.mark.parametrize("phone", [True, False], ids=["phone", "desk"])
def test_a_guest_books_pays_and_gets_a_mail_with_a_calendar_file(stack: Stack, open_page: Open, phone: bool) -> None:
    guest = "phoebe" if phone else "daisy"
    page = open_page(f"{stack.url}/", phone=phone)
    page.get_by_role("link", name="Book an appointment").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("What would you like?")
    page.get_by_role("link", name=re.compile("Classic massage")).first.click()
    day, _, label = free_time(stack, 2 if phone else 3)
    expect(page.get_by_role("heading", level=1)).to_have_text("Classic massage")
    number = str(int(day[-2:]))
    free = page.get_by_role("button", name=re.compile(rf" {number}, (one|\d+) times? free"))
    if not free.count():
        page.get_by_role("button", name="Next month").click()
    free.first.click()
    page.get_by_role("button", name=label, exact=True).click()
    fill_details(page, guest)
    page.get_by_label("Anything we should know").fill("A quiet room, please.")
    expect(page.get_by_text("You pay $25.00 now and $50.00 at your visit.")).to_be_visible()
    page.get_by_role("button", name="Hold this time and go to payment").click()
    page.wait_for_url("**/booking/**")
    expect(page.get_by_text("Held for you until")).to_be_visible()
    expect(page.get_by_text(re.compile("You can cancel up to 24 hours before"))).to_be_visible()
    pay(page, GOOD)
    expect_booked(page)
    for said in ("Classic massage", "48 Linden Street", "$50.00"):
        expect(page.get_by_role("main").get_by_text(said).first).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="Add to your calendar").click()
    downloaded = icalendar.Calendar.from_ical(download.value.path().read_bytes())

    mail = mail_to(stack, guest)
    assert "Classic massage" in mail["text"]
    (file,) = mail["attachments"]
    assert file["contentType"].startswith("text/calendar")
    address = file["url"] if file["url"].startswith("http") else stack.url + file["url"]
    sent = icalendar.Calendar.from_ical(httpx.get(address, trust_env=False).text)
    assert sent.walk("VEVENT")[0].start == downloaded.walk("VEVENT")[0].start
    assert sent.walk("VEVENT")[0]["UID"] == downloaded.walk("VEVENT")[0]["UID"]
    link = next(word for word in re.findall(r"\S+", mail["text"]) if "/booking/" in word)
    page.goto(link.strip("<>().,"))
    expect(page.get_by_role("heading", name="Your appointment", exact=True)).to_be_visible()


def test_a_declined_card_then_a_good_one(stack: Stack, open_page: Open) -> None:
    page = open_page(stack.url, phone=True)
    hold(page, stack, "declan", skip=5)
    pay(page, DECLINED)
    expect(page.get_by_role("main").get_by_text(re.compile("Nothing was charged"))).to_be_visible()
    expect(page.get_by_role("button", name="Pay $25.00")).to_be_enabled()
    pay(page, GOOD)
    expect_booked(page)
    mail_to(stack, "declan")


def test_the_bank_asks_and_the_guest_answers(stack: Stack, open_page: Open) -> None:
    page = open_page(stack.url)
    hold(page, stack, "bankole", skip=6)
    pay(page, ASKS)
    bank = page.frame_locator('iframe[src*="bank"]')
    bank.get_by_role("button", name="Complete").click()
    expect_booked(page)
    mail_to(stack, "bankole")


def test_the_bank_asks_and_the_guest_fails_then_pays_with_another_card(stack: Stack, open_page: Open) -> None:
    page = open_page(stack.url)
    hold(page, stack, "failsafe", skip=7)
    pay(page, ASKS)
    page.frame_locator('iframe[src*="bank"]').get_by_role("button", name="Fail").click()
    expect(page.get_by_role("button", name="Pay $25.00")).to_be_enabled()
    expect(page.get_by_role("main").get_by_role("alert").or_(page.get_by_role("status")).first).to_be_attached()
    pay(page, GOOD)
    expect_booked(page)


def test_the_guest_closes_the_tab_and_the_letter_alone_confirms(stack: Stack, open_page: Open) -> None:
    page = open_page(stack.url)
    address = hold(page, stack, "closing", skip=8)
    stack.sandbox.control(
        "POST", "/faults", match={"method": "POST", "path": "/v1/payment_intents/*/confirm"}, fault="run_then_hang",
        seconds=8, times=1,
    )  # fmt: skip
    enter_card(page, GOOD)
    page.get_by_role("button", name="Pay $25.00").click()
    reference = urlsplit(address).path.rsplit("/", 1)[1]
    until(lambda: stack.sql("select 1 from payment where attempt = 1 and booking_id = (select id from booking where "
                            "reference = :r)", r=reference), 10)  # fmt: skip
    page.close()
    until(lambda: stack.sql("select 1 from booking where reference = :r and status = 'CONFIRMED'", r=reference), 20)
    stack.sandbox.control("DELETE", "/faults")
    mail_to(stack, "closing")
    actor = stack.sql("select actor, why from booking_event where to_status = 'CONFIRMED' and booking_id = "
                      "(select id from booking where reference = :r)", r=reference)  # fmt: skip
    assert actor == [{"actor": "stripe", "why": "paid"}]


def test_a_reload_at_every_step_strands_nobody(stack: Stack, open_page: Open, complaints: Complaints) -> None:
    page = open_page(f"{stack.url}/book/classic-massage", phone=True)
    day, start, label = free_time(stack, 9)
    page.reload()
    page.goto(f"{stack.url}/book/classic-massage?date={day}")
    page.reload()
    page.get_by_role("button", name=label, exact=True).click()
    page.wait_for_url(f"**time={start.replace(':', '*')[:10]}*")
    page.reload()
    fill_details(page, "reloader")
    page.get_by_role("button", name="Hold this time and go to payment").click()
    page.wait_for_url("**/booking/**")
    expect(card_form(page).get_by_label("Card number")).to_be_visible()  # the page has loaded itself anew by then
    page.reload()
    expect(card_form(page).get_by_label("Card number")).to_be_visible()
    held = page.url
    page.go_back()
    expect(
        page.get_by_role("link", name="Go on to payment").or_(page.get_by_role("button", name="Go on to payment"))
    ).to_be_visible()
    page.goto(held)
    pay(page, GOOD)
    expect_booked(page)
    page.reload()
    expect_booked(page)
    page.goto(held)
    expect(page.get_by_role("heading", name="Your appointment", exact=True)).to_be_visible()
    assert stack.sql("select count(*) as n from booking b join customer c on c.id = b.customer_id "
                     "where c.email = 'reloader@example.com'") == [{"n": 1}]  # fmt: skip


def test_a_visitor_from_elsewhere_sees_both_times(stack: Stack, open_page: Open) -> None:
    day, _, label = free_time(stack, 4)
    page = open_page(f"{stack.url}/book/classic-massage?date={day}", zone="Europe/Berlin")
    expect(page.get_by_text(re.compile("New York time")).first).to_be_visible()
    expect(page.get_by_text(re.compile("your own time")).first).to_be_visible()
    expect(page.get_by_role("button", name=re.compile(f"^{label}"))).to_be_visible()


@pytest.mark.parametrize(
    ("field", "value", "complaint"),
    [
        ("Your name", "", "Please enter your name."),
        ("Email", "", "Please enter your email address."),
        ("Email", "not an address", "This does not look like an email address."),
        ("Phone", "", "Please enter your phone number."),
        ("Phone", "call me", "Please use digits"),
        ("Your name", "x" * 10_000, "at most 120 characters"),
        ("Anything we should know", "x" * 10_000, "at most 1,000 characters"),
    ],
)
def test_a_slip_in_a_field_is_said_at_the_field_and_nothing_typed_is_lost(
    stack: Stack, open_page: Open, field: str, value: str, complaint: str
) -> None:
    day, start, _ = free_time(stack, 10)
    page = open_page(f"{stack.url}/book/classic-massage?date={day}&time={start}")
    fill_details(page, "slip")
    page.get_by_label(field).fill(value)
    page.get_by_role("button", name="Hold this time and go to payment").click()
    box = page.get_by_label(field)
    expect(box).to_have_attribute("aria-invalid", "true")
    described = box.get_attribute("aria-describedby") or ""
    said = " ".join(
        page.locator(f"#{name}").inner_text() for name in described.split() if page.locator(f"#{name}").count()
    )
    assert complaint in said
    kept = {"Your name": "Slip", "Email": "slip@example.com", "Phone": "+1 212 555 0100"}
    for other, text in kept.items():
        if other != field:
            expect(page.get_by_label(other)).to_have_value(text)
    assert stack.sql("select 1 from customer where email = 'slip@example.com'") == []


def test_a_time_taken_meanwhile_keeps_what_was_typed(stack: Stack, open_page: Open) -> None:
    from tests.kit.guests import book

    day, start, _ = free_time(stack, 11)
    page = open_page(f"{stack.url}/book/classic-massage?date={day}&time={start}", phone=True)
    fill_details(page, "late")
    assert book(stack, start, "faster", serviceId=2).status_code == 201  # she hears of it where she is
    expect(page.get_by_text(re.compile("has just been taken")).first).to_be_visible()
    page.locator(".pane-time").get_by_role("button", name=re.compile("AM|PM")).last.click()
    expect(page.get_by_label("Your name")).to_have_value("Late")
    page.get_by_role("button", name="Hold this time and go to payment").click()
    page.wait_for_url("**/booking/**")
