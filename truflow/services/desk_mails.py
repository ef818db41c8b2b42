"""Sending a guest her mail again, from her booking: the newest one that is still true and tells of the visit."""

import datetime as dt
from uuid import UUID

from sqlmodel import col, select

from truflow.db import transaction
from truflow.errors import NotFound, StaleVersion
from truflow.models import Booking, EmailMessage
from truflow.services import mails
from truflow.services.mail_writing import TO_THE_PRACTICE, outdated
from truflow.services.views import MailView

OF_THE_VISIT = ("confirmation", "moved", "cancellation", "apology")
"""These come before notes about money and the like."""


def resend_newest(booking_id: UUID, *, version: int | None, actor: str, now: dt.datetime) -> MailView:
    """Promise the guest's newest mail once more, to the address that is known now.

    Refuses with NotFound (the booking, or a mail that is still true), StaleVersion, MailOnItsWay and NoAddress.
    """
    with transaction() as session:
        booking = session.get(Booking, booking_id)
        if booking is None:
            raise NotFound("booking")
        if version is not None and version != booking.version:
            raise StaleVersion
        hers = select(EmailMessage).where(
            EmailMessage.booking_id == booking_id, col(EmailMessage.template).not_in(TO_THE_PRACTICE)
        )
        newest = hers.order_by(col(EmailMessage.created_at).desc(), col(EmailMessage.id))
        true = [row for row in session.exec(newest) if not outdated(row, booking, now=now)]
        if not true:
            raise NotFound("mail")
        found = next((row for row in true if row.template in OF_THE_VISIT), true[0])
    return mails.resend(found.id, actor=actor, now=now)
