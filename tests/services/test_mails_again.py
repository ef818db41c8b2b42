"""A mail once more: as a mail of its own, while what it says is still true."""

from typing import Any

import pytest
from sqlalchemy import Engine, text

from tests.kit.clock import Clock
from tests.kit.looking import one, rows
from tests.kit.post_office import HANG_UP, PostOffice
from tests.services.test_mails import Deliver, attempts
from truflow.errors import MailOnItsWay, MailOutdated, NoAddress, NotFound
from truflow.services import cancelling, mails
from truflow.services.verify import verify


def failed(database: Engine, clock: Clock, deliver: Deliver, office: PostOffice) -> Any:
    """Alice's confirmation, given up; returns its id."""
    office.replies["RCPT"] = "550 5.1.1 no such user"
    deliver()
    office.replies.clear()
    clock.forward(hours=1)
    return one(database, "select id from email_message where status = 'FAILED'")


def test_a_failed_mail_is_sent_again_as_a_mail_of_its_own_and_its_alert_closes(
    promised: Engine, clock: Clock, deliver: Deliver, serve: Any, first: PostOffice
) -> None:
    serve(first.url)
    old = failed(promised, clock, deliver, first)
    with promised.begin() as connection:
        connection.execute(text("update customer set email = 'alice.new@example.com'"))
    made = mails.resend(old, actor="anna@example.com", now=clock.now)
    assert (made.status, made.recipient, made.attempts) == ("QUEUED", "alice.new@example.com", 0)
    deliver()
    again = rows(promised, "select status, resend_of, message_id, facts from email_message where id = :id", id=made.id)
    assert again[0]["status"] == "SENT"
    assert again[0]["resend_of"] == old
    assert first.message_ids == [again[0]["message_id"]]
    assert one(promised, "select message_id from email_message where id = :id", id=old) != again[0]["message_id"]
    assert first.recipients[-1].endswith("<alice.new@example.com>")
    assert rows(promised, "select closed_by, closed_at from admin_alert") == [
        {"closed_by": "anna@example.com", "closed_at": clock.now}
    ]
    assert rows(promised, "select actor, why from booking_event where what = 'mail_resent'") == [
        {"actor": "anna@example.com", "why": "confirmation"}
    ]


def test_a_mail_sent_again_may_take_the_other_server_and_starts_without_doubts(
    promised: Engine, clock: Clock, deliver: Deliver, serve: Any, first: PostOffice, second: PostOffice
) -> None:
    serve(first.url, second.url)
    first.replies["END"] = HANG_UP
    attempts(clock, deliver)
    first.replies = {"GREETING": "421 too busy"}
    made = mails.resend(one(promised, "select id from email_message"), actor="anna@example.com", now=clock.now)
    assert made.uncertain == 0
    deliver()
    assert len(second.mails) == 1


def test_a_mail_that_arrived_may_be_sent_again_and_again(
    promised: Engine, clock: Clock, deliver: Deliver, serve: Any, first: PostOffice
) -> None:
    serve(first.url)
    deliver()
    sent = one(promised, "select id from email_message")
    for _ in range(2):
        mails.resend(sent, actor="anna@example.com", now=clock.forward(minutes=1))
        deliver()
    assert len(set(first.message_ids)) == len(first.mails) == 3


def test_a_mail_on_its_way_is_not_sent_again(
    promised: Engine, clock: Clock, deliver: Deliver, serve: Any, first: PostOffice
) -> None:
    serve(first.url)
    waiting = one(promised, "select id from email_message")
    with pytest.raises(MailOnItsWay):
        mails.resend(waiting, actor="anna@example.com", now=clock.now)
    with promised.begin() as connection:
        connection.execute(text("update email_message set status = 'SENDING'"))
    with pytest.raises(MailOnItsWay):
        mails.resend(waiting, actor="anna@example.com", now=clock.now)
    assert one(promised, "select count(*) from email_message") == 1


def test_two_clicks_send_one_mail(
    promised: Engine, clock: Clock, deliver: Deliver, serve: Any, first: PostOffice
) -> None:
    serve(first.url)
    old = failed(promised, clock, deliver, first)
    mails.resend(old, actor="anna@example.com", now=clock.now)
    with pytest.raises(MailOnItsWay):
        mails.resend(old, actor="anna@example.com", now=clock.now)
    deliver()
    assert len(first.mails) == 1


def cancelled(clock: Clock, database: Engine) -> None:
    (booking,) = rows(database, "select id, version from booking")
    cancelling.cancel_for_guest(
        booking["id"], version=booking["version"], back="NONE", why="", notify=True, actor="admin:1", now=clock.now
    )


def by_template(database: Engine) -> dict[str, str]:
    return {row["template"]: row["status"] for row in rows(database, "select template, status from email_message")}


def test_a_confirmation_that_waits_while_its_booking_is_cancelled_is_never_sent(
    promised: Engine, clock: Clock, deliver: Deliver, serve: Any, first: PostOffice
) -> None:
    serve(first.url)
    first.replies["GREETING"] = "421 too busy"
    deliver()
    cancelled(clock, promised)
    first.replies.clear()
    clock.forward(minutes=1)
    deliver()
    assert by_template(promised) == {"confirmation": "OUTDATED", "cancellation": "SENT"}
    assert len(first.mails) == 1
    assert one(promised, "select last_code from email_message where status = 'OUTDATED'") == "booking CANCELLED"
    clock.forward(hours=2)
    assert deliver() == 0
    assert rows(promised, "select 1 from admin_alert") == []
    assert verify(now=clock.now, with_stripe=False).findings == []


def test_the_doubt_of_a_confirmation_that_may_have_gone_out_is_kept_when_it_is_true_no_more(
    promised: Engine, clock: Clock, deliver: Deliver, serve: Any, first: PostOffice
) -> None:
    serve(first.url)
    first.replies["END"] = HANG_UP
    deliver()
    cancelled(clock, promised)
    first.replies.clear()
    clock.forward(minutes=1)
    deliver()
    (kept,) = rows(promised, "select status, facts from email_message where template = 'confirmation'")
    assert (kept["status"], kept["facts"]["uncertain"]) == ("OUTDATED", 1)


@pytest.mark.parametrize("template", ["confirmation", "moved", "practice_notice"])
def test_a_mail_that_is_true_no_more_is_not_sent_again(
    promised: Engine, clock: Clock, deliver: Deliver, serve: Any, first: PostOffice, template: str
) -> None:
    serve(first.url)
    deliver()
    sent = one(promised, "select id from email_message")
    with promised.begin() as connection:
        connection.execute(text("update email_message set template = :template"), {"template": template})
    cancelled(clock, promised)
    with pytest.raises(MailOutdated, match="This booking is cancelled"):
        mails.resend(sent, actor="anna@example.com", now=clock.now)
    deliver()
    off = one(promised, "select id from email_message where template = 'cancellation'")
    mails.resend(off, actor="anna@example.com", now=clock.forward(minutes=1))
    deliver()
    assert one(promised, "select count(*) from email_message where template = 'cancellation' and status = 'SENT'") == 2


def test_a_confirmed_booking_whose_confirmation_was_held_back_is_found(promised: Engine, clock: Clock) -> None:
    with promised.begin() as connection:
        connection.execute(text("update email_message set status = 'OUTDATED'"))
    findings = verify(now=clock.now, with_stripe=False).findings
    assert [finding.rule for finding in findings] == ["confirmation_not_promised"]


def test_what_cannot_be_sent_again_is_refused(
    promised: Engine, clock: Clock, deliver: Deliver, serve: Any, first: PostOffice
) -> None:
    serve(first.url)
    old = failed(promised, clock, deliver, first)
    with pytest.raises(NotFound):
        mails.resend(one(promised, "select id from booking"), actor="anna@example.com", now=clock.now)
    with promised.begin() as connection:
        connection.execute(text("update customer set email = null"))
    with pytest.raises(NoAddress):
        mails.resend(old, actor="anna@example.com", now=clock.now)
    assert one(promised, "select count(*) from admin_alert where closed_at is null") == 1
