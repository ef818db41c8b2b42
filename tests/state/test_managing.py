"""The booking's own page: what its guest may do, step by step, and nothing of her in any state."""

import datetime as dt
import json
from typing import Any

import pytest
from sqlalchemy import Engine

from tests.kit.looking import one, rows
from tests.kit.wishes import ALICE, wish
from tests.state.visitors import Visitor, redirect_of
from truflow.clock import utc_now
from truflow.services import availability, payments
from truflow.services.bookings import book
from truflow.services.views import BookedView
from truflow.state.booking import Booking
from truflow.state.find import Find
from truflow.state.managing import Managing
from truflow.state.moving import Moving

pytestmark = pytest.mark.anyio
ORIGIN = "http://127.0.0.1:8000"


def free(days: int) -> dt.datetime:
    today = utc_now().date()
    for ahead in range(days, days + 6):
        slots = availability.free_slots(3, today + dt.timedelta(days=ahead), now=utc_now()).slots
        if slots:
            return slots[0].start_time
    raise AssertionError("closed for a week")


@pytest.fixture
def made(practice: Engine, token: Any) -> BookedView:
    booked = book(wish(free(5)), key=None, client=ALICE, now=utc_now())
    payments.pay(booked.booking.id, booked.manage_token, token(), client=ALICE, now=utc_now())
    return booked


def page_of(made: BookedView, more: str = "") -> str:
    return f"/booking/{made.booking.reference}?t={made.manage_token}{more}"


async def opened(made: BookedView, more: str = "") -> Visitor:
    visitor = Visitor(page_of(made, more))
    await visitor.call(Booking.load)
    await visitor.call(Moving.load)
    return visitor


async def test_the_page_says_what_may_be_done_and_what_comes_back(made: BookedView) -> None:
    managing = await (await opened(made)).state(Managing)
    assert (managing.can_move, managing.can_cancel, managing.can_correct) == (True, True, True)
    assert managing.cancel_money == "If you cancel now, $30.00 goes back to you."
    assert managing.quote[0].endswith("$30.00 back.")
    assert managing.pay_rest == "Pay the remaining $65.00 now"
    assert managing.receipt == f"/plain/booking/{made.booking.reference}/receipt"
    assert "48%20Linden%20Street" in managing.directions


async def test_the_card_form_comes_only_when_somebody_wants_to_pay(made: BookedView) -> None:
    visitor = await opened(made)
    assert (await visitor.state(Booking)).script == ""
    await visitor.call(Managing.begin_balance)
    booking = await visitor.state(Booking)
    assert (booking.script != "", booking.amount, booking.pay_label) == (True, 6500, "Pay $65.00")
    await visitor.call(Booking.load)
    assert not (await visitor.state(Managing)).paying, "a reload begins at the booking"


async def test_the_rest_is_paid_and_the_page_says_so_once(made: BookedView, token: Any) -> None:
    visitor = await opened(made)
    await visitor.call(Managing.begin_balance)
    events = await visitor.call(Booking.pay, token())
    assert [event.fn for event in events] == [Booking.load.fn]
    await visitor.call(Booking.load)
    managing, booking = await visitor.state(Managing), await visitor.state(Booking)
    assert (booking.card.paid, booking.card.due, managing.pay_rest, managing.paying) == ("$95.00", "", "", False)
    assert managing.done.startswith("Thank you, everything is paid.")
    await visitor.call(Booking.load)
    assert managing.done == ""


async def test_a_declined_card_leaves_the_rest_due(made: BookedView, token: Any) -> None:
    visitor = await opened(made)
    await visitor.call(Managing.begin_balance)
    await visitor.call(Booking.pay, token("pm_card_visa_chargeDeclined"))
    booking = await visitor.state(Booking)
    assert (booking.stage, booking.card.due) == ("CONFIRMED", "$65.00")
    assert "Nothing was charged" in booking.notice
    assert (await visitor.state(Managing)).paying


async def test_cancelling_ends_the_booking_and_gives_back_what_the_dialog_said(
    practice: Engine, made: BookedView
) -> None:
    visitor = await opened(made)
    await visitor.call(Managing.cancel)
    await visitor.call(Booking.load)
    assert (await visitor.state(Booking)).stage == "CANCELLED"
    assert one(practice, "select amount_cents from refund") == 3000
    managing = await visitor.state(Managing)
    assert (managing.can_cancel, managing.can_move, managing.quote) == (False, False, [])
    assert managing.returning == "$30.00"


async def test_a_time_is_chosen_confirmed_and_taken(practice: Engine, made: BookedView) -> None:
    visitor = await opened(made, "&move=1")
    moving = await visitor.state(Moving)
    day = next(day for week in moving.weeks for day in week.days if day.available)
    assert moving.step == "day"
    visitor.go(page_of(made, "&" + day.link.removeprefix("?")))
    await visitor.call(Moving.load)
    assert (moving.step, moving.day) == ("time", day.date)
    time = moving.groups[-1].times[-1]
    visitor.go(page_of(made, "&" + time.link.removeprefix("?")))
    await visitor.call(Moving.load)
    assert moving.step == "confirm"
    assert time.label in moving.chosen_label
    target = redirect_of(await visitor.call(Moving.move))
    assert target == page_of(made)
    visitor.go(target)
    await visitor.call(Booking.load)
    await visitor.call(Moving.load)
    assert (await visitor.state(Managing)).done.startswith("Your appointment has a new time.")
    assert moving.step == ""
    chosen = one(practice, "select starts_at from booking")
    assert chosen.strftime("%Y-%m-%dT%H:%MZ") in time.link


async def test_a_time_that_was_taken_meanwhile_leads_back_to_the_times(practice: Engine, made: BookedView) -> None:
    visitor = await opened(made, f"&move=1&date={free(9).date()}&time={free(9):%Y-%m-%dT%H:%MZ}")
    assert (await visitor.state(Moving)).step == "confirm"
    book(wish(free(9), guest="Bob"), key=None, client="192.0.2.9", now=utc_now())
    assert "move=1&date=" in redirect_of(await visitor.call(Moving.move))
    assert (await visitor.state(Moving)).notice.startswith("This time has just been taken.")
    assert rows(practice, "select 1 from booking_event where what = 'moved'") == []


@pytest.mark.parametrize(
    "odd", ["&move=1&month=x", "&move=1&date=9999-12-31", "&move=1&month=0001-01", "&move=1&time=x"]
)
async def test_a_broken_address_still_shows_a_month(made: BookedView, odd: str) -> None:
    moving = await (await opened(made, odd)).state(Moving)
    assert moving.weeks
    assert moving.step == "day"


async def test_the_mail_address_is_corrected_once_and_the_page_goes_on_with_the_new_token(
    practice: Engine, made: BookedView
) -> None:
    visitor = Visitor(f"/book/success?reference={made.booking.reference}&t={made.manage_token}")
    await visitor.call(Booking.load)
    await visitor.call(Managing.correct, {"email": "alice"})
    managing = await visitor.state(Managing)
    assert managing.email_error.startswith("This does not look like an email address.")
    target = redirect_of(await visitor.call(Managing.correct, {"email": "alice@right.example"}))
    assert target.startswith(f"/book/success?reference={made.booking.reference}&t=")
    assert made.manage_token not in target
    visitor.go(target)
    await visitor.call(Booking.load)
    assert (managing.done, managing.can_correct) == ("The confirmation is on its way to the new address.", False)
    visitor.go("/")
    kept = json.dumps(visitor.root.dict(), default=str) + str(vars(managing))
    for secret in ("alice", "right.example", target.rsplit("t=", 1)[1], "Alice"):
        assert secret not in kept


async def test_no_state_keeps_who_the_guest_is_or_her_token(made: BookedView) -> None:
    visitor = await opened(made, "&move=1")
    visitor.go("/")
    kept = json.dumps(visitor.root.dict(), default=str)
    for kind in (Booking, Managing, Moving):
        kept += str(vars(await visitor.state(kind)))
    for secret in ("Alice", "alice@example.com", "555 0100", made.manage_token):
        assert secret not in kept


async def test_another_booking_in_the_same_tab_begins_from_nothing(practice: Engine, made: BookedView) -> None:
    visitor = await opened(made, "&move=1")
    visitor.go("/booking/XXXX-XXXX?t=nope")
    await visitor.call(Booking.load)
    await visitor.call(Moving.load)
    assert (await visitor.state(Booking)).stage == "missing"
    managing, moving = await visitor.state(Managing), await visitor.state(Moving)
    assert (managing.quote, managing.receipt, managing.booking_id, moving.step) == ([], "", "", "")


@pytest.mark.parametrize("email", ["alice@example.com", "nobody@example.com"])
async def test_lost_links_have_the_same_answer_whoever_asks(made: BookedView, email: str) -> None:
    visitor = Visitor("/booking/find")
    await visitor.call(Find.ask, {"email": email})
    find = await visitor.state(Find)
    assert (find.sent, find.notice, find.email_error, find.busy) == (True, "", "", False)
    assert email not in str(vars(find))


@pytest.mark.parametrize("form", [{}, {"email": ""}, {"email": {"x": 1}}, {"email": "x" * 5000}])
async def test_what_is_no_address_is_told_at_its_field(practice: Engine, form: dict[str, Any]) -> None:
    visitor = Visitor("/booking/find")
    await visitor.call(Find.ask, form)
    find = await visitor.state(Find)
    assert find.email_error
    assert not find.sent
