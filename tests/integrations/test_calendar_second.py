"""What we put into calendars, read by a library that shares nothing with the one that wrote it."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
import vobject
from sqlalchemy import Engine, text

from tests.kit.clock import Clock, local
from tests.kit.wishes import ALICE, booked
from truflow.integrations import mail
from truflow.services import calendar, cancelling, rescheduling

SLOT, LATER = local(3, "10:00"), local(4, "14:30")
GUEST, PRACTICE = "alice@example.com", "hello@stillwater.example"
Files = dict[str, list[tuple[str, Any]]]


@pytest.fixture
def files(practice: Engine, clock: Clock, deliver: Callable[[], int]) -> Files:
    """Every calendar file of a booking that was moved and then cancelled, by who got it: content type and calendar."""
    with practice.begin() as connection:
        connection.execute(text("update service set downpayment_cents = 0"))
        connection.execute(text("update system_settings set name = 'Still; Water, \"Massage\"'"))
    made = booked(SLOT, clock.now)
    deliver()
    rescheduling.reschedule(
        made.booking.id,
        made.manage_token,
        start_time=LATER,
        practitioner_id=None,
        client=ALICE,
        now=clock.forward(minutes=1),
    )
    deliver()
    cancelling.cancel(made.booking.id, made.manage_token, client=ALICE, now=clock.forward(minutes=1))
    deliver()
    found: Files = {GUEST: [], PRACTICE: []}
    for letter in sorted(mail.captured(), key=lambda each: each.at):
        for file in letter.attachments:
            found[letter.to].append((file.content_type, vobject.readOne(file.content.decode())))
    download = calendar.calendar_file(made.booking.id, made.manage_token, client=ALICE, now=clock.now)
    found["download"] = [("", vobject.readOne(download))]
    return found


def methods(files: Files, who: str) -> list[str]:
    return [file.method.value for _, file in files[who]]


def test_booking_moving_and_cancelling_are_one_event_that_changes(files: Files) -> None:
    events = [file.vevent for _, file in files[GUEST]]
    assert len({event.uid.value for event in events}) == 1
    assert [int(event.sequence.value) for event in events] == [0, 1, 2]
    assert methods(files, GUEST) == ["REQUEST", "REQUEST", "CANCEL"]
    assert [event.status.value for event in events] == ["CONFIRMED", "CONFIRMED", "CANCELLED"]
    assert [event.dtstart.value for event in events] == [SLOT, LATER, LATER]
    assert all(event.dtend.value - event.dtstart.value == dt.timedelta(hours=1) for event in events)


def test_the_practice_has_the_same_event_and_none_of_the_guests_links(files: Files) -> None:
    events = [file.vevent for _, file in files[PRACTICE]]
    assert {event.uid.value for event in events} == {files[GUEST][0][1].vevent.uid.value}
    assert methods(files, PRACTICE) == ["PUBLISH", "PUBLISH", "CANCEL"]
    assert [int(event.sequence.value) for event in events] == [0, 1, 2]
    assert not any("/booking/" in str(event) for event in events)


def test_the_method_of_the_file_is_the_method_of_its_attachment(files: Files) -> None:
    for content_type, file in (*files[GUEST], *files[PRACTICE]):
        assert f'method="{file.method.value}"' in content_type or f"method={file.method.value}" in content_type


def test_it_names_who_where_and_what_with_every_odd_character(files: Files) -> None:
    event = files[GUEST][0][1].vevent
    assert event.summary.value == 'Deep tissue at Still; Water, "Massage"'
    assert event.location.value == "48 Linden Street, Brooklyn, NY 11221"
    assert event.organizer.value == f"mailto:{PRACTICE}"
    assert event.attendee.value == f"mailto:{GUEST}"
    assert event.attendee.params["PARTSTAT"] == ["ACCEPTED"]


def test_the_alarm_rings_a_day_before_until_it_is_cancelled(files: Files) -> None:
    first, _, last = (file.vevent for _, file in files[GUEST])
    assert first.valarm.trigger.value == dt.timedelta(hours=-24)
    assert not hasattr(last, "valarm")


def test_a_download_of_what_is_cancelled_says_so(files: Files) -> None:
    ((_, file),) = files["download"]
    assert (file.method.value, int(file.vevent.sequence.value)) == ("CANCEL", 2)


def test_what_it_wrote_it_also_serializes(files: Files) -> None:
    """vobject validates what it writes: every line that RFC 5545 requires is there, once."""
    for _, file in (*files[GUEST], *files[PRACTICE]):
        assert "BEGIN:VEVENT" in file.serialize(validate=True)
