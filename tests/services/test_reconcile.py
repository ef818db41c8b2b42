"""What Stripe knows and we lost is found again, and told once where it needs somebody."""

import datetime as dt
import itertools
import json
from collections.abc import Iterator

import pytest
from sqlalchemy import text

from tests.kit.clock import local
from tests.kit.looking import one, rows
from tests.kit.till import SLOT, Till, intent_of
from tests.kit.wishes import booked, wish
from tests.proof.amounts import amount
from truflow.db import alone
from truflow.errors import NotRetryable, PaymentsUnavailable
from truflow.integrations import stripe_letters
from truflow.models import Payment
from truflow.models.payment import DISPUTE_TRANSITIONS, DisputeStatus
from truflow.services import desk, limits, payments, refunds, stripe_inbox
from truflow.services.bookings import book
from truflow.services.views import BookedView

THE_REFUNDS_ROAD = (
    "payment_intent.created",
    "payment_intent.succeeded",
    "refund.created",
    "charge.refunded",
    "refund.failed",
    "refund.updated",
    "charge.refund.updated",
)


# --- payments ---


def test_a_payment_is_found_whose_letters_are_lost(till: Till) -> None:
    made = booked(SLOT, till.now)
    till.paid_at_stripe(made)
    till.forward(minutes=5)
    assert till.reconcile()
    assert till.booking(made).status == "CONFIRMED"
    assert till.alerts() == []


def test_an_intent_whose_number_we_never_wrote_down_is_adopted(till: Till) -> None:
    till.box.order("run_then_drop", match={"method": "POST", "path": "/v1/payment_intents"}, times=1)
    with pytest.raises(PaymentsUnavailable):
        booked(SLOT, till.now)
    assert rows(till.database, "select status, stripe_intent_id from payment") == [
        {"status": "CREATED", "stripe_intent_id": None}
    ]
    (intent,) = till.box.sdk().v1.payment_intents.list().data
    till.forward(minutes=5)
    till.reconcile()
    assert rows(till.database, "select status, stripe_intent_id from payment") == [
        {"status": "OPEN", "stripe_intent_id": intent.id}
    ]
    till.box.sdk().v1.payment_intents.confirm(intent.id, {"payment_method": "pm_card_visa"})
    till.reconcile()
    assert one(till.database, "select status from booking") == "CONFIRMED"
    assert till.alerts() == []


def foreign_payment(till: Till) -> str:
    made = till.box.sdk().v1.payment_intents.create(
        {"amount": 4500, "currency": "usd", "allowed_payment_method_types": ["card"]}
    )
    return str(made.id)


def test_an_old_stripe_account_is_told_of_in_one_alert_that_counts_and_names_the_newest(till: Till) -> None:
    old = [foreign_payment(till) for _ in range(7)]
    till.reconcile(wide=True)
    assert till.alerts() == ["foreign_payment"]
    message = one(till.database, "select message from admin_alert")
    assert message.startswith("Stripe has 7 payments that no booking of ours asked for; the newest are ")
    assert sum(each in message for each in old) == 3
    till.forward(minutes=5)
    new = foreign_payment(till)
    for _ in range(2):
        till.reconcile()
    (alert,) = rows(till.database, "select message from admin_alert")
    assert alert["message"].startswith("Stripe has 8 payments")
    assert f"the newest are {new}, " in alert["message"]


def test_a_foreign_payment_is_told_once_even_when_its_alert_is_closed(till: Till) -> None:
    first = foreign_payment(till)
    for _ in range(2):
        till.reconcile()
    (alert,) = rows(till.database, "select id, message from admin_alert where closed_at is null")
    assert alert["message"].startswith(f"Stripe has a payment that no booking of ours asked for ({first}).")
    desk.resolve_alert(alert["id"], actor="admin:1", now=till.now)
    for wide in (False, True):
        till.forward(minutes=5)
        till.reconcile(wide=wide)
    payments.settle(first, now=till.now)  # as a letter about it would
    assert one(till.database, "select count(*) from admin_alert") == 1
    second = foreign_payment(till)
    till.reconcile()
    assert second in one(till.database, "select message from admin_alert where closed_at is null")
    assert first not in one(till.database, "select message from admin_alert where closed_at is null")


def test_a_foreign_refund_and_a_foreign_dispute_are_told_once(till: Till) -> None:
    sdk = till.box.sdk().v1
    wish = {"amount": 4500, "currency": "usd", "allowed_payment_method_types": ["card"], "confirm": True}
    paid = sdk.payment_intents.create({**wish, "payment_method": "pm_card_visa"})  # type: ignore[typeddict-item]
    sdk.refunds.create({"payment_intent": paid.id, "amount": 100})
    till.box.control("POST", f"/payment_intents/{paid.id}/dispute")
    for _ in range(2):
        till.reconcile(wide=True)
    assert till.alerts() == ["foreign_dispute", "foreign_payment", "foreign_refund"]


# --- the way of the lists ---


def test_after_a_silence_of_hours_it_reads_on_where_it_stopped(till: Till) -> None:
    till.reconcile()
    made = till.paid()
    with till.database.begin() as connection:
        connection.execute(text("delete from outbox"))
    till.box.sdk().v1.refunds.create({"payment_intent": intent_of(made), "amount": 1000})
    till.forward(hours=5)
    till.box.order("status_500", match={"path": "/v1/refunds", "method": "GET"})
    assert not till.reconcile(), "the list of refunds was not read"
    assert till.refunds() == []
    marks = {row["name"]: row["at"] for row in rows(till.database, "select name, at from watermark")}
    assert marks["intents"] == till.now
    assert marks["refunds"] == till.now - dt.timedelta(hours=5)
    till.forward(minutes=5)
    assert till.reconcile()
    assert till.refunds() == [("EXTERNAL", "SUCCEEDED", 1000)]


@pytest.mark.parametrize(("days", "found"), [(34, True), (36, False)])
def test_the_wide_run_looks_back_for_35_days(till: Till, days: int, found: bool) -> None:
    made = till.paid()
    till.reconcile()
    till.box.sdk().v1.refunds.create({"payment_intent": intent_of(made), "amount": 1000})
    till.forward(days=days)
    with till.database.begin() as connection:
        connection.execute(text("update watermark set at = :now"), {"now": till.now})
    till.reconcile()
    assert till.refunds() == [], "longer ago than a quarter of an hour before the last run"
    till.reconcile(wide=True)
    assert bool(till.refunds()) is found


def test_it_reads_a_quarter_of_an_hour_twice(till: Till) -> None:
    made = till.paid()
    till.reconcile()
    till.box.sdk().v1.refunds.create({"payment_intent": intent_of(made), "amount": 1000})
    till.forward(minutes=14)
    with till.database.begin() as connection:
        connection.execute(text("update watermark set at = :now"), {"now": till.now})
    till.reconcile()
    assert till.refunds() == [("EXTERNAL", "SUCCEEDED", 1000)]


def test_only_one_reconciles_at_a_time(till: Till) -> None:
    made = booked(SLOT, till.now)
    till.paid_at_stripe(made)
    till.forward(minutes=5)
    with alone("reconcile") as first:
        assert first
        assert not till.reconcile()
    assert till.booking(made).status == "PENDING"
    assert till.reconcile()
    assert till.booking(made).status == "CONFIRMED"


# --- sums ---


def test_sums_that_agree_are_not_spoken_of(till: Till) -> None:
    made = till.paid()
    till.give_back(made, 1000)
    till.deliver()
    booked(local(3, "10:00"), till.now)
    till.reconcile(wide=True)
    assert till.alerts() == []


@pytest.mark.parametrize("lie", ["update refund set amount_cents = 900", "update payment set status = 'CANCELED'"])
def test_a_sum_that_differs_from_stripes_is_told_once(till: Till, lie: str) -> None:
    made = till.paid()
    till.give_back(made, 1000)
    till.deliver()
    till.reconcile()
    with till.database.begin() as connection:
        connection.execute(text("set local session_replication_role = replica"))
        connection.execute(text(lie))
    for _ in range(2):
        till.forward(minutes=1)
        till.reconcile()
    assert till.alerts() == ["money_differs"]


# --- disputes ---


def dispute_of(till: Till) -> str:
    return str(till.box.ledger["disputes"][0]["id"])


def hear(till: Till, how: str) -> None:
    if how == "letters":
        till.letters()
    else:
        till.forward(minutes=5)
        till.reconcile()


@pytest.mark.parametrize("start", DisputeStatus)
@pytest.mark.parametrize("end", DisputeStatus)
def test_a_dispute_only_goes_up(start: DisputeStatus, end: DisputeStatus) -> None:
    rank = {"NONE": 0, "OPEN": 1, "WON": 2, "LOST": 2}
    payment = Payment(dispute=start)
    assert payment.dispute_goes(end) is (rank[end] > rank[start]) is (end in DISPUTE_TRANSITIONS[start])
    assert payment.dispute == (end if rank[end] > rank[start] else start)


@pytest.mark.parametrize("how", ["letters", "run"])
@pytest.mark.parametrize("end", ["won", "lost"])
def test_a_dispute_is_told_once_and_holds_refunds_until_it_is_decided(till: Till, how: str, end: str) -> None:
    if how == "letters":
        till.open_letterbox()
    made = till.paid("pm_card_createDispute")
    for _ in range(2):
        hear(till, how)
    assert (till.payment(made)["dispute"], till.alerts()) == ("OPEN", ["dispute_open"])
    assert till.booking(made).status == "CONFIRMED"
    till.give_back(made, 3000)
    till.deliver()
    assert (till.refunds(), till.alerts()) == ([("ADMIN", "MANUAL", 3000)], ["dispute_open", "refund_failed"])
    assert "/v1/refunds" not in {each["path"] for each in till.box.ledger["idempotency_keys"]}, "Stripe was not asked"
    with pytest.raises(NotRetryable, match="asked her bank"):
        refunds.retry(till.refund(), actor="admin:1", now=till.now)
    till.box.control("POST", f"/disputes/{dispute_of(till)}", status="under_review")
    hear(till, how)
    assert till.payment(made)["dispute"] == "OPEN"
    till.box.control("POST", f"/disputes/{dispute_of(till)}", status=end)
    hear(till, how)
    assert (till.payment(made)["dispute"], till.alerts()) == (end.upper(), ["refund_failed"])
    lines = rows(
        till.database, "select from_status, to_status from payment_audit_log where action = 'dispute' order by id"
    )
    assert [(line["from_status"], line["to_status"]) for line in lines] == [("NONE", "OPEN"), ("OPEN", end.upper())]
    if end == "lost":
        with pytest.raises(NotRetryable):
            refunds.retry(till.refund(), actor="admin:1", now=till.now)
        return
    refunds.retry(till.refund(), actor="admin:1", now=till.now)
    till.deliver()
    assert till.booking(made).payment_status == "REFUNDED"
    assert till.alerts() == []


def test_a_dispute_that_we_do_not_know_of_stops_a_refund_all_the_same(till: Till) -> None:
    made = till.paid("pm_card_createDispute")
    assert till.payment(made)["dispute"] == "NONE"
    till.give_back(made, 1000)
    till.deliver()
    assert till.refunds() == [("ADMIN", "MANUAL", 1000)]
    assert "asked her bank" in one(till.database, "select message from admin_alert")
    assert till.at_stripe(made) == []


def test_a_refund_that_arrived_before_the_dispute_stays_found(till: Till) -> None:
    made = till.paid()
    till.box.order("run_then_drop", match={"method": "POST", "path": "/v1/refunds"})
    till.give_back(made, 1000)
    till.deliver()
    till.box.control("POST", f"/payment_intents/{intent_of(made)}/dispute")
    till.forward(minutes=5)
    till.reconcile()
    assert till.payment(made)["dispute"] == "OPEN"
    assert till.refunds() == [("ADMIN", "SUCCEEDED", 1000)]


def test_money_that_came_too_late_and_is_disputed_is_not_sent_back_by_itself(till: Till) -> None:
    till.too_late("pm_card_createDispute")
    for _ in range(2):
        till.forward(minutes=5)
        till.reconcile()
    assert one(till.database, "select status from booking") == "CONFLICT"
    assert till.refunds() == [("SLOT_LOST", "MANUAL", 3000)]
    assert till.alerts() == ["dispute_open", "refund_failed"]


# --- lost letters ---


def test_a_lost_letter_about_something_old_is_made_up_for_within_minutes(till: Till) -> None:
    till.box.control("POST", "/webhook", url="http://127.0.0.1:9/nobody")
    till.box.order("drop", times=99)
    made = till.paid()
    till.give_back(made, 1000)
    till.deliver()
    till.forward(hours=2)
    till.reconcile()
    till.box.control("POST", f"/refunds/{till.at_stripe(made)[0].id}", status="failed")
    till.forward(minutes=5)
    till.reconcile()
    till.box.control("POST", "/webhook", url="")
    assert (till.refund("status"), till.alerts()) == ("FAILED", ["refund_failed"])


def test_a_refund_that_overtakes_the_news_of_its_payment_finds_it_paid(till: Till) -> None:
    made = booked(SLOT, till.now)
    till.paid_at_stripe(made)
    till.box.sdk().v1.refunds.create({"payment_intent": intent_of(made), "amount": 1000})
    (event,) = till.box.sdk().v1.events.list({"type": "charge.refunded"}).data
    stripe_inbox.take_in(stripe_letters.letter_of(json.loads(str(event))), now=till.now)
    till.deliver()
    seen = till.booking(made)
    assert (seen.status, seen.payment_status, seen.refunded_cents) == ("CONFIRMED", "PARTIALLY_REFUNDED", 1000)


def state(till: Till, booking_id: object) -> dict[str, object]:
    """Where one booking and its money have ended."""
    (booking,) = rows(till.database, "select status from booking where id = :id", id=booking_id)
    found = rows(till.database, "select status, dispute from payment where booking_id = :id", id=booking_id)
    back = rows(till.database, "select reason, status, amount_cents from refund where booking_id = :id", id=booking_id)
    told = rows(
        till.database,
        "select rule from admin_alert where booking_id = :id and closed_at is null order by rule",
        id=booking_id,
    )
    mails = rows(
        till.database,
        "select template, status from email_message where booking_id = :id order by template",
        id=booking_id,
    )
    return {"booking": booking, "payments": found, "refunds": back, "alerts": told, "mails": mails}


def subsets(types: tuple[str, ...]) -> list[tuple[str, ...]]:
    return [some for size in range(len(types) + 1) for some in itertools.combinations(types, size)]


def slots() -> Iterator[dt.datetime]:
    """Free times that do not touch each other, on weekdays from March 2 on."""
    for day in range(44):
        date = dt.date(2027, 3, 2) + dt.timedelta(days=day)
        if date.isoweekday() <= 5:
            yield from (local(date.day, f"{hour}:00", date.month) for hour in (9, 11, 13, 15))


def hand_over(till: Till, lost: dict[str, tuple[str, ...]], seen: set[str]) -> None:
    """The worker takes in what Stripe has to say by now, but for the letters that are lost, until it is quiet."""
    while True:
        till.deliver()
        new = [each for each in till.box.ledger["events"] if each["id"] not in seen]
        if not new:
            return
        for event in new:
            seen.add(event["id"])
            letter = stripe_letters.letter_of(event)
            if letter.type not in lost.get(letter.intent_id, ()):
                stripe_inbox.take_in(letter, now=till.now)


def test_whichever_letters_of_the_refunds_road_are_lost_it_ends_the_same(till: Till) -> None:
    """Paid too late, given back, and that refund fails half a minute later; every eighth of the 128 subsets, or all."""
    every = subsets(THE_REFUNDS_ROAD)
    step = len(every) // amount("lost_letters", short=16, long=128)
    till.box.control("POST", "/webhook", url="http://127.0.0.1:9/nobody")
    till.box.order("drop", times=9999)
    made: dict[str, tuple[BookedView, tuple[str, ...]]] = {}
    for number, (lost, slot) in enumerate(zip(every[step - 1 :: step], slots(), strict=False)):
        limits._limiter.cache_clear()
        booking = book(wish(slot, guest=f"Guest {number}"), key=None, client=f"192.0.2.{number}", now=till.now)
        made[intent_of(booking)] = (booking, lost)
    assert len(made) == len(every) // step
    assert THE_REFUNDS_ROAD in [lost for _, lost in made.values()]
    till.forward(minutes=10)
    till.block_expired()
    for booking, _ in made.values():
        till.box.sdk().v1.payment_intents.confirm(intent_of(booking), {"payment_method": "pm_card_refundFail"})
    lost_of, seen = {intent: lost for intent, (_, lost) in made.items()}, set[str]()
    hand_over(till, lost_of, seen)
    for _ in range(2):
        till.forward(minutes=5)
        hand_over(till, lost_of, seen)
        till.reconcile()
        hand_over(till, lost_of, seen)
    till.box.control("POST", "/webhook", url="")
    for booking, lost in made.values():
        assert state(till, booking.booking.id) == {
            "booking": {"status": "CONFLICT"},
            "payments": [{"status": "SUCCEEDED", "dispute": "NONE"}],
            "refunds": [{"reason": "SLOT_LOST", "status": "FAILED", "amount_cents": 3000}],
            "alerts": [{"rule": "refund_failed"}],
            "mails": [{"template": "apology", "status": "SENT"}],
        }, lost
    assert rows(till.database, "select 1 from stripe_event where status = 'RECEIVED'") == []
    assert rows(till.database, "select kind, last_code from outbox where status <> 'DONE'") == []
    assert till.alerts() == ["refund_failed"] * len(made)
