"""What the admin sees on the day's page, and what the buttons there do."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Engine, text

from tests.kit.clock import Clock, local
from tests.kit.looking import one
from tests.kit.wishes import booked
from tests.sandbox.kit import Sandbox
from truflow.db import transaction
from truflow.errors import NotFound
from truflow.services import alerts, desk, mails, payments, refund_news, refunds

SLOT = local(2, "10:00")
ANNA = "admin:1"

Deliver = Callable[[], int]
Token = Callable[..., str]


@pytest.fixture
def failed_mail(practice: Engine, clock: Clock, deliver: Deliver) -> Any:
    """Alice's confirmation, which no server took; its id."""
    with practice.begin() as connection:
        connection.execute(text("update service set downpayment_cents = 0; update system_settings set email = ''"))
    booked(SLOT, clock.now)
    with practice.begin() as connection:
        two = "'alice@example.com, evil@example.com'"
        connection.execute(text(f"update email_message set recipient = {two}; update customer set email = {two}"))
    deliver()
    return one(practice, "select id from email_message where status = 'FAILED'")


@pytest.fixture
def failed_refund(practice: Engine, clock: Clock, deliver: Deliver, token: Token, sandbox_process: Sandbox) -> Any:
    """Money for a time that was gone, on its way to a card that is closed; the refund's id."""
    made = booked(SLOT, clock.now)
    intent = str(made.client_secret).split("_secret_")[0]
    sandbox_process.sdk().v1.payment_intents.confirm(intent, {"confirmation_token": token()})
    booked(SLOT, clock.forward(minutes=10), guest="Bob")
    payments.settle(intent, now=clock.now)
    deliver()
    at_stripe = one(practice, "select stripe_refund_id from refund")
    sandbox_process.control("POST", f"/refunds/{at_stripe}", status="failed")
    refund_news.settle(at_stripe, now=clock.forward(hours=1))
    return one(practice, "select id from refund where status = 'FAILED'")


def test_a_calm_day_asks_for_nobody(practice: Engine, clock: Clock) -> None:
    today = desk.today(now=clock.now)
    assert (today.alerts, today.failed_mails, today.failed_refunds) == ([], [], [])


def test_a_failed_mail_is_listed_with_what_its_button_needs(failed_mail: Any, practice: Engine, clock: Clock) -> None:
    today = desk.today(now=clock.now)
    (seen,) = today.failed_mails
    (alert,) = today.alerts
    assert (seen.id, seen.template, seen.guest) == (failed_mail, "confirmation", "Alice")
    assert (seen.code, seen.attempts, seen.uncertain) == ("refused not-one-address", 1, 0)
    assert (seen.alert_id, seen.booking_id) == (alert.id, alert.booking_id)
    assert seen.reference == one(practice, "select reference from booking")


def test_sent_again_it_leaves_the_list_and_comes_back_when_it_fails_again(
    failed_mail: Any, practice: Engine, clock: Clock, deliver: Deliver
) -> None:
    new = mails.resend(failed_mail, actor=ANNA, now=clock.now)
    assert (desk.today(now=clock.now).failed_mails, desk.today(now=clock.now).alerts) == ([], [])
    deliver()
    assert [mail.id for mail in desk.today(now=clock.now).failed_mails] == [new.id]
    with practice.begin() as connection:
        connection.execute(text("update customer set email = 'alice@example.com'"))
    mails.resend(new.id, actor=ANNA, now=clock.now)
    deliver()
    assert desk.today(now=clock.now).failed_mails == []
    assert one(practice, "select count(*) from email_message where status = 'SENT'") == 1


def test_a_failed_mail_that_an_admin_has_dealt_with_is_listed_no_more(failed_mail: Any, clock: Clock) -> None:
    (alert,) = desk.open_alerts()
    desk.resolve_alert(alert.id, actor=ANNA, now=clock.now)
    assert desk.today(now=clock.now).failed_mails == []


def test_a_failed_mail_whose_alert_is_missing_is_listed_all_the_same(
    failed_mail: Any, practice: Engine, clock: Clock
) -> None:
    with practice.begin() as connection:
        connection.execute(text("delete from admin_alert"))
    (seen,) = desk.today(now=clock.now).failed_mails
    assert (seen.id, seen.alert_id) == (failed_mail, None)


def test_a_failed_refund_is_listed_until_it_is_tried_again(
    failed_refund: Any, practice: Engine, clock: Clock, deliver: Deliver
) -> None:
    (seen,) = desk.today(now=clock.now).failed_refunds
    assert (seen.id, seen.guest, seen.amount_cents, seen.status) == (failed_refund, "Alice", 3000, "FAILED")
    assert seen.alert_id in [alert.id for alert in desk.open_alerts()]
    assert seen.message
    refunds.retry(failed_refund, actor=ANNA, now=clock.now)
    assert desk.today(now=clock.now).failed_refunds == []
    deliver()
    assert one(practice, "select count(*) from refund where status = 'SUCCEEDED'") == 1
    assert desk.open_alerts() == []


def test_a_failed_refund_that_was_paid_another_way_is_listed_no_more(failed_refund: Any, clock: Clock) -> None:
    (seen,) = desk.today(now=clock.now).failed_refunds
    assert seen.alert_id is not None
    desk.resolve_alert(seen.alert_id, actor=ANNA, now=clock.now)
    assert desk.today(now=clock.now).failed_refunds == []


def test_a_long_list_says_how_many_there_are_in_all_and_hides_no_other_alert(
    failed_mail: Any, practice: Engine, clock: Clock
) -> None:
    with practice.begin() as connection:
        connection.execute(
            text(
                "insert into email_message (id, dedupe_key, booking_id, template, recipient, message_id, status, "
                "attempts, facts, created_at) select gen_random_uuid(), 'x' || n, booking_id, template, recipient, "
                "'x' || n, 'FAILED', 4, '{}', created_at + n * interval '1 second' "
                "from email_message, generate_series(1, 57) n"
            )
        )
        connection.execute(
            text(
                "insert into admin_alert (rule, object_ref, message, opened_at) "
                "select 'mail_failed', id, 'A mail could not be sent.', created_at from email_message "
                "where dedupe_key like 'x%' and dedupe_key <> 'x1'"
            )
        )
    with transaction() as session:
        alerts.raise_alert(session, "money_differs", "pi_1", "Another sum.", now=clock.now)
    seen = desk.today(now=clock.now)
    assert (len(seen.failed_mails), seen.failed_mails_count) == (50, 58)
    assert failed_mail not in [mail.id for mail in seen.failed_mails], "the oldest have no room"
    listed = {mail.alert_id for mail in seen.failed_mails}
    assert [alert.rule for alert in seen.alerts if alert.id not in listed] == ["money_differs"]
    assert len(desk.open_alerts()) == 58
    assert (seen.failed_refunds, seen.failed_refunds_count) == ([], 0)


def test_an_alert_is_closed_once_and_says_by_whom(practice: Engine, clock: Clock) -> None:
    with transaction() as session:
        alerts.raise_alert(session, "foreign_payment", "pi_1", "Somebody else's money.", now=clock.now)
    (alert,) = desk.open_alerts()
    assert desk.resolve_alert(alert.id, actor=ANNA, now=clock.now) == alert
    desk.resolve_alert(alert.id, actor="admin:2", now=clock.forward(minutes=1))
    assert desk.open_alerts() == []
    assert one(practice, "select closed_by from admin_alert") == ANNA
    with pytest.raises(NotFound):
        desk.resolve_alert(alert.id + 1, actor=ANNA, now=clock.now)


def test_a_mail_in_doubt_says_so_in_its_booking(failed_mail: Any, practice: Engine) -> None:
    with practice.begin() as connection:
        connection.execute(text("""update email_message set facts = '{"provider": 0, "uncertain": 2}'"""))
    (mail,) = desk.booking_detail(one(practice, "select id from booking")).mails
    assert (mail.id, mail.uncertain) == (failed_mail, 2)
