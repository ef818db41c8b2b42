"""Which effects there are, who does each, and how patiently."""

import datetime as dt
from collections.abc import Callable

from truflow.clock import utc_now
from truflow.services import admin_links, finding, mail_sending, outbox, payments, refunds, stripe_inbox
from truflow.services.outbox import Kind

KINDS: dict[str, Kind] = {
    "letter": Kind(stripe_inbox.open_letter),
    "cancel_intent": Kind(payments.cancel_at_stripe),
    "refund": Kind(refunds.send),
    "find": Kind(finding.mail_links),
    "admin_link": Kind(admin_links.write),
    "mail": Kind(mail_sending.send, mail_sending.WAITS),
}


def deliver_due(clock: Callable[[], dt.datetime] = utc_now) -> int:
    """Do every effect that is due; returns how many were tried."""
    return outbox.deliver_due(KINDS, clock)
