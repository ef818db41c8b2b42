"""The practice's decisions, read once a use case; steps inside a transaction that is open."""

import datetime as dt
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from truflow.domain.availability import Hours, Rules
from truflow.errors import NotFound
from truflow.models import Booking, BusinessHours, DateOverride, Resource, Service, ServiceResource, SystemSettings


def practice(session: Session) -> SystemSettings:
    """The one row of settings; refuses with NotFound before the practice is set up."""
    row = session.get(SystemSettings, 1)
    if row is None:
        raise NotFound("practice")
    return row


def booking_rules(session: Session) -> Rules:
    """Hours, overrides and limits as the pure availability functions take them."""
    row = practice(session)
    week: dict[int, list[Hours]] = {}
    for opening in session.exec(select(BusinessHours)):
        week.setdefault(opening.weekday, []).append(Hours.parse(opening.opens, opening.closes))
    overrides = {
        override.date: [Hours.parse(each["opens"], each["closes"]) for each in override.hours]
        for override in session.exec(select(DateOverride))
    }
    return Rules(
        zone=ZoneInfo(row.timezone),
        week=week,
        overrides=overrides,
        buffer=dt.timedelta(minutes=row.buffer_minutes),
        step=dt.timedelta(minutes=row.slot_step_minutes),
        notice=dt.timedelta(minutes=row.minimum_notice_minutes),
        horizon_days=row.horizon_days,
        cap=row.max_bookings_per_day,
    )


def service_on_sale(session: Session, service_id: int) -> Service:
    """A service that can be booked; refuses with NotFound when it is unknown or retired."""
    service = session.get(Service, service_id) if 0 < service_id < 2**31 else None
    if service is None or service.retired_at is not None:
        raise NotFound("service")
    return service


def practitioners_for(session: Session, service_id: int) -> list[int]:
    """The ids of those who give this service, ascending."""
    statement = (
        select(Resource.id)
        .join(ServiceResource, col(ServiceResource.resource_id) == col(Resource.id))
        .where(ServiceResource.service_id == service_id, Resource.kind == "PRACTITIONER")
        .where(col(Resource.retired_at).is_(None))
        .order_by(col(Resource.id))
    )
    return [found for found in session.exec(statement) if found is not None]


def zone_of(booking: Booking) -> ZoneInfo:
    """The zone that was in force when the booking was made."""
    return ZoneInfo(booking.timezone)


def asked_for(session: Session, service_id: int, practitioner_id: int | None) -> list[int]:
    """Who may be taken: the one that was asked for, else all who give the service. Refuses with NotFound."""
    people = practitioners_for(session, service_id)
    if practitioner_id is None:
        return people
    if practitioner_id not in people:
        raise NotFound("practitioner")
    return [practitioner_id]
