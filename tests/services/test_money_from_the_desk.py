"""What came at the desk goes back there: promised when the booking is cancelled, told, and noted when it is done."""

import pytest

from tests.kit.looking import one
from tests.kit.till import Till
from tests.kit.wishes import ALICE
from truflow.errors import NotRetryable
from truflow.services import balances, cancelling, desk, refunds, verify
from truflow.services.views import BookedView

ADMIN = "admin:1"


def rest_in_cash(till: Till, made: BookedView, method: balances.DeskMethod = "CASH") -> None:
    balances.mark_paid(made.booking.id, method=method, amount_cents=None, version=2, actor=ADMIN, now=till.now)


def cancelled(till: Till, made: BookedView) -> int:
    return cancelling.cancel(made.booking.id, made.manage_token, client=ALICE, now=till.now).refund_cents


@pytest.fixture
def both(till: Till) -> BookedView:
    """$30.00 by card, $65.00 in cash."""
    made = till.paid()
    rest_in_cash(till, made)
    return made


def test_the_quote_counts_cash_and_card(till: Till, both: BookedView) -> None:
    quoted = cancelling.cancellation(both.booking.id, both.manage_token, client=ALICE, now=till.now)
    assert quoted.refund_cents == 9500


def test_the_card_gets_its_own_back_and_the_cash_waits_at_the_desk(till: Till, both: BookedView) -> None:
    assert cancelled(till, both) == 9500
    till.deliver()
    assert sorted(till.refunds()) == [("CANCELLATION", "MANUAL", 6500), ("CANCELLATION", "SUCCEEDED", 3000)]
    assert [each.amount for each in till.at_stripe(both)] == [3000]
    assert till.booking(both).payment_status == "REFUND_PENDING"
    waiting = desk.today(now=till.now).failed_refunds
    assert [(each.amount_cents, each.by_hand) for each in waiting] == [(6500, True)]
    assert "in cash" in waiting[0].message
    assert till.alerts() == ["refund_failed"]


def test_the_guest_reads_what_comes_back_where(till: Till, both: BookedView) -> None:
    cancelled(till, both)
    facts = one(till.database, "select facts from email_message where template = 'cancellation'")
    assert (facts["refund_cents"], facts["by_hand_cents"]) == (3000, 6500)


def test_handed_back_is_the_end_of_it(till: Till, both: BookedView) -> None:
    cancelled(till, both)
    till.deliver()
    refund = till.refund(of="status = 'MANUAL'")
    assert refunds.hand_back(refund, actor=ADMIN, now=till.now).status == "SUCCEEDED"
    assert (till.alerts(), desk.today(now=till.now).failed_refunds) == ([], [])
    assert till.booking(both).payment_status == "REFUNDED"
    assert list(verify.verify(now=till.now).findings) == []
    with pytest.raises(NotRetryable):
        refunds.hand_back(refund, actor=ADMIN, now=till.now)
    till.reconcile(wide=True)
    assert till.alerts() == []


def test_stripe_is_never_asked_for_money_from_the_desk(till: Till, both: BookedView) -> None:
    cancelled(till, both)
    with pytest.raises(NotRetryable):
        refunds.retry(till.refund(of="status = 'MANUAL'"), actor=ADMIN, now=till.now)
    till.deliver()
    till.reconcile(wide=True)
    assert [each.amount for each in till.at_stripe(both)] == [3000]
    assert list(verify.verify(now=till.now).findings) == []


def test_a_card_refund_is_not_handed_back(till: Till) -> None:
    made = till.paid()
    cancelled(till, made)
    with pytest.raises(NotRetryable):
        refunds.hand_back(till.refund(), actor=ADMIN, now=till.now)
