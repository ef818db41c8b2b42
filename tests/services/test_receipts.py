"""Receipts: a number with the first money, the tax as it was, every sum in and out, and a mail for the rest."""

from collections.abc import Callable

import pytest
from sqlalchemy import Engine, text

from tests.kit.clock import Clock, local
from tests.kit.looking import one, rows
from tests.kit.till import Till
from tests.kit.wishes import ALICE, booked
from truflow.domain.tax import included, percent
from truflow.errors import NotFound
from truflow.integrations import mail
from truflow.services import balances, cancelling, payments, practice_settings, receipts
from truflow.services.manage_views import ReceiptView
from truflow.services.views import BookedView
from truflow.texts import speaking

Token = Callable[..., str]


def receipt(made: BookedView) -> ReceiptView:
    return receipts.receipt(made.booking.reference, made.manage_token, client=ALICE)


def test_numbers_run_in_the_order_in_which_money_came(till: Till) -> None:
    first, second = booked(local(3, "10:00"), till.now), booked(local(4, "10:00"), till.now, guest="Bob")
    with pytest.raises(NotFound):
        receipt(first)
    for made in (second, first):
        till.paid_at_stripe(made)
        payments.confirm(made.booking.id, made.manage_token, client=ALICE, now=till.now)
    assert (receipt(second).number, receipt(first).number) == ("2027-00001", "2027-00002")


def test_the_rest_by_card_keeps_the_number_and_sends_the_receipt(till: Till) -> None:
    made = till.paid()
    balances.prepare_balance(made.booking.id, made.manage_token, client=ALICE, now=till.now)
    token = till.box.sdk().v1.test_helpers.confirmation_tokens.create({"payment_method": "pm_card_visa"}).id
    payments.pay(made.booking.id, made.manage_token, token, client=ALICE, now=till.now)
    till.deliver()
    found = receipt(made)
    assert (found.number, [line.cents for line in found.lines]) == ("2027-00001", [3000, 6500])
    (letter,) = [each for each in mail.captured() if "receipt" in each.subject]
    assert letter.subject == "Your receipt from Stillwater Massage: $65.00"
    for word in ("Everything is paid now", "2027-00001", "$4.09 (4.5 % sales tax, included)", "/receipt?t="):
        assert word in letter.text


def test_money_at_the_desk_sends_a_receipt_too(till: Till) -> None:
    made = till.paid()
    balances.mark_paid(
        made.booking.id,
        method="CASH",
        amount_cents=2000,
        version=till.booking(made).version,
        actor="maya",
        now=till.now,
    )
    till.deliver()
    (letter,) = [each for each in mail.captured() if "receipt" in each.subject]
    assert "We have received $20.00." in letter.text
    assert "Due at your visit: $45.00" in letter.text
    assert [line.kind for line in receipt(made).lines] == ["CARD", "CASH"]


def test_money_that_goes_back_is_a_line_of_its_own(till: Till) -> None:
    made = till.paid()
    cancelling.cancel(made.booking.id, made.manage_token, client=ALICE, now=till.now)
    assert [(line.kind, line.cents) for line in receipt(made).lines] == [("CARD", 3000), ("ON_ITS_WAY_BACK", -3000)]
    till.deliver()
    till.forward(minutes=10)
    till.reconcile(wide=True)
    found = receipt(made)
    assert [line.kind for line in found.lines] == ["CARD", "BACK"]
    assert found.tax_cents == 0


def test_the_tax_stays_as_it_was_when_the_money_came(till: Till) -> None:
    made = till.paid()
    practice_settings.change({"taxRateMilli": 19_000, "taxName": "VAT"}, None, actor="maya")
    found = receipt(made)
    assert (found.tax_name, found.tax_rate_milli, found.tax_cents) == ("sales tax", 4500, 409)


def test_a_booking_that_was_paid_before_keeps_one_number(till: Till) -> None:
    made = till.paid()
    with till.database.begin() as connection, pytest.raises(Exception, match="receipt_pk"):
        connection.execute(
            text("insert into receipt (booking_id, issued_at, tax_name, tax_rate_milli) "
                 "select booking_id, issued_at, '', 0 from receipt")
        )  # fmt: skip
    assert one(till.database, "select count(*) from receipt") == 1
    assert receipt(made).issued_at == till.now


@pytest.mark.parametrize(
    ("cents", "rate", "tax"), [(9500, 4500, 409), (11900, 19_000, 1900), (10000, 8875, 815), (1, 19_000, 0), (0, 5, 0)]
)
def test_the_tax_inside_a_price(cents: int, rate: int, tax: int) -> None:
    assert included(cents, rate) == tax


def test_a_rate_is_written_as_people_there_write_it() -> None:
    assert (percent(8875), percent(19_000)) == ("8.875", "19")
    with speaking("de"):
        assert percent(8875) == "8,875"


def test_a_wrong_token_has_no_receipt(till: Till) -> None:
    made = till.paid()
    with pytest.raises(NotFound):
        receipts.receipt(made.booking.reference, "wrong", client=ALICE)


def test_the_practice_hears_when_a_guest_cancels_and_not_when_a_hold_is_given_up(
    practice: Engine, clock: Clock, token: Token, deliver: Callable[[], int]
) -> None:
    held, paid = booked(local(3, "10:00"), clock.now), booked(local(4, "10:00"), clock.now, guest="Bob")
    payments.pay(paid.booking.id, paid.manage_token, token(), client=ALICE, now=clock.now)
    for made in (held, paid):
        cancelling.cancel(made.booking.id, made.manage_token, client=ALICE, now=clock.forward(minutes=1))
    deliver()
    told = [each for each in mail.captured() if "Cancelled" in each.subject]
    assert [each.to for each in told] == ["hello@stillwater.example"]
    assert "Bob has cancelled." in told[0].text
    assert "Back to the card: $30.00" in told[0].text
    assert b"METHOD:CANCEL" in told[0].attachments[0].content
    assert "/booking/" not in told[0].text.replace("/admin/bookings/", "")
    assert len(rows(practice, "select 1 from email_message where template = 'cancellation'")) == 2
