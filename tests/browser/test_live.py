"""What one guest takes goes from every other open page, and comes back when it is given back; nobody reloads."""

import datetime as dt
from collections.abc import Callable

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.browser.road import fill_details, free_time
from tests.kit.guests import body, book, page_of, paid
from tests.kit.stack import Stack

pytestmark = pytest.mark.browser
Open = Callable[..., Page]
SOON = 2_000


def look_at(page: Page, stack: Stack, day: str) -> None:
    page.goto(f"{stack.url}/book/classic-massage?date={day}")
    expect(page.locator("#step-time")).to_be_visible()


def end_hold(stack: Stack, booking_id: str, seconds: int) -> None:
    """The hold ends that soon, in the database's own words; nobody else is told anything."""
    stack.sql(
        "update booking set hold_expires_at = now() + make_interval(secs => :seconds) where id = cast(:id as uuid)",
        seconds=seconds,
        id=booking_id,
    )
    stack.sql("select pg_notify('diary', '')")


def test_what_another_guest_takes_goes_from_the_open_page(stack: Stack, open_page: Open) -> None:
    mine, theirs = open_page(stack.url), open_page(stack.url, phone=True)
    day, start, said = free_time(stack, 16)
    look_at(mine, stack, day)
    time = mine.get_by_role("button", name=said, exact=True)
    expect(time).to_be_visible()
    theirs.goto(f"{stack.url}/book/classic-massage?date={day}&time={start}")
    fill_details(theirs, "theo")
    theirs.get_by_role("button", name="Hold this time and go to payment").click()
    theirs.wait_for_url("**/booking/**")
    expect(time).to_have_count(0, timeout=SOON)


def test_what_another_web_process_sells_goes_from_the_pages_of_this_one(stack: Stack, open_page: Open) -> None:
    page = open_page(stack.url)
    day, start, said = free_time(stack, 25)
    with stack.another_web() as elsewhere:
        look_at(page, stack, day)
        time = page.get_by_role("button", name=said, exact=True)
        expect(time).to_be_visible()
        assert httpx.post(f"{elsewhere}/api/bookings", json=body(start, "otto"), trust_env=False).status_code == 201
        expect(time).to_have_count(0, timeout=SOON)


def test_a_time_comes_back_when_its_hold_ends(stack: Stack, open_page: Open) -> None:
    page = open_page(stack.url)
    day, start, said = free_time(stack, 17)
    held = book(stack, start, "hanna").json()["booking"]["id"]
    look_at(page, stack, day)
    time = page.get_by_role("button", name=said, exact=True)
    expect(page.get_by_role("button", name="AM").first).to_be_visible()
    expect(time).to_have_count(0)
    end_hold(stack, held, 3)
    expect(time).to_have_count(0)
    expect(time).to_be_visible(timeout=3_000 + SOON)


def test_a_guest_at_her_details_hears_that_her_time_is_gone_and_loses_nothing(stack: Stack, open_page: Open) -> None:
    page = open_page(stack.url, phone=True)
    day, start, _ = free_time(stack, 18)
    page.goto(f"{stack.url}/book/classic-massage?date={day}&time={start}")
    fill_details(page, "greta")
    book(stack, start, "harry")
    expect(page.get_by_text("This time has just been taken.")).to_be_visible(timeout=SOON)
    page.locator(".pane-time .time").first.click()
    expect(page.get_by_role("heading", name="Your details")).to_be_visible()
    assert page.get_by_label("Your name").input_value() == "Greta"


def test_the_first_free_time_on_a_card_follows(stack: Stack, open_page: Open) -> None:
    page = open_page(f"{stack.url}/book")
    chip = page.locator(".service", has_text="Classic massage").locator(".chip")
    before = chip.inner_text()
    start = dt.datetime.fromisoformat(str(chip.get_attribute("href")).rsplit("time=", 1)[1])
    book(stack, start.isoformat(), "carla")
    expect(chip).not_to_have_text(before, timeout=SOON)


def test_a_guest_who_moves_her_booking_sees_what_others_take(stack: Stack, open_page: Open) -> None:
    made = paid(stack, "maud", 22)
    day, start, said = free_time(stack, 23)
    page = open_page(f"{page_of(stack, made)}&move=1&date={day}", phone=True)
    time = page.get_by_role("button", name=said, exact=True)
    expect(time).to_be_visible()
    book(stack, start, "nora")
    expect(time).to_have_count(0, timeout=SOON)


def test_a_page_finds_the_diary_again_after_the_listener_was_cut_off(stack: Stack, open_page: Open) -> None:
    page = open_page(stack.url)
    day, start, said = free_time(stack, 19)
    look_at(page, stack, day)
    stack.sql("select pg_terminate_backend(pid) from pg_stat_activity where query ilike 'listen diary%'")
    book(stack, start, "lena")
    expect(page.get_by_role("button", name=said, exact=True)).to_have_count(0, timeout=5_000)
