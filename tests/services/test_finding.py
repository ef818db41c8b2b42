"""Links that were lost come again by mail, to the address they belong to, and nobody else learns a thing."""

import pytest
from sqlalchemy import Engine, text

from tests.kit.clock import Clock, local
from tests.kit.looking import one, rows
from tests.kit.till import Till
from tests.kit.wishes import ALICE, BOB, booked
from truflow.errors import Invalid, RateLimited
from truflow.integrations import mail
from truflow.services import bookings, cancelling, finding

SLOT, LATER = local(3, "10:00"), local(4, "14:00")


def ask(till: Till, email: str = "alice@example.com", client: str = ALICE) -> None:
    finding.ask(email, client=client, now=till.now)
    till.deliver()


def links_mails() -> list[mail.CapturedMail]:
    return [each for each in mail.captured() if each.subject == "Your bookings at Stillwater Massage"]


def test_all_live_bookings_come_in_one_mail(till: Till) -> None:
    first, second = till.paid(slot=SLOT), till.paid(slot=LATER)
    ask(till, "ALICE@example.com")
    (sent,) = links_mails()
    assert sent.to == "alice@example.com"
    for made in (first, second):
        reference, token = made.booking.reference, made.manage_token
        assert f"/booking/{reference}?t={token}" in sent.text
        assert bookings.open_by_reference(reference, token, client=ALICE).id == made.booking.id


def test_what_is_over_or_off_is_not_listed(till: Till) -> None:
    gone, kept = till.paid(slot=SLOT), till.paid(slot=LATER)
    cancelling.cancel(gone.booking.id, gone.manage_token, client=ALICE, now=till.now)
    ask(till)
    (sent,) = links_mails()
    assert kept.booking.reference in sent.text
    assert gone.booking.reference not in sent.text


def test_a_hold_is_listed_while_it_lasts(till: Till) -> None:
    made = booked(SLOT, till.now)
    ask(till)
    (sent,) = links_mails()
    assert made.booking.reference in sent.text
    till.forward(minutes=16)
    ask(till)
    assert len(links_mails()) == 1


def test_an_unknown_address_leaves_the_same_trace_and_gets_nothing(till: Till) -> None:
    till.paid()
    ask(till)
    ask(till, "nobody@example.com")
    kinds = rows(till.database, "select kind, status from outbox where kind = 'find'")
    assert kinds == [{"kind": "find", "status": "DONE"}] * 2
    assert [each.to for each in links_mails()] == ["alice@example.com"]


def test_nothing_personal_stands_in_the_queue(till: Till) -> None:
    till.paid()
    ask(till)
    assert one(till.database, "select count(*) from outbox o where cast(o as text) ilike '%alice%'") == 0


def test_a_mailbox_is_not_flooded_from_many_places(till: Till) -> None:
    till.paid()
    for number in range(8):
        ask(till, client=f"203.0.113.{number}")
    assert len(links_mails()) == 1
    till.forward(minutes=15)
    ask(till, client=BOB)
    assert len(links_mails()) == 2


def test_five_questions_a_quarter_of_an_hour(practice: Engine, clock: Clock) -> None:
    for number in range(5):
        finding.ask(f"guest{number}@example.com", client=ALICE, now=clock.now)
    with pytest.raises(RateLimited):
        finding.ask("one.more@example.com", client=ALICE, now=clock.now)
    finding.ask("one.more@example.com", client=BOB, now=clock.now)


@pytest.mark.parametrize("email", ["", "alice", "a@b.c, evil@example.com", "alice@example.com\nBcc: x@example.com"])
def test_what_is_no_address_is_refused_and_not_counted(practice: Engine, clock: Clock, email: str) -> None:
    for _ in range(6):
        with pytest.raises(Invalid) as refusal:
            finding.ask(email, client=ALICE, now=clock.now)
        assert list(refusal.value.fields) == ["email"]


def test_an_erased_guest_gets_no_mail(till: Till) -> None:
    till.paid()
    finding.ask("alice@example.com", client=ALICE, now=till.now)
    with till.database.begin() as connection:
        connection.execute(text("update customer set email = null"))
    till.deliver()
    assert links_mails() == []
