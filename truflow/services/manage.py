"""A booking as its link's holder sees it, with all that she may do with it; one transaction for every door."""

import datetime as dt

from truflow.db import transaction
from truflow.models import BookingStatus, Receipt
from truflow.services import access, cancelling, catalogue, correcting, reading, rules
from truflow.services.manage_views import ManagedView


def look(reference: str, token: str, *, client: str, now: dt.datetime) -> ManagedView:
    """The booking with this reference; refuses with NotFound, for a wrong token as for an unknown one."""
    with transaction() as session:
        booking = access.by_reference(session, reference, token, client=client)
        view = reading.view_of(session, booking)
        visits = booking.status in (BookingStatus.CONFIRMED, BookingStatus.COMPLETED, BookingStatus.NO_SHOW)
        return ManagedView(
            booking=view,
            practice=catalogue.practice_view(rules.practice(session)),
            cancellation=cancelling.quoted(session, booking, now=now),
            can_correct=correcting.may_correct(session, booking, now=now),
            has_receipt=session.get(Receipt, booking.id) is not None,
            can_pay=visits and view.balance_cents > 0,
            returning_cents=reading.money_of(session, booking).refunding,
            language=booking.language,
        )
