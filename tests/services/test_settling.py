"""Money that arrives, beside others who hold what it needs."""

import threading

from sqlalchemy import Engine, text

from tests.kit.clock import Clock
from tests.kit.looking import one
from tests.kit.till import SLOT, Till, intent_of
from tests.kit.wishes import booked
from tests.sandbox.kit import until
from truflow.db import lock_one, transaction
from truflow.integrations import stripe
from truflow.models import Booking, Payment
from truflow.services import settling


def waiting(database: Engine) -> bool:
    """Whether somebody waits for a lock."""
    return bool(one(database, "select count(*) from pg_stat_activity where wait_event_type = 'Lock'"))


def test_money_that_arrives_waits_for_the_booking_before_it_takes_the_payment(till: Till, clock: Clock) -> None:
    """Booking before payment, like everybody: a guest who pays meanwhile has the booking and wants the payment.

    The practitioner's lock does not stand in for it, since paying, refunds and finished visits do not take that one.
    """
    made = booked(SLOT, till.now)
    till.paid_at_stripe(made)
    intent = stripe.retrieve_intent(intent_of(made))
    money = threading.Thread(target=settling.apply, args=(intent,), kwargs={"now": till.now})
    with transaction() as session:
        lock_one(session, Booking, made.booking.id)
        money.start()
        until(lambda: waiting(till.database))
        session.execute(text("set local lock_timeout = '500ms'"))
        lock_one(session, Payment, till.payment(made)["id"])
    money.join()
    assert till.booking(made).status == "CONFIRMED"
