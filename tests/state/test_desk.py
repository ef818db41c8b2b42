"""The desk's buttons, as Reflex would call them: with arguments that a page never sends, too."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Engine, text

from tests.kit.looking import one
from tests.state.visitors import Visitor
from truflow.clock import utc_now
from truflow.services import admins
from truflow.services.bookings import book
from truflow.state.admin import Desk
from truflow.state.needs import MailCard

pytestmark = pytest.mark.anyio


@pytest.fixture
def admin(practice: Engine) -> Visitor:
    """Anna's tab, at the desk."""
    admins.create_admin("anna@example.com", "Anna Weaver", "correct horse battery staple")
    raw, _ = admins.sign_in("anna@example.com", "correct horse battery staple", client="198.51.100.7", now=utc_now())
    return Visitor("/admin", f"truflow_admin={raw}")


@pytest.fixture
def failed_mail(practice: Engine) -> str:
    """A guest's confirmation that failed in real time; its id."""
    from tests.kit.wishes import wish
    from truflow.services import availability

    with practice.begin() as connection:
        connection.execute(text("update service set downpayment_cents = 0; update system_settings set email = ''"))
    now = utc_now()
    with practice.connect() as connection:
        days = connection.execute(text("select (now() + interval '2 days')::date, (now() + interval '30 days')::date"))
        first, last = days.one()
    free = next(day.date for day in availability.free_days(3, first, last, now=now).dates if day.available)
    slot = availability.free_slots(3, free, now=now).slots[0]
    book(wish(slot.start_time), key=None, client="198.51.100.1", now=now)
    with practice.begin() as connection:
        connection.execute(text("update email_message set status = 'FAILED', last_code = 'refused smtp-550'"))
    return str(one(practice, "select id from email_message"))


async def test_a_mail_is_sent_again_once_however_often_the_button_is_pressed(
    admin: Visitor, failed_mail: str, practice: Engine
) -> None:
    await admin.call(Desk.load)
    desk = await admin.state(Desk)
    assert [(card.id, card.why) for card in desk.mails] == [
        (failed_mail, "The mail server refused it (smtp-550). It was tried 0 times.")
    ]
    for _ in range(3):
        await admin.call(Desk.send_again, failed_mail)
    assert (desk.said, desk.notice) == ("The mail to alice@example.com is on its way again.", "")
    assert (desk.mails, desk.needs_somebody) == ([], False)
    assert one(practice, "select count(*) from email_message") == 2


async def test_a_list_without_room_for_all_says_how_many_more(
    admin: Visitor, failed_mail: str, practice: Engine
) -> None:
    await admin.call(Desk.load)
    assert (await admin.state(Desk)).more_mails == ""
    with practice.begin() as connection:
        connection.execute(
            text(
                "insert into email_message (id, dedupe_key, booking_id, template, recipient, message_id, status, "
                "attempts, facts, created_at) select gen_random_uuid(), 'x' || n, booking_id, template, recipient, "
                "'x' || n, 'FAILED', 4, '{}', created_at from email_message, generate_series(1, 52) n"
            )
        )
    await admin.call(Desk.load)
    desk = await admin.state(Desk)
    assert len(desk.mails) == 50
    assert desk.more_mails == "And 3 more. They appear here as the newer ones are dealt with."


async def test_the_last_check_says_what_it_found_and_how_much_it_looked_at(
    admin: Visitor, failed_mail: str, practice: Engine
) -> None:
    with practice.begin() as connection:
        connection.execute(
            text("insert into verification (at, took_ms, checked, findings) values (now(), 1, :checked, '[]')"),
            {"checked": '{"rules": 27, "bookings": 1200, "payments": 34}'},
        )
    await admin.call(Desk.load)
    assert (await admin.state(Desk)).check.endswith(": nothing found. 1,234 rows were looked at.")


async def test_a_refusal_is_said_and_the_card_stays(admin: Visitor, failed_mail: str, practice: Engine) -> None:
    await admin.call(Desk.load)
    with practice.begin() as connection:
        connection.execute(text("update customer set email = null"))
    await admin.call(Desk.send_again, failed_mail)
    desk = await admin.state(Desk)
    assert (desk.said, desk.notice) == ("", "No email address is kept for this mail any more.")
    assert [card.id for card in desk.mails] == [failed_mail]


@pytest.mark.parametrize("handler", [Desk.send_again, Desk.try_again, Desk.handed_back, Desk.resolve])
@pytest.mark.parametrize("nonsense", ["", "x", None, [], {"id": 1}, 10**30, True])
async def test_what_no_page_sends_changes_nothing(
    admin: Visitor, failed_mail: str, practice: Engine, handler: Callable[..., Any], nonsense: Any
) -> None:
    await admin.call(Desk.load)
    await admin.call(handler, nonsense)
    assert one(practice, "select count(*) from email_message") == 1
    assert one(practice, "select count(*) from refund") == 0


async def test_a_stranger_who_calls_a_handler_directly_does_nothing(failed_mail: str, practice: Engine) -> None:
    stranger = Visitor("/admin")
    (await stranger.state(Desk)).mails = [MailCard(id=failed_mail)]
    await stranger.call(Desk.send_again, failed_mail)
    assert one(practice, "select count(*) from email_message") == 1
