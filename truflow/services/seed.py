"""A first practice: the demo's, or an empty one to fill in."""

import datetime as dt

from sqlmodel import Session, select

from truflow.db import transaction
from truflow.models import BusinessHours, DateOverride, Resource, Service, ServiceResource, SystemSettings

# slug, name, minutes, price and deposit in cents, description
MASSAGES = (
    (
        "back-and-neck",
        "Back and neck",
        30,
        5500,
        2000,
        "For a stiff neck or a long week at the desk. Short, and to the point.",
    ),
    (
        "classic-massage",
        "Classic massage",
        45,
        7500,
        2500,
        "Back, neck and legs with calm, even strokes. A good first visit.",
    ),
    (
        "deep-tissue",
        "Deep tissue",
        60,
        9500,
        3000,
        "Slow, firm work on what is tight. We talk about pressure before we begin.",
    ),
    ("aroma-massage", "Aroma massage", 90, 13500, 4500, "The whole body with warm oil and a scent that you choose."),
    ("long-rest", "The long rest", 120, 17500, 6000, "Two unhurried hours from head to foot, with tea afterwards."),
)
OPEN, CLOSE, SATURDAY_CLOSE = "09:00", "18:00", "14:00"


def is_set_up() -> bool:
    """Whether there is a practice already."""
    with transaction() as session:
        return session.get(SystemSettings, 1) is not None


def seed_demo(now: dt.datetime) -> None:
    """The demo practice: five massages, hours from Monday to Saturday, one therapist, the coming holidays.

    Does nothing when there is a practice already.
    """
    with transaction() as session:
        if session.get(SystemSettings, 1) is not None:
            return
        session.add(
            SystemSettings(
                name="Stillwater Massage",
                address="48 Linden Street\nBrooklyn, NY 11221",
                phone="+1 718 555 0148",
                email="hello@stillwater.example",
                tax_line="Stillwater Massage LLC",
                tax_name="sales tax",
                tax_rate_milli=4500,
                timezone="America/New_York",
                currency="usd",
            )
        )
        _hours(session)
        for holiday, note in _holidays(now.date()):
            session.add(DateOverride(date=holiday, hours=[], note=note))
        therapist = Resource(name="Maya Lindgren")
        session.add(therapist)
        services = [
            Service(
                slug=slug,
                name=name,
                duration_min=minutes,
                price_cents=price,
                downpayment_cents=deposit,
                description=text,
                position=place,
            )
            for place, (slug, name, minutes, price, deposit, text) in enumerate(MASSAGES, start=1)
        ]
        session.add_all(services)
        session.flush()
        for service in services:
            session.add(ServiceResource(service_id=service.id or 0, resource_id=therapist.id or 0))


def seed_empty(now: dt.datetime) -> None:  # noqa: ARG001
    """A practice without a name, services or hours, and one practitioner; does nothing when there is one already."""
    with transaction() as session:
        if session.get(SystemSettings, 1) is None:
            session.add(SystemSettings(name="Your practice"))
            if session.exec(select(Resource.id)).first() is None:
                session.add(Resource(name="Practitioner"))


def _hours(session: Session) -> None:
    for weekday in range(1, 6):
        session.add(BusinessHours(weekday=weekday, opens=OPEN, closes=CLOSE))
    session.add(BusinessHours(weekday=6, opens=OPEN, closes=SATURDAY_CLOSE))


def _holidays(today: dt.date) -> list[tuple[dt.date, str]]:
    found = []
    for month, day, note in ((1, 1, "New Year's Day"), (7, 4, "Independence Day"), (12, 25, "Christmas Day")):
        this_year = dt.date(today.year, month, day)
        found.append((this_year if this_year >= today else this_year.replace(year=today.year + 1), note))
    return found
