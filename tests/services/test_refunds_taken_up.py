"""A refund whose last try died of something unforeseen is not left in the dark: the next reconciliation moves it on."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import text

from tests.kit.looking import one
from tests.kit.till import Till
from tests.services.test_refunds import DONE, LISTED, REFUNDS, work
from truflow.services import reconcile
from truflow.services.verify import verify
from truflow.services.views import BookedView


@pytest.fixture
def paid(till: Till) -> BookedView:
    return till.paid()


@contextmanager
def unwritable(till: Till, unless: str) -> Iterator[None]:
    """Writing refunds fails, as it may by a mistake of ours, unless this is true of the row."""
    with till.database.begin() as connection:
        connection.execute(text(f"alter table refund add constraint broken check ({unless}) not valid"))
    try:
        yield
    finally:
        with till.database.begin() as connection:
            connection.execute(text("alter table refund drop constraint broken"))


def test_one_that_was_never_asked_for_is_asked_for(till: Till, paid: BookedView) -> None:
    till.give_back(paid, 1000)
    with unwritable(till, unless="attempt = 0"):
        work(till)
    assert (till.refunds(), till.alerts()) == ([("ADMIN", "QUEUED", 1000)], ["effect_dead"])
    till.box.order("status_500", match=LISTED, times=9)
    till.reconcile()
    assert till.refund("status") == "UNKNOWN", "Stripe cannot be looked at, so nothing is asked for"
    till.box.control("DELETE", "/faults")
    till.forward(minutes=5)
    till.reconcile()
    assert (till.refunds(), till.alerts()) == (DONE, [])
    assert [each.amount for each in till.at_stripe(paid)] == [1000]
    assert one(till.database, "select closed_by from admin_alert") == "system"
    assert one(till.database, "select status from outbox where kind = 'refund'") == "DEAD"
    assert verify(now=till.now).findings == []


@pytest.mark.parametrize("days", [0, 36], ids=["in the lists", "too old for the lists"])
def test_one_that_stripe_has_is_found_and_not_asked_for_again(till: Till, paid: BookedView, days: int) -> None:
    till.give_back(paid, 1000)
    with unwritable(till, unless="stripe_refund_id is null"):
        work(till)
    assert (till.refund("status"), till.alerts()) == ("UNKNOWN", ["effect_dead"])
    till.forward(days=days)
    till.reconcile(wide=True)
    assert (till.refunds(), till.alerts()) == (DONE, [])
    assert len(till.at_stripe(paid)) == 1


def test_one_that_cannot_be_moved_on_either_is_handed_to_a_person_with_one_alert(till: Till, paid: BookedView) -> None:
    till.give_back(paid, 1000)
    with unwritable(till, unless="stripe_refund_id is null"):
        work(till)
        for _ in range(2):
            till.forward(minutes=5)
            till.reconcile()
        assert (till.refund("status"), till.alerts()) == ("MANUAL", ["money_differs", "refund_failed"])
        assert "(IntegrityError). Try it again" in one(
            till.database, "select message from admin_alert where rule = 'refund_failed'"
        )
    till.reconcile(wide=True)
    assert (till.refunds(), till.alerts()) == (DONE, ["money_differs"]), "it had arrived all the same"
    assert len(till.at_stripe(paid)) == 1


def test_one_that_an_effect_still_moves_is_left_to_it(till: Till, paid: BookedView) -> None:
    till.box.order("status_500", match=REFUNDS)
    till.give_back(paid, 1000)
    till.deliver()
    reconcile.run(now=till.clock.forward(seconds=30))
    assert (till.refund("status"), till.refund("attempt")) == ("UNKNOWN", 1)
