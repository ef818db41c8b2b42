"""A booking without JavaScript: everything by plain pages, and nothing changed by opening one."""

import datetime as dt
import html
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from httpx import Response
from sqlalchemy import Engine, text

from tests.kit.browsers import Browser
from tests.kit.looking import one, rows
from tests.kit.wishes import ALICE, wish
from truflow.api.doors import doors
from truflow.clock import utc_now
from truflow.edge import Edge
from truflow.services import availability, payments
from truflow.services.bookings import book
from truflow.services.views import BookedView
from truflow.settings import get_settings

Token = Callable[..., str]


class Guest:
    """Somebody with a mailed link and a browser that runs nothing."""

    def __init__(self, folder: Path, made: BookedView) -> None:
        self.browser = Browser(Edge(doors(), get_settings(), folder))
        self.made = made
        self.path = f"/plain/booking/{made.booking.reference}"

    def open(self, step: str = "", **query: str) -> Response:
        return self.browser.ask("GET", self.path + step, params={"t": self.made.manage_token, **query})

    def send(self, page: Response, **chosen: str) -> Response:
        """Send the page's form as a browser would: its own hidden fields, and what the guest chose."""
        action = re.search(r'<form method="post" action="([^"]+)"', page.text)
        assert action, "there is a form"
        hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page.text))
        answer = self.browser.post(action[1], data={**hidden, **chosen})
        return self.browser.get(answer.headers["location"]) if answer.status_code == 303 else answer


def words(page: Response) -> str:
    body = page.text.split("<body>")[1]
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", body)).split()).replace("\N{NO-BREAK SPACE}", " ")


def free(days: int) -> dt.datetime:
    """A free start so many days from today, or on the next open day."""
    today = utc_now().date()
    for ahead in range(days, days + 6):
        slots = availability.free_slots(3, today + dt.timedelta(days=ahead), now=utc_now()).slots
        if slots:
            return slots[0].start_time
    raise AssertionError("closed for a week")


@pytest.fixture
def guest(practice: Engine, token: Token, tmp_path: Path) -> Guest:
    made = book(wish(free(5)), key=None, client=ALICE, now=utc_now())
    payments.pay(made.booking.id, made.manage_token, token(), client=ALICE, now=utc_now())
    return Guest(tmp_path, made)


def books(practice: Engine) -> list[object]:
    """All that a page could have changed."""
    return [
        rows(practice, f"select * from {table} order by 1")
        for table in ("booking", "payment", "refund", "diary_entry", "booking_event", "email_message", "outbox")
    ]


def test_the_page_says_what_when_where_the_money_and_what_can_be_done(guest: Guest) -> None:
    page = guest.open()
    said = words(page)
    assert page.status_code == 200
    for word in ("Deep tissue", guest.made.booking.reference, "48 Linden Street", "$95.00", "$30.00", "$65.00"):
        assert word in said
    assert re.search(r"Cancel before \w+, \w+ \d+, \d+:\d\d [AP]M: \$30\.00 back\. After that: nothing back\.", said)
    assert "Alice" not in said
    assert "alice@example.com" not in said


def test_opening_every_page_changes_nothing(practice: Engine, guest: Guest) -> None:
    before = books(practice)
    for step in ("", "/cancel", "/move", "/receipt"):
        page = guest.open(step)
        assert page.status_code == 200
        for link in re.findall(r'href="(/plain/[^"]+)"', page.text):
            assert guest.browser.get(html.unescape(link)).status_code == 200
        assert guest.browser.ask("HEAD", guest.path + step, params={"t": guest.made.manage_token}).status_code == 200
    assert books(practice) == before


def test_cancelling_gives_back_what_the_page_said(practice: Engine, guest: Guest) -> None:
    asked = guest.open("/cancel")
    assert "If you cancel now, $30.00 goes back to you." in words(asked)
    done = guest.send(asked)
    assert "Your appointment is cancelled." in words(done)
    assert "On its way back $30.00" in words(done)
    assert "Move it" not in words(done)
    assert one(practice, "select status from booking") == "CANCELLED"
    assert one(practice, "select amount_cents from refund") == 3000


def test_a_quote_that_is_no_longer_true_is_shown_again_before_anything_happens(practice: Engine, guest: Guest) -> None:
    asked = guest.open("/cancel")
    with practice.begin() as connection:
        tiers = '[{"hours_before": 720, "refund_percent": 100}, {"hours_before": 0, "refund_percent": 50}]'
        connection.execute(text("update booking set policy = cast(:tiers as jsonb)"), {"tiers": tiers})
    again = guest.send(asked)
    assert again.status_code == 409
    assert "What you get back has changed meanwhile." in words(again)
    assert "$15.00 goes back to you" in words(again)
    assert one(practice, "select status from booking") == "CONFIRMED"
    guest.send(again)
    assert one(practice, "select amount_cents from refund") == 1500


def test_moving_takes_a_time_that_the_page_offers(practice: Engine, guest: Guest) -> None:
    days = guest.open("/move")
    link = html.unescape(re.findall(r'href="(/plain/[^"]+date=[^"]+)"', days.text)[1])
    times = guest.browser.get(link)
    start = re.findall(r'name="start" value="([^"]+)"', times.text)[-1]
    done = guest.send(times, start=start)
    assert "Your appointment has a new time." in words(done)
    assert one(practice, "select starts_at from booking") == dt.datetime.fromisoformat(start)
    templates = {row["template"] for row in rows(practice, "select template from email_message")}
    assert {"moved", "practice_moved"} <= templates


def test_a_time_that_was_taken_meanwhile_keeps_the_old_one(practice: Engine, guest: Guest) -> None:
    link = html.unescape(re.findall(r'href="(/plain/[^"]+date=[^"]+)"', guest.open("/move").text)[1])
    times = guest.browser.get(link)
    start = re.findall(r'name="start" value="([^"]+)"', times.text)[0]
    book(wish(dt.datetime.fromisoformat(start), guest="Bob"), key=None, client="192.0.2.9", now=utc_now())
    refused = guest.send(times, start=start)
    assert refused.status_code == 409
    assert "Somebody else has just taken this time." in words(refused)
    assert one(practice, "select starts_at from booking where status = 'CONFIRMED'") == guest.made.booking.start_time


def test_the_receipt_has_a_number_the_tax_and_the_sums(guest: Guest) -> None:
    said = words(guest.open("/receipt"))
    assert f"Receipt {utc_now().year}-00001" in said
    assert "4.5 % sales tax, included $4.09" in said
    assert re.search(r"Paid by card, .* \$30\.00 Paid in all \$30\.00 Due at your visit \$65\.00", said)
    assert "Stillwater Massage LLC" in said


def test_a_wrong_token_finds_nothing_and_a_form_without_one_changes_nothing(practice: Engine, guest: Guest) -> None:
    for step in ("", "/cancel", "/move", "/receipt"):
        assert guest.browser.ask("GET", guest.path + step, params={"t": "wrong"}).status_code == 404
        assert guest.browser.get(guest.path + step).status_code == 404
    for step in ("/cancel", "/move"):
        given = {"back": "3000", "start": free(9).isoformat()}
        assert guest.browser.post(guest.path + step, data=given).status_code == 404
        in_the_address = guest.browser.post(f"{guest.path}{step}?t={guest.made.manage_token}", data=given)
        assert in_the_address.status_code == 404, "a link that posts is no form of ours"
    assert one(practice, "select status from booking") == "CONFIRMED"


def test_another_site_cannot_send_the_form(practice: Engine, guest: Guest) -> None:
    guest.browser.headers["Origin"] = "https://evil.example"
    sent = guest.browser.post(guest.path + "/cancel", data={"t": guest.made.manage_token, "back": "3000"})
    assert sent.status_code == 403
    assert one(practice, "select status from booking") == "CONFIRMED"


def test_a_hold_leads_to_the_page_that_takes_cards(practice: Engine, tmp_path: Path) -> None:
    made = book(wish(free(5)), key=None, client=ALICE, now=utc_now())
    page = Guest(tmp_path, made).open()
    assert "To keep it, pay the deposit of $30.00" in words(page)
    assert f'href="/booking/{made.booking.reference}?t={made.manage_token}"' in page.text


@pytest.mark.parametrize("odd", ["../x", "ABCD-1234", "%2e", "'--"])
def test_odd_references_are_simply_not_found(guest: Guest, odd: str) -> None:
    assert guest.browser.get(f"/plain/booking/{odd}?t=x&date=9999-99-99&from=x").status_code == 404


@pytest.mark.parametrize(
    "query", [{"date": "9999-12-31"}, {"from": "0001-01-01"}, {"from": "9999-12-31"}, {"date": "x"}]
)
def test_odd_dates_still_show_days(guest: Guest, query: dict[str, str]) -> None:
    assert guest.open("/move", **query).status_code == 200


def test_a_lost_link_has_the_same_answer_whoever_asks(guest: Guest) -> None:
    known, unknown = (
        guest.browser.post("/plain/find", data={"email": email}) for email in ("alice@example.com", "no@example.com")
    )
    assert known.status_code == unknown.status_code == 200
    assert known.text == unknown.text
    wrong = guest.browser.post("/plain/find", data={"email": "alice"})
    assert wrong.status_code == 422
    assert "This does not look like an email address." in words(wrong)


def test_private_pages_are_not_kept_and_name_no_referrer(guest: Guest) -> None:
    headers = guest.open().headers
    assert headers["cache-control"] == "no-store"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["x-robots-tag"] == "noindex, nofollow"
