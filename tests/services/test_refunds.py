"""Money back: exactly once, however Stripe answers; what fails is told once and can be tried again."""

import datetime as dt
from functools import partial
from uuid import uuid4

import pytest

from tests.kit.looking import one, rows
from tests.kit.till import Till
from truflow.errors import NotFound, NotRetryable, PaymentsUnavailable
from truflow.integrations import stripe
from truflow.services import refunds
from truflow.services.views import BookedView

REFUNDS = {"method": "POST", "path": "/v1/refunds"}
LISTED = {"method": "GET", "path": "/v1/refunds"}
DONE = [("ADMIN", "SUCCEEDED", 1000)]


def work(till: Till, hours: int = 48) -> None:
    """The worker's next hours: at each moment at which something is due."""
    end = till.now + dt.timedelta(hours=hours)
    while True:
        till.deliver()
        due = one(till.database, "select min(run_after) from outbox where status = 'READY'")
        if due is None or due > end:
            return
        till.forward(seconds=(due - till.now).total_seconds())


@pytest.fixture
def paid(till: Till) -> BookedView:
    return till.paid()


@pytest.mark.parametrize(
    "faults",
    [
        [("run_then_drop", REFUNDS, 1)],
        [("run_then_drop", REFUNDS, 3)],
        [("run_then_500", REFUNDS, 1)],
        [("drop_before", REFUNDS, 4)],
        [("status_429", REFUNDS, 5)],
        [("status_500", REFUNDS, 5)],
        [("save_500", REFUNDS, 1)],
        [("run_then_drop", REFUNDS, 1), ("status_500", LISTED, 3)],
        [("run_then_500", REFUNDS, 1), ("drop_before", LISTED, 6)],
        [("drop_before", REFUNDS, 2), ("run_then_drop", REFUNDS, 2)],
    ],
    ids=lambda faults: " then ".join(f"{name} {times} {match['method']}" for name, match, times in faults),
)
def test_a_lost_answer_never_makes_a_second_refund(till: Till, paid: BookedView, faults: list) -> None:
    for name, match, times in faults:
        till.box.order(name, match=match, times=times)
    till.give_back(paid, 1000)
    work(till)
    assert till.refunds() == DONE
    assert [each.amount for each in till.at_stripe(paid)] == [1000]
    assert till.alerts() == []
    assert till.booking(paid).payment_status == "PARTIALLY_REFUNDED"


def test_a_stripe_that_hangs_is_not_waited_for_and_not_asked_twice(
    till: Till, paid: BookedView, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = stripe.stripe.RequestsClient
    monkeypatch.setattr(stripe.stripe, "RequestsClient", lambda timeout: partial(real, timeout=0.5)())
    stripe.client.cache_clear()
    try:
        till.box.order("hang", match=REFUNDS, seconds=1.5)
        till.give_back(paid, 1000)
        till.deliver()
        assert till.refund("status") == "UNKNOWN"
        till.forward(minutes=1)
        till.deliver()  # the first request is still under way: 409
        work(till)
    finally:
        monkeypatch.undo()
        stripe.client.cache_clear()
    assert till.refunds() == DONE
    assert len(till.at_stripe(paid)) == 1


def test_a_key_that_stripe_forgot_does_not_make_a_second_refund(till: Till, paid: BookedView) -> None:
    till.box.order("run_then_drop", match=REFUNDS)
    till.give_back(paid, 1000)
    till.deliver()
    assert till.refund("status") == "UNKNOWN"
    till.forward(hours=25)
    till.deliver()
    assert till.refunds() == DONE
    assert len(till.at_stripe(paid)) == 1
    assert till.refund("stripe_refund_id") == till.at_stripe(paid)[0].id


def test_a_saved_500_is_repeated_until_the_key_is_a_day_old_then_a_new_key_asks(till: Till, paid: BookedView) -> None:
    till.box.order("save_500", match=REFUNDS)
    till.give_back(paid, 1000)
    started = till.now
    for minutes in (0, 1, 5, 15, 60, 240, 720):
        till.clock.forward(minutes=minutes)  # Stripe's clock stands still, so that it does not forget the key
        assert till.deliver() == 1
        assert till.refund("status") == "UNKNOWN"
        assert till.refund("key_generation") == 1
    till.clock.forward(minutes=1440)
    assert till.now - started > refunds.KEY_LIVES
    till.deliver()
    assert till.refunds() == DONE
    assert till.refund("key_generation") == 2
    keys = [each["key"] for each in till.box.ledger["idempotency_keys"] if each["path"] == "/v1/refunds"]
    assert len(keys) == 2


def test_attempts_come_after_0_1_5_15_minutes_1_4_12_24_hours_then_one_alert(till: Till, paid: BookedView) -> None:
    till.box.order("status_500", match=REFUNDS, times=99)
    till.give_back(paid, 1000)
    for number, minutes in enumerate((0, 1, 5, 15, 60, 240, 720, 1440), start=1):
        if minutes:
            till.forward(minutes=minutes, seconds=-1)
            assert till.deliver() == 0, f"attempt {number} comes too early"
            till.forward(seconds=1)
        assert till.deliver() == 1
        assert till.refund("attempt") == number
        assert till.alerts() == ([] if number < 8 else ["refund_failed"])
    assert till.refund("status") == "MANUAL"
    till.forward(days=3)
    assert till.deliver() == 0
    assert one(till.database, "select count(*) from admin_alert") == 1
    assert till.booking(paid).payment_status == "REFUND_FAILED"


def test_a_refund_that_a_person_took_over_can_be_tried_again_once(till: Till, paid: BookedView) -> None:
    till.box.order("status_500", match=REFUNDS, times=8)
    till.give_back(paid, 1000)
    work(till)
    old = till.refund()
    again = refunds.retry(old, actor="admin:1", now=till.now)
    assert (again.status, again.amount_cents) == ("QUEUED", 1000)
    assert till.alerts() == []
    with pytest.raises(NotRetryable, match="tried again already"):
        refunds.retry(old, actor="admin:1", now=till.now)
    with pytest.raises(NotRetryable, match="on its way"):
        refunds.retry(again.id, actor="admin:1", now=till.now)
    work(till)
    assert till.refunds() == [("ADMIN", "MANUAL", 1000), ("ADMIN", "SUCCEEDED", 1000)]
    assert till.refund("retry_of", f"id = '{again.id}'") == old
    assert till.booking(paid).payment_status == "PARTIALLY_REFUNDED"
    assert one(till.database, "select closed_by from admin_alert") == "admin:1"
    with pytest.raises(NotFound):
        refunds.retry(uuid4(), actor="admin:1", now=till.now)


@pytest.mark.parametrize("state", ["succeeded", "pending"])
def test_a_retry_looks_first_and_finds_what_arrived_after_all(till: Till, paid: BookedView, state: str) -> None:
    till.box.order("run_then_drop", match=REFUNDS)
    till.give_back(paid, 1000)
    till.deliver()
    till.box.order("status_500", match=LISTED, times=7)
    work(till)
    assert till.refund("status") == "MANUAL"
    till.box.control("POST", f"/refunds/{till.at_stripe(paid)[0].id}", status=state)
    till.box.order("status_500", match=LISTED)
    with pytest.raises(PaymentsUnavailable):
        refunds.retry(till.refund(), actor="admin:1", now=till.now)
    with pytest.raises(NotRetryable):
        refunds.retry(till.refund(), actor="admin:1", now=till.now)
    till.box.control("POST", f"/refunds/{till.at_stripe(paid)[0].id}", status="succeeded")
    till.reconcile(wide=True)
    assert till.refunds() == DONE
    assert till.alerts() == []
    assert len(till.at_stripe(paid)) == 1


def test_never_more_goes_back_than_was_paid(till: Till, paid: BookedView) -> None:
    for cents in (2000, 2000, 2000):
        till.give_back(paid, cents)
    till.deliver()
    assert sorted(till.refunds()) == [("ADMIN", "SUCCEEDED", 1000), ("ADMIN", "SUCCEEDED", 2000)]
    assert till.booking(paid).payment_status == "REFUNDED"
    assert till.alerts() == []


# --- what becomes of a refund at Stripe ---


def settle(till: Till, how: str) -> None:
    """Let us hear of it: by letter, by the run of five minutes, or, the letter lost, by the wide one of the night."""
    if how == "letter":
        till.letters()
    else:
        till.forward(minutes=5)
        till.reconcile(wide=how == "night")


@pytest.mark.parametrize("how", ["letter", "run"])
def test_a_pending_refund_that_fails_is_told_and_tried_again(till: Till, how: str) -> None:
    if how == "letter":
        till.open_letterbox()
    made = till.paid("pm_card_pendingRefund")
    till.give_back(made, 1000)
    till.deliver()
    assert (till.refund("status"), till.booking(made).payment_status) == ("PENDING", "REFUND_PENDING")
    (at_stripe,) = till.at_stripe(made)
    till.box.control("POST", f"/refunds/{at_stripe.id}", status="failed", failure_reason="lost_or_stolen_card")
    settle(till, how)
    assert (till.refund("status"), till.booking(made).payment_status) == ("FAILED", "REFUND_FAILED")
    assert till.alerts() == ["refund_failed"]
    assert "lost_or_stolen_card" in one(till.database, "select message from admin_alert")
    refunds.retry(till.refund(), actor="admin:1", now=till.now)
    till.deliver()
    till.forward(seconds=31)
    settle(till, "run")
    assert till.booking(made).payment_status == "PARTIALLY_REFUNDED"
    assert till.alerts() == []


@pytest.mark.parametrize("how", ["letter", "night"])
def test_a_refund_that_fails_after_it_succeeded_is_told_once(till: Till, how: str) -> None:
    if how == "letter":
        till.open_letterbox()
    made = till.paid("pm_card_refundFail")
    till.give_back(made, 3000)
    till.deliver()
    if how == "letter":
        till.letters()
    assert till.booking(made).payment_status == "REFUNDED"
    till.box.control("POST", f"/refunds/{till.at_stripe(made)[0].id}", status="failed")
    for _ in range(2):
        settle(till, how)
    assert (till.refund("status"), till.alerts()) == ("FAILED", ["refund_failed"])
    assert till.booking(made).payment_status == "REFUND_FAILED"
    refunds.retry(till.refund(), actor="admin:1", now=till.now)
    till.deliver()
    assert till.booking(made).payment_status == "REFUNDED"


def test_a_refund_that_waits_for_the_guest_and_is_cancelled_is_told(till: Till, paid: BookedView) -> None:
    till.give_back(paid, 1000)
    till.deliver()
    with till.database.begin() as connection:  # as if Stripe had said so at once
        connection.exec_driver_sql("set local session_replication_role = replica")
        connection.exec_driver_sql("update refund set status = 'PENDING'")
    at_stripe = till.at_stripe(paid)[0].id
    till.box.control("POST", f"/refunds/{at_stripe}", status="requires_action")
    settle(till, "run")
    assert (till.refund("status"), till.alerts()) == ("REQUIRES_ACTION", ["refund_failed"])
    till.box.sdk().v1.refunds.cancel(at_stripe)
    settle(till, "run")
    assert (till.refund("status"), till.alerts()) == ("CANCELED", ["refund_failed"])
    refunds.retry(till.refund(), actor="admin:1", now=till.now)
    till.deliver()
    assert till.booking(paid).payment_status == "PARTIALLY_REFUNDED"
    assert till.alerts() == []


def test_a_refund_that_waits_for_our_balance_is_told_until_it_goes(till: Till) -> None:
    made = till.paid("pm_card_pendingRefund")
    till.give_back(made, 1000)
    till.deliver()
    at_stripe = till.at_stripe(made)[0].id
    till.box.control("POST", f"/refunds/{at_stripe}", status="pending", pending_reason="insufficient_funds")
    for _ in range(2):
        settle(till, "run")
    assert (till.refund("status"), till.alerts()) == ("PENDING", ["refund_waits"])
    till.box.control("POST", f"/refunds/{at_stripe}", status="succeeded")
    settle(till, "run")
    assert (till.refund("status"), till.alerts()) == ("SUCCEEDED", [])


# --- Stripe's dashboard ---


@pytest.mark.parametrize("how", ["letter", "run"])
@pytest.mark.parametrize(("cents", "status"), [(1000, "PARTIALLY_REFUNDED"), (3000, "REFUNDED")])
def test_a_refund_from_the_dashboard_gets_a_row_and_the_booking_stays(
    till: Till, how: str, cents: int, status: str
) -> None:
    if how == "letter":
        till.open_letterbox()
    made = till.paid()
    till.box.sdk().v1.refunds.create({"payment_intent": intent(till), "amount": cents})
    for _ in range(2):
        settle(till, how)
    assert till.refunds() == [("EXTERNAL", "SUCCEEDED", cents)]
    seen = till.booking(made)
    assert (seen.status, seen.payment_status) == ("CONFIRMED", status)
    assert till.alerts() == []
    audit = "select actor, action, amount_cents from payment_audit_log where refund_id is not null"
    (line,) = rows(till.database, audit)
    assert line == {"actor": "stripe", "action": "made", "amount_cents": cents}
    assert "dashboard" in one(till.database, "select why from booking_event where what = 'refund'")


def intent(till: Till) -> str:
    return str(one(till.database, "select stripe_intent_id from payment"))


@pytest.mark.parametrize("known", [True, False], ids=["known", "unknown"])
def test_what_the_dashboard_gave_back_wholly_is_not_given_back_again(till: Till, paid: BookedView, known: bool) -> None:
    if not known:
        till.give_back(paid, 3000)
    till.box.sdk().v1.refunds.create({"payment_intent": intent(till)})
    if known:
        settle(till, "run")
        till.give_back(paid, 3000)
        assert till.refunds() == [("EXTERNAL", "SUCCEEDED", 3000)], "nothing is left to promise"
    work(till)
    settle(till, "run")
    assert till.booking(paid).payment_status == "REFUNDED"
    assert till.alerts() == []
    if not known:
        assert sorted(till.refunds()) == [("ADMIN", "CANCELED", 3000), ("EXTERNAL", "SUCCEEDED", 3000)]
        with pytest.raises(NotRetryable):
            refunds.retry(till.refund(of="reason = 'ADMIN'"), actor="admin:1", now=till.now)
    assert sum(each.amount for each in till.at_stripe(paid)) == 3000


def test_what_the_dashboard_gave_back_in_part_leaves_the_rest_to_a_retry(till: Till, paid: BookedView) -> None:
    till.give_back(paid, 3000)
    till.box.sdk().v1.refunds.create({"payment_intent": intent(till), "amount": 1000})
    work(till)
    assert sorted(till.refunds()) == [("ADMIN", "MANUAL", 3000), ("EXTERNAL", "SUCCEEDED", 1000)]
    assert till.alerts() == ["refund_failed"]
    assert "what is left" in one(till.database, "select message from admin_alert")
    refunds.retry(till.refund(of="reason = 'ADMIN'"), actor="admin:1", now=till.now)
    till.deliver()
    assert till.booking(paid).payment_status == "REFUNDED"
    assert sorted(each.amount for each in till.at_stripe(paid)) == [1000, 2000]


@pytest.mark.parametrize("cents", [500, 2000])
def test_a_refund_from_the_dashboard_after_ours_is_added(till: Till, paid: BookedView, cents: int) -> None:
    till.give_back(paid, 1000)
    till.deliver()
    till.box.sdk().v1.refunds.create({"payment_intent": intent(till), "amount": cents})
    settle(till, "run")
    assert till.refunds() == [("ADMIN", "SUCCEEDED", 1000), ("EXTERNAL", "SUCCEEDED", cents)]
    seen = till.booking(paid)
    assert seen.refunded_cents == 1000 + cents
    assert till.alerts() == []


def test_a_refund_from_the_dashboard_that_fails_is_told(till: Till, paid: BookedView) -> None:
    made = till.box.sdk().v1.refunds.create({"payment_intent": intent(till), "amount": 1000})
    till.box.control("POST", f"/refunds/{made.id}", status="failed")
    settle(till, "run")
    assert (till.refunds(), till.alerts()) == ([("EXTERNAL", "FAILED", 1000)], ["refund_failed"])
    refunds.retry(till.refund(), actor="admin:1", now=till.now)
    till.deliver()
    assert till.booking(paid).payment_status == "PARTIALLY_REFUNDED"
