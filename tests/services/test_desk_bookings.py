"""The desk's list of bookings, its money journal, and booking, mailing and marking for a guest."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import Engine, text

from tests.kit.clock import Clock, local
from tests.kit.looking import one, overlaps, rows
from tests.kit.till import Till
from tests.kit.wishes import ALICE, booked, wish
from truflow.errors import (
    DayFull,
    Invalid,
    KeyReused,
    MailOnItsWay,
    NotFound,
    Refusal,
    SlotNotOffered,
    SlotTaken,
    StaleVersion,
    WrongState,
)
from truflow.integrations import mail
from truflow.services import (
    balances,
    bookings,
    cancelling,
    desk,
    desk_bookings,
    desk_mails,
    desk_refunds,
    verify,
    visits,
)
from truflow.services.desk_bookings import Search
from truflow.services.views import BookingView

ANNA = "admin:1"
SLOT = local(3, "10:00")
CAST = ("Alice", "Bob", "Carol_Ann 100%", "Dora")


@pytest.fixture
def four(practice: Engine, clock: Clock) -> list[BookingView]:
    """Four guests on four days, booked a minute apart, the last day first; Bob's is cancelled."""
    made = []
    for place, guest in enumerate(CAST):
        booking = booked(
            local(5 - place, "10:00"),
            clock.forward(minutes=1),
            guest=guest,
            email=f"{guest.split('_')[0].lower()}@example.com",
            phone=f"+1 (212) 555-010{place}",
        )
        made.append(booking)
    cancelling.cancel(made[1].booking.id, made[1].manage_token, client=ALICE, now=clock.now)
    return [each.booking for each in made]


def listed(page: int = 1, limit: int = 25, **search: Any) -> list[str]:
    found = desk_bookings.list_bookings(Search(**search), page=page, limit=limit)
    return [each.customer.name.split("_")[0] for each in found.items if each.customer]


def test_the_latest_visit_comes_first(four: list[BookingView]) -> None:
    assert listed() == ["Alice", "Bob", "Carol", "Dora"]


@pytest.mark.parametrize(
    ("sort", "first"), [("startTime", "Dora"), ("createdAt", "Alice"), ("-createdAt", "Dora"), ("status", "Bob")]
)
def test_the_list_can_be_sorted(four: list[BookingView], sort: str, first: str) -> None:
    assert listed(sort=sort)[0] == first


@pytest.mark.parametrize("sort", ["", "-", "--startTime", "starts_at", "startTime;drop table booking", "customer"])
def test_an_unknown_order_is_refused(four: list[BookingView], sort: str) -> None:
    with pytest.raises(Invalid) as refusal:
        listed(sort=sort)
    assert list(refusal.value.fields) == ["sort"]


def test_pages_follow_each_other_without_gap_or_repetition(four: list[BookingView]) -> None:
    found = [desk_bookings.list_bookings(Search(sort="priceCents"), page=page, limit=3) for page in (1, 2, 3)]
    assert [len(page.items) for page in found] == [3, 1, 0]
    assert {page.total for page in found} == {4}
    assert {each.id for page in found for each in page.items} == {each.id for each in four}


def test_the_list_is_narrowed_by_status_and_by_days(four: list[BookingView]) -> None:
    assert listed(statuses=["CANCELLED"]) == ["Bob"]
    assert listed(statuses=["CANCELLED", "PENDING"]) == ["Alice", "Bob", "Carol", "Dora"]
    assert listed(statuses=["CONFIRMED"]) == []
    days = {"first": local(3, "12:00").date(), "last": local(4, "12:00").date()}
    assert listed(**days) == ["Bob", "Carol"]
    with pytest.raises(Invalid) as refusal:
        listed(first=days["last"], last=days["first"])
    assert list(refusal.value.fields) == ["to"]


@pytest.mark.parametrize(
    ("q", "found"),
    [
        ("ALICE", ["Alice"]),
        (" bob@EXAMPLE ", ["Bob"]),
        ("2125550102", ["Carol"]),
        ("555-0103", ["Dora"]),
        ("100%", ["Carol"]),
        ("_", ["Carol"]),
        ("%", ["Carol"]),
        ("\\", []),
        ("nobody", []),
        ("", ["Alice", "Bob", "Carol", "Dora"]),
    ],
)
def test_a_text_is_looked_for_as_it_is_written(four: list[BookingView], q: str, found: list[str]) -> None:
    assert listed(text=q) == found


def test_a_booking_is_found_by_its_reference(four: list[BookingView]) -> None:
    assert listed(text=four[3].reference.lower()) == ["Dora"]


def test_the_money_journal_is_read_in_pages_newest_first(till: Till) -> None:
    first, second = till.paid(slot=SLOT), till.paid(slot=local(4, "10:00"))

    def audit(**given: Any) -> Any:
        asked: dict[str, Any] = {"booking_id": None, "first": None, "last": None, "page": 1, "limit": 100}
        return desk_bookings.payment_audit(**{**asked, **given})

    everything = audit()
    assert everything.total == one(till.database, "select count(*) from payment_audit_log") > 4
    assert [line.id for line in everything.items] == sorted((line.id for line in everything.items), reverse=True)
    assert {line.booking_id for line in audit(booking_id=second.booking.id).items} == {second.booking.id}
    assert audit(booking_id=uuid4()).total == 0
    today = till.now.date()
    assert audit(first=today, last=today).total == everything.total
    assert audit(last=today.replace(day=today.day, year=2026)).total == 0
    assert audit(first=today.min, last=today.max).total == everything.total
    assert len(audit(page=2, limit=2).items) == 2
    assert first.booking.id in {line.booking_id for line in everything.items}


# --- booking for a guest ---


def at_desk(clock: Clock, start: Any = SLOT, *, key: str | None = None, **changes: Any) -> BookingView:
    return bookings.book_at_desk(wish(start, **changes), key=key, actor=ANNA, now=clock.now)


def test_the_practice_books_without_a_deposit_and_all_is_due_at_the_visit(
    practice: Engine, clock: Clock, deliver: Callable[[], int]
) -> None:
    made = at_desk(clock)
    assert (made.status, made.payment_status, made.downpayment_cents) == ("CONFIRMED", "UNPAID", 0)
    assert (made.price_cents, made.balance_cents) == (9500, 9500)
    assert "$95.00 at your visit" in made.terms
    deliver()
    to_guest = [each for each in mail.captured() if each.to == "alice@example.com"]
    assert [each.subject.strip().split(":")[0] for each in to_guest] == ["Your appointment at Stillwater Massage"]
    assert {event.actor for event in desk.booking_detail(made.id).timeline} == {ANNA}
    paid = balances.mark_paid(
        made.id, method="CASH", amount_cents=None, version=made.version, actor=ANNA, now=clock.now
    )
    assert paid.payment_status == "PAID"
    assert verify.verify(now=clock.now, with_stripe=False).findings == []


def test_the_practice_may_book_at_short_notice_but_not_in_the_past_or_off_the_grid(
    practice: Engine, clock: Clock
) -> None:
    with pytest.raises(SlotNotOffered):
        booked(local(1, "09:00"), clock.now)
    assert at_desk(clock, local(1, "09:00")).status == "CONFIRMED"
    for start in (local(1, "07:45"), local(2, "10:07"), local(7, "10:00")):
        with pytest.raises(SlotNotOffered):
            at_desk(clock, start)


def test_a_time_is_sold_once_to_the_practice_as_well(practice: Engine, clock: Clock) -> None:
    booked(SLOT, clock.now, guest="Bob")
    with pytest.raises(SlotTaken):
        at_desk(clock)
    with practice.begin() as connection:
        connection.execute(text("update system_settings set max_bookings_per_day = 1"))
    with pytest.raises(DayFull):
        at_desk(clock, local(3, "14:00"))


def test_the_desk_and_guests_at_once_sell_a_time_once(practice: Engine, clock: Clock) -> None:
    def attempt(number: int) -> str:
        try:
            if number % 2:
                return at_desk(clock, guest=f"Guest {number}").status
            return booked(SLOT, clock.now, guest=f"Guest {number}").booking.status
        except Refusal as refusal:
            return refusal.code

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(attempt, range(8)))
    assert answers.count("SLOT_TAKEN") == 7, answers
    assert overlaps(practice) == []


def test_the_same_key_books_once_and_opens_no_guests_booking(practice: Engine, clock: Clock) -> None:
    made = at_desk(clock, key="key-of-the-desk")
    assert at_desk(clock, key="key-of-the-desk").id == made.id
    with pytest.raises(KeyReused):
        at_desk(clock, local(4, "10:00"), key="key-of-the-desk")
    with pytest.raises(SlotTaken):
        booked(SLOT, clock.now, key="key-of-the-desk")


def test_no_guests_limit_stops_the_desk(practice: Engine, clock: Clock) -> None:
    for hour in (9, 11, 13, 15):
        at_desk(clock, local(3, f"{hour:02}:00"))
    assert one(practice, "select count(*) from booking where visitor is null") == 4


# --- mails again, visits ---


def resend(made: BookingView, clock: Clock, version: int | None = None) -> Any:
    return desk_mails.resend_newest(made.id, version=version, actor=ANNA, now=clock.now)


def test_the_newest_mail_that_is_still_true_goes_out_again(
    practice: Engine, clock: Clock, deliver: Callable[[], int]
) -> None:
    made = at_desk(clock)
    with pytest.raises(MailOnItsWay):
        resend(made, clock)
    deliver()
    assert resend(made, clock, version=made.version).template == "confirmation"
    deliver()
    clock.forward(minutes=1)
    cancelling.cancel_for_guest(
        made.id, version=made.version, back="NONE", why="ill", notify=False, actor=ANNA, now=clock.now
    )
    with pytest.raises(NotFound):
        resend(made, clock)


def test_a_mail_is_not_sent_again_for_a_stale_version_or_nobody(practice: Engine, clock: Clock) -> None:
    made = at_desk(clock)
    with pytest.raises(StaleVersion):
        resend(made, clock, version=made.version + 1)
    with pytest.raises(NotFound):
        desk_mails.resend_newest(uuid4(), version=None, actor=ANNA, now=clock.now)


def test_after_a_note_about_money_it_is_still_the_visit_that_is_told(till: Till) -> None:
    made = till.paid()
    till.forward(minutes=1)
    desk_refunds.refund_part(made.booking.id, amount_cents=100, why="", version=2, actor=ANNA, now=till.now)
    till.deliver()
    assert resend(made.booking, till.clock).template == "confirmation"


def test_a_correction_needs_its_reason(practice: Engine, clock: Clock) -> None:
    made = at_desk(clock)
    with pytest.raises(WrongState):
        visits.mark_completed(made.id, version=made.version, why="", actor=ANNA, now=clock.now)
    clock.now = SLOT
    seen = visits.mark_no_show(made.id, version=made.version, why="", actor=ANNA, now=clock.now)
    for why in ("", "  "):
        with pytest.raises(Invalid) as refusal:
            visits.mark_completed(made.id, version=seen.version, why=why, actor=ANNA, now=clock.now)
        assert list(refusal.value.fields) == ["reason"]
    done = visits.mark_completed(made.id, version=seen.version, why="She came late.", actor=ANNA, now=clock.now)
    assert done.status == "COMPLETED"
    assert rows(practice, "select why from booking_event where to_status = 'COMPLETED'") == [{"why": "She came late."}]
