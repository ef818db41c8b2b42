"""What the letters about a booking are told: its rows, in words."""

import datetime as dt
from collections.abc import Callable

from sqlmodel import Session

from truflow.domain import formats
from truflow.domain.tax import included, percent
from truflow.mails.facts import FreeTime, MailFacts
from truflow.models import Booking, EmailMessage, Receipt, Service, SystemSettings
from truflow.services import access, availability, cancelling, reading, receipts, rules
from truflow.services.live_bookings import live_of
from truflow.services.manage_words import directions, quote_words
from truflow.settings import get_settings
from truflow.texts import here, t


def facts_of(
    session: Session, booking: Booking, practice: SystemSettings, row: EmailMessage, *, now: dt.datetime
) -> MailFacts:
    """Everything a letter about this booking may need, as things stand now."""
    service = session.get_one(Service, booking.service_id)
    view = reading.view_of(session, booking)
    money = _money(booking.currency)
    guest = view.customer
    cents = {name: int(row.facts.get(f"{name}_cents", 0)) for name in ("refund", "by_hand", "received")}
    free: tuple[FreeTime, ...] = ()
    if row.template == "apology":
        free = _nearest(session, booking, service, now=now)
    if row.template == "links":
        free = _links(session, row.recipient, now=now)
    origin = get_settings().origin
    return MailFacts(
        practice_name=practice.name,
        practice_address=practice.address,
        practice_phone=practice.phone,
        practice_email=practice.email,
        imprint=practice.tax_line,
        guest_name=guest.name if guest else "",
        guest_email=guest.email if guest else "",
        guest_phone=guest.phone if guest else "",
        notes=view.notes or "",
        service=service.name,
        length=formats.duration(int((booking.ends_at - booking.starts_at).total_seconds()) // 60),
        when=formats.format_when(booking.starts_at, booking.ends_at, booking.timezone),
        reference=booking.reference,
        price=money(booking.price_cents),
        paid=money(view.paid_cents),
        due=money(view.balance_cents),
        refunded=money(cents["refund"]),
        by_hand=money(cents["by_hand"]),
        received=money(cents["received"]),
        earlier=_earlier(booking, row),
        receipt=_number(session, booking),
        tax=_tax(session, booking),
        quote=" ".join(quote_words(view, cancelling.quoted(session, booking, now=now), now=now)),
        reason=str(row.facts.get("reason", "")),
        by_practice=bool(row.facts.get("by_practice", False)),
        note=str(row.facts.get("note", "")),
        manage_url=access.manage_url(booking),
        receipt_url=access.receipt_url(booking),
        directions_url=directions(practice.address),
        calendar_url=origin + access.calendar_path(booking),
        book_url=origin + here(f"/book/{service.slug}"),
        admin_url=f"{origin}/admin/bookings/{booking.id}",
        policy=booking.terms,
        free_times=free,
    )


def _money(currency: str) -> Callable[[int], str]:
    return lambda cents: formats.format_money(cents, currency) if cents else ""


def _nearest(session: Session, booking: Booking, service: Service, *, now: dt.datetime) -> tuple[FreeTime, ...]:
    slots = availability.next_free(session, service, booking.starts_at, now=now, most=3)
    base = get_settings().origin + here(f"/book/{service.slug}")
    return tuple(
        FreeTime(
            label=formats.format_when(slot.start_time, slot.end_time, booking.timezone),
            url=f"{base}?date={slot.start_time.astimezone(rules.zone_of(booking)).date()}"
            f"&time={slot.start_time.astimezone(dt.UTC).strftime('%Y-%m-%dT%H:%M:%SZ')}",
        )
        for slot in slots
    )


def _links(session: Session, address: str, *, now: dt.datetime) -> tuple[FreeTime, ...]:
    """Each live booking of this address, with the link that opens it."""
    found = live_of(session, address, now=now)
    return tuple(
        FreeTime(
            label=f"{session.get_one(Service, each.service_id).name}, "
            f"{formats.format_when(each.starts_at, each.ends_at, each.timezone)}",
            url=access.manage_url(each),
        )
        for each in found
    )


def _earlier(booking: Booking, row: EmailMessage) -> str:
    """The time from which it was moved."""
    if "earlier" not in row.facts:
        return ""
    start, end = (dt.datetime.fromisoformat(each) for each in row.facts["earlier"])
    return formats.format_when(start, end, booking.timezone)


def _number(session: Session, booking: Booking) -> str:
    found = session.get(Receipt, booking.id)
    return receipts.number_of(found) if found is not None else ""


def _tax(session: Session, booking: Booking) -> str:
    found = session.get(Receipt, booking.id)
    if found is None or not found.tax_rate_milli:
        return ""
    cents = included(booking.price_cents, found.tax_rate_milli)
    amount = formats.format_money(cents, booking.currency)
    return t("receipt.tax_in_price", amount=amount, rate=percent(found.tax_rate_milli), tax=found.tax_name)
