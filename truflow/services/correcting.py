"""A mistyped mail address, put right once: the confirmation goes to the new one, the old link opens nothing more."""

import datetime as dt

from sqlmodel import Session, select

from truflow.db import lock_one, transaction
from truflow.domain.contact import parse_email
from truflow.errors import CorrectionRefused, Invalid
from truflow.models import Booking, BookingEvent, BookingStatus, Customer
from truflow.services import access, journal, limits, mails, tokens
from truflow.services.manage_views import CorrectedView

WHILE_FRESH = dt.timedelta(hours=2)
"""After that whoever reads the old address's mail would be as likely to ask as the guest herself."""

CORRECTED = "email_corrected"


def may_correct(session: Session, booking: Booking, *, now: dt.datetime) -> bool:
    """Whether the address may still be corrected: once, soon after booking, while the visit lies ahead."""
    if booking.status != BookingStatus.CONFIRMED or now >= min(booking.created_at + WHILE_FRESH, booking.starts_at):
        return False
    before = select(BookingEvent.id).where(BookingEvent.booking_id == booking.id, BookingEvent.what == CORRECTED)
    return session.exec(before).first() is None


def correct(reference: str, token: str, email: str, *, client: str, now: dt.datetime) -> CorrectedView:
    """Send the confirmation to another address and renew the booking's link.

    Refuses with NotFound, Invalid, RateLimited and CorrectionRefused; the same address changes nothing.
    """
    with transaction() as session:
        booking_id = access.by_reference(session, reference, token, client=client).id
    try:
        address = parse_email(email)
    except ValueError as refusal:
        raise Invalid({"email": [str(refusal)]}) from None
    limits.take("request", client)
    with transaction() as session:
        booking = lock_one(session, Booking, booking_id)
        assert booking is not None, "bookings are never deleted"
        access.opened(booking, token, client=client)  # somebody else may have been faster
        if not may_correct(session, booking, now=now):
            raise CorrectionRefused
        customer = session.get_one(Customer, booking.customer_id)
        if (customer.email or "") == address:
            return CorrectedView(booking.reference, token, changed=False)
        booking.customer_id = _with_address(session, customer, address, now=now).id
        booking.manage_token_version += 1
        booking.version += 1
        session.add(booking)
        journal.note(session, booking, CORRECTED, actor=journal.GUEST, now=now)
        mails.confirmed_again(session, booking, address, now=now)
        return CorrectedView(booking.reference, tokens.token_for(booking), changed=True)


def _with_address(session: Session, customer: Customer, address: str, *, now: dt.datetime) -> Customer:
    """A contact of her own: the old one may belong to earlier bookings, whose links must not come here."""
    same = select(Customer).where(
        Customer.email == address, Customer.name == customer.name, Customer.phone == customer.phone
    )
    known = session.exec(same).first()
    if known is not None:
        return known
    made = Customer(name=customer.name, email=address, phone=customer.phone, created_at=now)
    session.add(made)
    session.flush()
    return made
