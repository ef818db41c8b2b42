"""Finding one's bookings again: the links go to the address they were booked with, and nobody learns whose it is."""

import datetime as dt
from uuid import UUID, uuid4

from sqlmodel import col, func, select

from truflow.db import transaction
from truflow.domain.contact import parse_email
from truflow.errors import Invalid
from truflow.models import Customer
from truflow.services import limits, mails, outbox, tokens
from truflow.services.live_bookings import live_of
from truflow.services.outbox import Lease

ONE_MAIL_IN = 15 * 60
"""Seconds: so often an address gets a mail at most, however often it is asked for."""


def ask(email: str, *, client: str, now: dt.datetime) -> None:
    """Ask that the links of an address's live bookings be mailed to it; the same for an unknown address, as quickly.

    Refuses with Invalid and RateLimited.
    """
    try:
        address = parse_email(email)
    except ValueError as refusal:
        raise Invalid({"email": [str(refusal)]}) from None
    limits.take("request", client)
    with transaction() as session:
        same = select(Customer.id).where(func.lower(col(Customer.email)) == address.lower())
        known = session.exec(same.order_by(col(Customer.created_at)).limit(1)).first()
        dedupe = f"find-{tokens.fingerprint('mail', address.lower())}-{int(now.timestamp()) // ONE_MAIL_IN}"
        outbox.record(session, "find", known or uuid4(), dedupe=dedupe, now=now)


def mail_links(lease: Lease, now: dt.datetime) -> None:
    """Outbox effect: promise one mail with the links of all live bookings; none where there are none."""
    with transaction() as session:
        customer = session.get(Customer, UUID(lease.ref))
        address = (customer.email if customer else "") or ""
        live = live_of(session, address, now=now) if address else []
        if live:
            mails.links(session, live[0], address, once=str(lease.id), now=now)
        lease.done(session, now=now)
