"""Things that went wrong, planted behind the product's back, for the desk to show and to mend."""

from dataclasses import dataclass
from uuid import uuid4

from tests.kit.guests import bearer, book, card, free_times
from tests.kit.stack import Stack


@dataclass(frozen=True)
class Trouble:
    """A paid booking of this guest, its confirmation and its refund that failed, and an alert each."""

    guest: str
    booking_id: str
    reference: str
    mail_id: str
    refund_id: str
    alert: str

    @property
    def address(self) -> str:
        return f"{self.guest}@example.com"


def plant(stack: Stack, guest: str, *, skip: int) -> Trouble:
    """As if yesterday's mail server and the guest's closed card had said no."""
    made = book(stack, free_times(stack, skip=skip)[0], guest).json()
    booking = made["booking"]
    paid = stack.http.post(
        f"/api/bookings/{booking['id']}/pay", json={"confirmationToken": card(stack)}, headers=bearer(made)
    )
    assert paid.json()["booking"]["status"] == "CONFIRMED", paid.text
    stack.until_mails(lambda mails: [mail for mail in mails if mail["to"] == f"{guest}@example.com"])
    mail, refund, alert = str(uuid4()), str(uuid4()), f"A payment of {guest.title()} is not ours."
    stack.sql(
        "insert into email_message (id, dedupe_key, booking_id, template, recipient, message_id, status, attempts, "
        "facts, last_code, created_at) values (:id, :key, :booking, 'confirmation', :to, :message, 'FAILED', 4, "
        """'{"provider": 0, "uncertain": 1}', 'silent SMTPServerDisconnected', now())""",
        id=mail,
        key=f"planted:{mail}",
        booking=booking["id"],
        to=f"{guest}@example.com",
        message=f"<{mail}@planted>",
    )
    stack.sql(
        "insert into refund (id, payment_id, booking_id, reason, status, amount_cents, currency, attempt, "
        "key_generation, last_code, created_at) "
        "select :id, id, booking_id, 'ADMIN', 'FAILED', amount_cents, currency, 1, 1, 'lost_or_stolen_card', now() "
        "from payment where booking_id = :booking",
        id=refund,
        booking=booking["id"],
    )
    for rule, ref, message in (
        ("mail_failed", mail, "A mail could not be sent."),
        ("refund_failed", refund, "The guest's bank sent the money back. Try it again, or pay it back another way."),
        ("foreign_payment", guest, alert),
    ):
        stack.sql(
            "insert into admin_alert (rule, object_ref, booking_id, message, opened_at) "
            "values (:rule, :ref, :booking, :message, now())",
            rule=rule,
            ref=ref,
            booking=booking["id"],
            message=message,
        )
    return Trouble(guest, booking["id"], booking["reference"], mail, refund, alert)


def password_of(stack: Stack, address: str) -> str:
    """A new admin with this address: the first password, as the operator's command shows it."""
    done = stack.run("create-admin", address, "--name", "Maya")
    assert done.returncode == 0, done.stderr
    return done.stdout.rsplit(None, 1)[-1]
