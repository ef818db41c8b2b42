import dataclasses
import datetime as dt
from uuid import UUID

import pytest
from icalendar import Calendar, Event

from truflow.domain.calendar_file import Appointment, Method, calendar_text

BOOKING = UUID("6f1d7a52-90f5-4f0e-8a54-0a6a1f1f2b11")
APPOINTMENT = Appointment(
    booking_id=BOOKING,
    host="truflow",
    sequence=0,
    stamped_at=dt.datetime(2026, 11, 21, 12, 0, 5, 77, tzinfo=dt.UTC),
    starts_at=dt.datetime(2026, 12, 1, 16, 30, tzinfo=dt.timezone(dt.timedelta(hours=-5))),
    ends_at=dt.datetime(2026, 12, 1, 17, 30, tzinfo=dt.timezone(dt.timedelta(hours=-5))),
    service_name="Deep tissue massage",
    reference="TF-7K2M",
    practice_name="Stillwater",
    practice_address="12 Mill Lane\nHudson, NY 12534",
    practice_email="hello@stillwater.example",
    practice_phone="+1 518 555 0100",
    guest_name="Ana Lima",
    guest_email="ana@example.com",
    manage_url="https://book.example/booking/TF-7K2M?t=abc",
)


def event_of(appointment: Appointment, method: Method) -> Event:
    events = Calendar.from_ical(calendar_text(appointment, method=method)).walk("VEVENT")
    assert len(events) == 1
    return events[0]


def test_a_request_says_what_when_where_and_who() -> None:
    event = event_of(APPOINTMENT, "REQUEST")
    assert event["uid"] == f"{BOOKING}@truflow"
    assert event["summary"] == "Deep tissue massage at Stillwater"
    assert event["location"] == "12 Mill Lane, Hudson, NY 12534"
    assert event["description"] == (
        "Reference: TF-7K2M\nYour booking: https://book.example/booking/TF-7K2M?t=abc\nPhone: +1 518 555 0100"
    )
    assert event["url"] == "https://book.example/booking/TF-7K2M?t=abc"
    assert event["organizer"] == "mailto:hello@stillwater.example"
    assert event["attendee"] == "mailto:ana@example.com"
    assert event["status"] == "CONFIRMED"


def test_times_are_utc_and_need_no_zone_rules() -> None:
    text = calendar_text(APPOINTMENT, method="REQUEST")
    assert "DTSTART:20261201T213000Z" in text
    assert "DTEND:20261201T223000Z" in text
    assert "DTSTAMP:20261121T120005Z" in text
    assert "TZID" not in text


def test_the_alarm_rings_the_day_before() -> None:
    (alarm,) = event_of(APPOINTMENT, "REQUEST").walk("VALARM")
    assert alarm["trigger"].dt == dt.timedelta(hours=-24)
    assert alarm["action"] == "DISPLAY"


def test_a_cancellation_has_the_same_uid_a_higher_sequence_and_no_alarm() -> None:
    event = event_of(dataclasses.replace(APPOINTMENT, sequence=1), "CANCEL")
    assert event["uid"] == f"{BOOKING}@truflow"
    assert event["sequence"] == 1
    assert event["status"] == "CANCELLED"
    assert not event.walk("VALARM")
    assert "METHOD:CANCEL" in calendar_text(APPOINTMENT, method="CANCEL")


def test_a_download_names_no_attendee() -> None:
    assert "attendee" not in event_of(APPOINTMENT, "PUBLISH")


def test_the_same_appointment_gives_the_same_bytes() -> None:
    assert calendar_text(APPOINTMENT, method="REQUEST") == calendar_text(APPOINTMENT, method="REQUEST")


@pytest.mark.parametrize(
    "name",
    [
        "Ana, of the mill; and \\ more",
        'Ana "the knife" Lima',
        "Ana\r\nATTENDEE:mailto:evil@example.com",
        "Ana\nEND:VEVENT\nBEGIN:VEVENT",
        "Ana\x00\x1b\u2028Lima",
        "🧘‍♀️ Žofie 陈",
        "x" * 10_000,
        "€" * 10_000,
        "",
    ],
)
def test_no_name_can_break_the_file(name: str) -> None:
    appointment = dataclasses.replace(
        APPOINTMENT, guest_name=name, service_name=name, practice_name=name, practice_address=name
    )
    text = calendar_text(appointment, method="REQUEST")
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    assert text.split("\r\n").count("BEGIN:VEVENT") == 1
    event = event_of(appointment, "REQUEST")
    assert event["attendee"] == "mailto:ana@example.com"
    assert len(event["summary"]) <= 200


@pytest.mark.parametrize("email", ["a@b.c, evil@x.y", "a@b.c\r\nX:1", "a b@c.d", "nobody", "a@b@c"])
def test_an_address_that_is_none_is_left_out(email: str) -> None:
    event = event_of(dataclasses.replace(APPOINTMENT, guest_email=email, practice_email=email), "REQUEST")
    assert "attendee" not in event
    assert "organizer" not in event


def test_a_naive_time_is_refused() -> None:
    naive = dataclasses.replace(APPOINTMENT, starts_at=dt.datetime(2026, 12, 1, 12, 0))  # noqa: DTZ001
    with pytest.raises(ValueError, match="zone"):
        calendar_text(naive, method="REQUEST")
