"""One id follows a request into outbox, log and Stripe's metadata, and stays what it was at every retry."""

import datetime as dt
import threading

import pytest
import structlog
from sqlalchemy import Engine
from structlog.testing import capture_logs

from tests.kit.clock import Clock
from tests.kit.till import SLOT, Till, intent_of
from tests.kit.wishes import booked
from truflow.db import transaction
from truflow.errors import PaymentsUnavailable
from truflow.integrations import stripe
from truflow.services import outbox, refunds
from truflow.services.outbox import Kind, Later, Lease
from truflow.tracing import following, request_id

INTENTS = {"method": "POST", "path": "/v1/payment_intents"}
REFUNDS = {"method": "POST", "path": "/v1/refunds"}


def promise(clock: Clock, ref: str) -> None:
    with transaction() as session:
        outbox.record(session, "test", ref, dedupe=f"test-{ref}", now=clock.now)


def worked_for(clock: Clock) -> list[str]:
    """Does what is due, each promising one more; under which ids it was done."""
    seen = []

    def handle(lease: Lease, now: dt.datetime) -> None:
        seen.append(request_id())
        with transaction() as session:
            if lease.ref == "1":
                outbox.record(session, "test", "what follows", dedupe="test-2", now=now)
            lease.done(session, now=now)

    outbox.deliver_due({"test": Kind(handle)}, lambda: clock.now)
    return seen


def test_an_effect_and_what_follows_from_it_are_done_under_the_id_of_the_request(
    practice: Engine, clock: Clock
) -> None:
    with following("r-of-the-visitor"):
        promise(clock, "1")
    with following("r-of-the-task"):
        assert worked_for(clock) == ["r-of-the-visitor", "r-of-the-visitor"]
        assert request_id() == "r-of-the-task", "the worker goes on under its own"


def test_an_effect_that_nobody_asked_for_is_done_under_the_worker_s_own_id(practice: Engine, clock: Clock) -> None:
    promise(clock, "3")
    with following("r-of-the-task"):
        assert worked_for(clock) == ["r-of-the-task"]


def test_each_task_of_the_worker_has_an_id_of_its_own(practice: Engine) -> None:
    from truflow.tasks.huey import huey
    from truflow.tasks.upkeep import heartbeat

    seen = []

    def thread() -> None:
        for _ in range(2):
            huey.execute(heartbeat.s())
            seen.append(request_id())

    one_thread = threading.Thread(target=thread)
    one_thread.start()
    one_thread.join()
    assert len(set(seen)) == 2
    assert all(seen)


def test_the_log_of_a_failed_effect_names_the_request(practice: Engine, clock: Clock) -> None:
    def fail(lease: Lease, now: dt.datetime) -> None:
        raise Later("down")

    with following("r-of-the-visitor"):
        promise(clock, "1")
    with capture_logs(processors=[structlog.contextvars.merge_contextvars]) as lines:
        outbox.deliver_due({"test": Kind(fail)}, lambda: clock.now)
    assert [(line["event"], line["request_id"]) for line in lines] == [("outbox_failed", "r-of-the-visitor")]


def test_stripe_is_told_which_request_made_the_payment(till: Till) -> None:
    with following("r-of-the-booking"):
        made = booked(SLOT, till.now)
    noted = till.box.sdk().v1.payment_intents.retrieve(intent_of(made)).metadata
    assert noted["request_id"] == "r-of-the-booking"
    assert till.payment(made)["request_id"] == "r-of-the-booking"


def test_the_same_payment_says_the_same_to_stripe_from_another_request(till: Till) -> None:
    """Under the same key Stripe refuses other words, so a second request must repeat the first one's."""
    till.box.order("run_then_drop", match=INTENTS, times=1)
    with following("r-first"), pytest.raises(PaymentsUnavailable):
        booked(SLOT, till.now, key="once-and-again")
    with following("r-second"):
        made = booked(SLOT, till.now, key="once-and-again")
    (intent,) = till.box.ledger["payment_intents"]
    assert (intent["id"], intent["metadata"]["request_id"]) == (intent_of(made), "r-first")


def test_a_refund_is_known_by_the_request_that_promised_it_whoever_sends_it(till: Till) -> None:
    made = till.paid()
    till.box.order("save_500", match=REFUNDS, times=1)
    with following("r-of-the-desk"):
        till.give_back(made, 1000)
    till.deliver()
    with following("r-of-some-task"), pytest.raises(stripe.StripeUnreachable):
        refunds.take_up(till.refund(), now=till.now)  # under the same key; with other words Stripe would refuse it
    till.forward(days=1)
    with following("r-of-some-task"):
        refunds.take_up(till.refund(), now=till.now)
    assert [each.metadata["request_id"] for each in till.at_stripe(made)] == ["r-of-the-desk"]
    assert till.refunds() == [("ADMIN", "SUCCEEDED", 1000)]


def test_what_is_older_than_the_ids_says_to_stripe_what_it_said_before(till: Till) -> None:
    made = booked(SLOT, till.now)
    noted = till.box.sdk().v1.payment_intents.retrieve(intent_of(made)).metadata
    assert sorted(noted.to_dict()) == ["booking_id", "payment_id", "reference"]
