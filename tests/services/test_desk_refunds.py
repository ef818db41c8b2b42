"""Money that the practice gives back: to the card, in parts, never more than came, told to the guest."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import text

from tests.kit.looking import one, rows
from tests.kit.till import Till
from truflow.errors import Invalid, NotFound, NotRetryable, Refusal, StaleVersion
from truflow.integrations import mail
from truflow.services import balances, cancelling, desk, desk_refunds
from truflow.services.views import BookedView, CancelledView

ANNA = "admin:1"


@pytest.fixture
def paid(till: Till) -> BookedView:
    """$30.00 by card, version 2."""
    return till.paid()


def give(till: Till, made: BookedView, cents: int, *, version: int = 2, why: str = "cold room") -> CancelledView:
    return desk_refunds.refund_part(
        made.booking.id, amount_cents=cents, why=why, version=version, actor=ANNA, now=till.now
    )


def test_a_part_goes_back_to_the_card_and_the_booking_stays(till: Till, paid: BookedView) -> None:
    done = give(till, paid, 1000)
    assert (done.refund_cents, done.booking.status, done.booking.version) == (1000, "CONFIRMED", 3)
    assert done.booking.payment_status == "REFUND_PENDING"
    till.deliver()
    seen = till.booking(paid)
    assert (seen.payment_status, seen.refunded_cents, seen.balance_cents) == ("PARTIALLY_REFUNDED", 1000, 6500)
    assert [each.amount for each in till.at_stripe(paid)] == [1000]
    events = [(e.actor, e.what, e.why) for e in desk.booking_detail(paid.booking.id).timeline]
    assert (ANNA, "refund", "1000 cents. cold room") in events
    audited = rows(till.database, "select amount_cents from payment_audit_log where actor = :who", who=ANNA)
    assert audited == [{"amount_cents": 1000}]


def test_each_part_is_told_to_the_guest(till: Till, paid: BookedView) -> None:
    give(till, paid, 1000)
    give(till, paid, 500, version=3)
    till.deliver()
    told = [each.subject for each in mail.captured() if "on its way back" in each.subject]
    assert sorted(subject.split()[0] for subject in told) == ["$10.00", "$5.00"]


def test_never_more_than_was_paid(till: Till, paid: BookedView) -> None:
    give(till, paid, 2000)
    with pytest.raises(Invalid, match="check the marked fields") as refusal:
        give(till, paid, 1001, version=3)
    assert "1000" in refusal.value.fields["amountCents"][0]
    assert till.refunds() == [("ADMIN", "QUEUED", 2000)]
    assert one(till.database, "select version from booking") == 3
    give(till, paid, 1000, version=3)
    with pytest.raises(Invalid):
        give(till, paid, 1, version=4)


def test_two_refunds_at_once_are_one(till: Till, paid: BookedView) -> None:
    def attempt(_: int) -> Any:
        try:
            return give(till, paid, 2000).refund_cents
        except Refusal as refusal:
            return refusal.code

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(attempt, range(8)))
    assert sorted(map(str, answers)) == ["2000", *["STALE_VERSION"] * 7]
    assert till.refunds() == [("ADMIN", "QUEUED", 2000)]


def test_a_refund_and_a_cancellation_at_once_give_back_no_more_than_came(till: Till, paid: BookedView) -> None:
    def cancel() -> None:
        cancelling.cancel_for_guest(
            paid.booking.id, version=2, back="FULL", why="", notify=False, actor=ANNA, now=till.now
        )

    def attempt(verb: Any) -> str:
        try:
            verb()
        except Refusal as refusal:
            return refusal.code
        return "done"

    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(attempt, [cancel, lambda: give(till, paid, 2000)]))
    assert sorted(answers) == ["STALE_VERSION", "done"]
    assert one(till.database, "select sum(amount_cents) from refund") <= 3000


def test_the_card_gets_its_money_first_and_the_rest_is_handed_over(till: Till, paid: BookedView) -> None:
    balances.mark_paid(paid.booking.id, method="CASH", amount_cents=None, version=2, actor=ANNA, now=till.now)
    with pytest.raises(Invalid):
        give(till, paid, 9501, version=3)
    assert give(till, paid, 4000, version=3).refund_cents == 4000
    till.deliver()
    assert [each.amount for each in till.at_stripe(paid)] == [3000]
    assert sorted(till.refunds()) == [("ADMIN", "MANUAL", 1000), ("ADMIN", "SUCCEEDED", 3000)]
    (told,) = [each for each in mail.captured() if "on its way back" in each.subject]
    assert "returned $30.00 to the card" in " ".join(told.text.split())
    assert "$10.00 you paid to us directly" in " ".join(told.text.split())
    assert till.alerts() == ["refund_failed"]


def test_what_is_handed_over_is_not_announced_as_on_its_way(till: Till, paid: BookedView) -> None:
    balances.mark_paid(paid.booking.id, method="CASH", amount_cents=None, version=2, actor=ANNA, now=till.now)
    give(till, paid, 3000, version=3)
    give(till, paid, 500, version=4)
    till.deliver()
    assert len([each for each in mail.captured() if "on its way back" in each.subject]) == 1


def test_a_cancelled_booking_may_get_the_rest_as_a_kindness(till: Till, paid: BookedView) -> None:
    cancelling.cancel_for_guest(paid.booking.id, version=2, back="NONE", why="", notify=False, actor=ANNA, now=till.now)
    assert give(till, paid, 3000, version=3).booking.status == "CANCELLED"


def test_what_the_bank_has_taken_is_not_given_twice(till: Till, paid: BookedView) -> None:
    with till.database.begin() as connection:
        connection.execute(text("update payment set dispute = 'OPEN'"))
    with pytest.raises(NotRetryable):
        give(till, paid, 1000)
    assert till.refunds() == []


def test_a_stale_version_and_an_unknown_booking_are_refused(till: Till, paid: BookedView) -> None:
    with pytest.raises(StaleVersion):
        give(till, paid, 1000, version=1)
    with pytest.raises(NotFound):
        desk_refunds.refund_part(till.payment(paid)["id"], amount_cents=1, why="", version=1, actor=ANNA, now=till.now)
