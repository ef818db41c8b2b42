"""The worker's side of mail: attempts at their times, one server after the other, and never two for one mail.

Before a server gets the mail, the row says which one it is (`facts["provider"]`). When the answer is lost, or the
worker dies meanwhile, nobody knows whether the mail went out: the row stays with that server for good, because
only there the same Message-ID can be recognized, and `facts["uncertain"]` counts how often it may have gone out twice.
"""

import datetime as dt
from uuid import UUID

import structlog
from sqlmodel import Session, col, select

from truflow.db import lock_one, transaction
from truflow.integrations import mail
from truflow.models import Booking, Customer, EmailMessage, Outbox
from truflow.models.messages import MailStatus
from truflow.services import alerts
from truflow.services.mail_writing import TO_THE_PRACTICE, message_of, outdated
from truflow.services.outbox import Fenced, GiveUp, Later, Lease

log = structlog.get_logger(__name__)

WAITS = (0, 1, 5, 15)
"""Minutes before each attempt, after the one before; after the fourth an admin is told and may send it again."""

OVER = (MailStatus.SENT, MailStatus.FAILED, MailStatus.OUTDATED)

PROVIDER, UNCERTAIN = "provider", "uncertain"
"""In the row's facts: the number of the server that has the mail or may have it; how often an answer was lost."""


def send(lease: Lease, now: dt.datetime) -> None:
    """Outbox effect: one attempt at one mail, with the same Message-ID each time; none at one that is true no more."""
    with transaction() as session:
        row = _ours(session, lease)
        if row.status in OVER:
            lease.done(session, now=now)
            return
        if row.status == MailStatus.SENDING:
            _count_uncertain(row, "interrupted")  # a worker died in the middle of it
        booking = session.get(Booking, row.booking_id) if row.booking_id else None
        why = _why_not(session, row, booking, now=now) if booking is not None else None
        if why is not None:
            row.go(MailStatus.OUTDATED)
            row.last_code = why
            session.add(row)
            lease.done(session, now=now)
            return
        row.go(MailStatus.SENDING)
        row.attempts += 1
        row.facts = {**row.facts, PROVIDER: row.facts.get(PROVIDER, 0)}
        session.add(row)
    failure = _hand_over(lease, row, now=now)
    if failure is None:
        with transaction() as session:
            sent = _ours(session, lease)
            sent.go(MailStatus.SENT)
            sent.sent_at = now
            session.add(sent)
            lease.done(session, now=now)
        return
    final = lease.last or failure.permanent
    _failed(lease, failure, final=final, now=now)
    code = f"{failure.kind} {failure.code}"
    raise GiveUp(code) if final else Later(code)


def _why_not(session: Session, row: EmailMessage, booking: Booking, *, now: dt.datetime) -> str | None:
    """Why this mail must not go out any more: it is true no more, or the address is no longer the guest's."""
    if outdated(row, booking, now=now):
        return f"booking {booking.status}"
    customer = session.get(Customer, booking.customer_id)
    hers = row.template not in (*TO_THE_PRACTICE, "links")
    return "address changed" if hers and customer is not None and customer.email != row.recipient else None


def _hand_over(lease: Lease, row: EmailMessage, *, now: dt.datetime) -> mail.MailFailed | None:
    """Ask the servers in turn, until one takes the mail or may have taken it; None when one did."""
    try:
        with transaction() as session:
            message = message_of(session, row, now=now)
    except mail.MailFailed as failure:
        return failure
    except Exception as trouble:  # whatever it was, the row must say so: no mail stays SENDING for ever
        return mail.MailFailed("refused", type(trouble).__name__)
    bound = bool(row.facts.get(UNCERTAIN))
    failures: list[mail.MailFailed] = []
    for server in (row.facts[PROVIDER],) if bound else mail.servers():
        if server != row.facts[PROVIDER]:
            row = _say_which(lease, server)
        try:
            mail.deliver(message, server)
        except mail.MailFailed as failure:
            failures.append(failure)
            log.warning("mail_not_taken", mail_id=str(row.id), server=server, kind=failure.kind, code=failure.code)
            if failure.settled:
                break
        except Exception as trouble:
            return mail.MailFailed("silent", type(trouble).__name__, uncertain=True)
        else:
            return None
    return _worst(failures)


def _worst(failures: list[mail.MailFailed]) -> mail.MailFailed:
    """What the attempt came to: the last word, and final only where no server may think otherwise later."""
    last = failures[-1]
    if not last.settled:
        last.permanent = all(each.permanent for each in failures)
    return last


def _say_which(lease: Lease, server: int) -> EmailMessage:
    with transaction() as session:
        row = _ours(session, lease)
        row.facts = {**row.facts, PROVIDER: server}
        session.add(row)
        return row


def _failed(lease: Lease, failure: mail.MailFailed, *, final: bool, now: dt.datetime) -> None:
    with transaction() as session:
        row = _ours(session, lease)
        row.last_code = f"{failure.kind} {failure.code}"[:100]
        if failure.uncertain:
            _count_uncertain(row, failure.code)
        if not row.facts.get(UNCERTAIN):
            row.facts = {name: value for name, value in row.facts.items() if name != PROVIDER}
        row.go(MailStatus.FAILED if final else MailStatus.QUEUED)
        session.add(row)
        if final:
            message = f"A mail could not be sent ({row.last_code}). Check the address, then send it again."
            alerts.raise_alert(session, "mail_failed", str(row.id), message, now=now, booking_id=row.booking_id)


def _count_uncertain(row: EmailMessage, code: str) -> None:
    row.facts = {**row.facts, UNCERTAIN: int(row.facts.get(UNCERTAIN, 0)) + 1}
    log.warning("mail_uncertain", mail_id=str(row.id), attempt=row.attempts, code=code)


def _ours(session: Session, lease: Lease) -> EmailMessage:
    """The mail, locked, while the lease is ours; raises Fenced."""
    row = lock_one(session, EmailMessage, UUID(lease.ref))
    assert row is not None, "mails are never deleted"
    ours = select(Outbox.id).where(Outbox.id == lease.id, col(Outbox.lease_token) == lease.token).with_for_update()
    if session.exec(ours).first() is None:
        raise Fenced
    return row
