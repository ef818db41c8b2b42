"""A mistyped address, put right once: the mail goes to the right one, and the wrong one's link opens nothing."""

import datetime as dt
from collections.abc import Callable

import pytest
from sqlalchemy import Engine, text

from tests.kit.clock import Clock, local
from tests.kit.looking import one, rows
from tests.kit.wishes import ALICE, BOB, booked
from truflow.errors import CorrectionRefused, Invalid, NotFound, RateLimited
from truflow.integrations import mail
from truflow.services import bookings, correcting, manage, verify
from truflow.services.manage_views import CorrectedView
from truflow.services.views import BookedView

Deliver = Callable[[], int]
RIGHT = "alice@right.example"


@pytest.fixture
def made(practice: Engine, clock: Clock) -> BookedView:
    with practice.begin() as connection:
        connection.execute(text("update service set downpayment_cents = 0"))
    return booked(local(3, "10:00"), clock.now)


def correct(made: BookedView, now: dt.datetime, email: str = RIGHT, token: str = "") -> CorrectedView:
    return correcting.correct(made.booking.reference, token or made.manage_token, email, client=ALICE, now=now)


def may(made: BookedView, token: str, now: dt.datetime) -> bool:
    return manage.look(made.booking.reference, token, client=ALICE, now=now).can_correct


def test_the_confirmation_goes_to_the_right_address_with_a_link_that_works(
    practice: Engine, clock: Clock, made: BookedView, deliver: Deliver
) -> None:
    deliver()
    done = correct(made, clock.now)
    deliver()
    first, second = [each for each in mail.captured()[::-1] if "Your appointment" in each.subject]
    assert (first.to, second.to) == ("alice@example.com", RIGHT)
    assert done.token in second.text
    assert done.token not in first.text
    with pytest.raises(NotFound):
        bookings.open_by_reference(made.booking.reference, made.manage_token, client=BOB)
    seen = bookings.open_by_reference(made.booking.reference, done.token, client=BOB)
    assert seen.customer is not None
    assert seen.customer.email == RIGHT
    events = rows(practice, "select actor, what, why from booking_event where what = 'email_corrected'")
    assert events == [{"actor": "guest", "what": "email_corrected", "why": ""}]


def test_a_mail_that_had_not_gone_out_yet_never_carries_the_new_link_to_the_wrong_address(
    practice: Engine, clock: Clock, made: BookedView, deliver: Deliver
) -> None:
    correct(made, clock.now)
    deliver()
    assert {each.to for each in mail.captured()} == {RIGHT, "hello@stillwater.example"}
    found = rows(practice, "select status, last_code from email_message where recipient = 'alice@example.com'")
    assert found == [{"status": "OUTDATED", "last_code": "address changed"}]
    assert verify.verify(now=clock.now).findings == []


def test_it_can_be_done_once(practice: Engine, clock: Clock, made: BookedView) -> None:
    done = correct(made, clock.now)
    assert not may(made, done.token, clock.now)
    with pytest.raises(CorrectionRefused):
        correct(made, clock.now, "again@right.example", done.token)
    assert one(practice, "select count(*) from email_message where template = 'confirmation'") == 2


def test_it_must_be_done_soon(clock: Clock, made: BookedView) -> None:
    assert may(made, made.manage_token, clock.now)
    clock.forward(hours=2)
    assert not may(made, made.manage_token, clock.now)
    with pytest.raises(CorrectionRefused):
        correct(made, clock.now)


def test_a_hold_has_nothing_to_correct(practice: Engine, clock: Clock) -> None:
    held = booked(local(3, "10:00"), clock.now)
    with pytest.raises(CorrectionRefused):
        correct(held, clock.now)


def test_the_same_address_changes_nothing_and_may_still_be_corrected(
    practice: Engine, clock: Clock, made: BookedView
) -> None:
    done = correct(made, clock.now, "alice@example.com")
    assert (done.changed, done.token) == (False, made.manage_token)
    assert may(made, made.manage_token, clock.now)


@pytest.mark.parametrize("wrong", ["", "alice", "a@b.c, d@e.f", "a@b.c\r\nBcc: d@e.f"])
def test_what_is_no_address_is_told_at_its_field(clock: Clock, made: BookedView, wrong: str) -> None:
    with pytest.raises(Invalid) as refusal:
        correct(made, clock.now, wrong)
    assert set(refusal.value.fields) == {"email"}
    assert may(made, made.manage_token, clock.now)


def test_the_wrong_token_corrects_nothing(practice: Engine, clock: Clock, made: BookedView) -> None:
    with pytest.raises(NotFound):
        correct(made, clock.now, token="wrong")
    assert one(practice, "select manage_token_version from booking") == 1


def test_another_booking_of_the_same_guest_keeps_its_address_and_link(
    practice: Engine, clock: Clock, made: BookedView
) -> None:
    other = booked(local(4, "10:00"), clock.now)
    correct(made, clock.now)
    seen = bookings.open_by_reference(other.booking.reference, other.manage_token, client=BOB)
    assert seen.customer is not None
    assert seen.customer.email == "alice@example.com"


def test_it_is_counted_like_every_mail_that_is_asked_for(clock: Clock, made: BookedView) -> None:
    for _ in range(5):
        correct(made, clock.now, "alice@example.com")
    with pytest.raises(RateLimited):
        correct(made, clock.now)
