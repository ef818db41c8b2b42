"""An appointment as an iCalendar text that calendars of every maker take in, move and remove again."""

import datetime as dt
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from icalendar import Alarm, Calendar, Event, vCalAddress, vDuration, vText, vUri

from truflow.texts import t

Method = Literal["REQUEST", "CANCEL", "PUBLISH"]

PRODUCT = "-//TruFlow//Booking//EN"
REMINDER = dt.timedelta(hours=-24)
LONGEST_LINE = 200
LONGEST_TEXT = 2000


@dataclass(frozen=True)
class Appointment:
    """What goes into the file; `host` ends the UID and must stay the same for a booking's whole life."""

    booking_id: UUID
    host: str
    sequence: int
    stamped_at: dt.datetime
    starts_at: dt.datetime
    ends_at: dt.datetime
    service_name: str
    reference: str
    practice_name: str
    practice_address: str
    practice_email: str
    practice_phone: str = ""
    guest_name: str = ""
    guest_email: str = ""
    manage_url: str = ""
    tentative: bool = False


def calendar_text(appointment: Appointment, *, method: Method) -> str:
    """The .ics text: REQUEST adds or moves the appointment, CANCEL removes it, PUBLISH is for downloads."""
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", method)
    calendar.add_component(_event(appointment, method))
    return calendar.to_ical().decode()


def _event(appointment: Appointment, method: Method) -> Event:
    summary = _line(t("calendar.summary", service=appointment.service_name, practice=appointment.practice_name))
    event = Event()
    event.add("uid", f"{appointment.booking_id}@{_line(appointment.host)}")
    event.add("sequence", appointment.sequence)
    event.add("dtstamp", _utc(appointment.stamped_at))
    # UTC, not TZID: icalendar writes a zone without its rules, and calendars then guess.
    event.add("dtstart", _utc(appointment.starts_at))
    event.add("dtend", _utc(appointment.ends_at))
    event.add("summary", summary)
    event.add("description", _description(appointment))
    event.add("status", "CANCELLED" if method == "CANCEL" else "TENTATIVE" if appointment.tentative else "CONFIRMED")
    event.add("transp", "TRANSPARENT" if method == "CANCEL" else "OPAQUE")
    if appointment.practice_address:
        event.add("location", _line(appointment.practice_address, separator=", "))
    if appointment.manage_url:
        event.add("url", vUri(_line(appointment.manage_url, longest=LONGEST_TEXT)))
    if _is_address(appointment.practice_email):
        event.add("organizer", _person(appointment.practice_name, appointment.practice_email), encode=False)
    # RFC 5546: a PUBLISH has no attendee, and a CANCEL no alarm.
    if method != "PUBLISH" and _is_address(appointment.guest_email):
        event.add("attendee", _guest(appointment), encode=False)
    if method != "CANCEL":
        event.add_component(_reminder(summary))
    return event


def _description(appointment: Appointment) -> str:
    lines = [t("calendar.reference", reference=_line(appointment.reference))]
    if appointment.manage_url:
        lines.append(t("calendar.manage", url=_line(appointment.manage_url, longest=LONGEST_TEXT)))
    if appointment.practice_phone:
        lines.append(t("calendar.phone", phone=_line(appointment.practice_phone)))
    return "\n".join(lines)


def _reminder(summary: str) -> Alarm:
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("trigger", vDuration(REMINDER))
    alarm.add("description", _line(t("calendar.reminder", summary=summary)))
    return alarm


def _person(name: str, email: str) -> vCalAddress:
    person = vCalAddress(f"mailto:{email}")
    # A quoted parameter cannot hold a double quote at all (RFC 5545 §3.2).
    person.params["CN"] = vText(_line(name).replace('"', "'") or email)
    return person


def _guest(appointment: Appointment) -> vCalAddress:
    guest = _person(appointment.guest_name, appointment.guest_email)
    guest.params["ROLE"] = vText("REQ-PARTICIPANT")
    # The guest asked for this time herself: nothing to answer.
    guest.params["PARTSTAT"] = vText("ACCEPTED")
    guest.params["RSVP"] = vText("FALSE")
    return guest


def _is_address(email: str) -> bool:
    return email.count("@") == 1 and email.isprintable() and not set(email) & set(' ",;:<>\\')


def _line(text: str, *, longest: int = LONGEST_LINE, separator: str = " ") -> str:
    """One line without control characters, so that nothing a visitor typed can become a property."""
    lines = ("".join(c for c in line if c.isprintable() or c in "\u200d\ufe0f") for line in text.splitlines())
    joined = separator.join(" ".join(line.split()) for line in lines if line.strip())
    return joined if len(joined) <= longest else joined[: longest - 1] + "…"


def _utc(moment: dt.datetime) -> dt.datetime:
    if moment.tzinfo is None:
        raise ValueError("an instant needs its zone")
    return moment.astimezone(dt.UTC).replace(microsecond=0)
