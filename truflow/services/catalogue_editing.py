"""What the practice sells, as it edits it. Bookings keep the price, length and terms they were made with."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import structlog
from sqlalchemy import delete, func
from sqlmodel import Session, col, select

from truflow.db import refuse_on, transaction
from truflow.domain import fields
from truflow.errors import Invalid, NotFound, ServiceInUse
from truflow.models import Booking, Resource, Service, ServiceResource
from truflow.services import rules
from truflow.services.desk_views import ListView, OfferView

log = structlog.get_logger(__name__)

DEAREST = 99_999_999
CHEAPEST_BY_CARD = 50
"""Stripe charges no less than about half a dollar, euro or pound."""

PARSERS: dict[str, Any] = {
    "name": fields.line(120, needed=True),
    "description": fields.text(2000),
    "slug": fields.slug,
    "durationMin": fields.whole(5, 720),
    "priceCents": fields.whole(0, DEAREST),
    "downpaymentCents": fields.whole(0, DEAREST),
    "position": fields.whole(0, 10_000),
}
COLUMNS = {"durationMin": "duration_min", "priceCents": "price_cents", "downpaymentCents": "downpayment_cents"}


def list_offers(*, page: int, limit: int) -> ListView[OfferView]:
    """A page of all services in the owner's order, those that cannot be booked any more last."""
    with transaction() as session:
        total = session.exec(select(func.count()).select_from(Service)).one()
        ordered = select(Service).order_by(
            col(Service.retired_at).is_not(None),
            col(Service.position),
            col(Service.duration_min),
            col(Service.id),
        )
        rows = session.exec(ordered.offset((page - 1) * limit).limit(limit)).all()
        return ListView(_views(session, rows), total)


def add_service(given: Mapping[str, Any], *, actor: str, now: dt.datetime) -> OfferView:
    """Put a service on sale: `given` by its JSON names; without `practitionerIds` everybody gives it.

    Refuses with Invalid, also for a slug that is taken; without one it is made from the name.
    """
    with transaction() as session:
        service = Service(slug="", name="", duration_min=5, price_cents=0)
        service.position = (session.exec(select(func.max(Service.position))).one() or 0) + 1
        wish = {**given, "slug": given.get("slug") or fields.slug_of(given["name"])}
        if not given["name"].strip():
            del wish["slug"]  # one sentence is enough
        _write(session, service, wish, now=now)
        if "practitionerIds" not in wish:
            _link(session, service, _everybody(session))
        log.info("service_added", service_id=service.id, actor=actor)
        return _views(session, [service])[0]


def change_service(service_id: int, given: Mapping[str, Any], *, actor: str, now: dt.datetime) -> OfferView:
    """Change what is `given`, by its JSON names; `active` takes it off sale or puts it back.

    Refuses with NotFound and Invalid.
    """
    with transaction() as session:
        service = _locked(session, service_id)
        _write(session, service, given, now=now)
        log.info("service_changed", service_id=service_id, actor=actor, fields=sorted(given))
        return _views(session, [service])[0]


def delete_service(service_id: int, *, actor: str) -> OfferView:
    """Delete a service that nobody ever booked; refuses with NotFound and ServiceInUse."""
    with transaction() as session:
        service = _locked(session, service_id)
        view = _views(session, [service])[0]
        if session.exec(select(Booking.id).where(Booking.service_id == service_id).limit(1)).first() is not None:
            raise ServiceInUse
        with refuse_on(session, "booking_service_id_fk", ServiceInUse()):  # booked in this very moment
            session.execute(delete(ServiceResource).where(col(ServiceResource.service_id) == service_id))
            session.delete(service)
        log.info("service_deleted", service_id=service_id, actor=actor)
        return view


def _write(session: Session, service: Service, given: Mapping[str, Any], *, now: dt.datetime) -> None:
    """Check all that is given together with what stays, then change it."""
    problems = fields.Problems()
    values = {name: problems.check(name, parse, given[name]) for name, parse in PARSERS.items() if name in given}
    price = values.get("priceCents", service.price_cents)
    _check_deposit(price, values.get("downpaymentCents", service.downpayment_cents), problems)
    people = given.get("practitionerIds")
    if set(people or ()) - set(_everybody(session)):
        problems.add("practitionerIds", "We do not know all of these practitioners.")
    problems.refuse()
    for name, value in values.items():
        setattr(service, COLUMNS.get(name, name), value)
    if "active" in given:
        service.retired_at = None if given["active"] else service.retired_at or now
    taken = Invalid({"slug": ["Another service has this address already. Please choose another one."]})
    with refuse_on(session, "service_slug_uq", taken):
        session.add(service)
        session.flush()
    if people is not None:
        _unlink(session, service)
        _link(session, service, sorted(set(people)))


def _check_deposit(price: int, deposit: int, problems: fields.Problems) -> None:
    if {"priceCents", "downpaymentCents"} & problems.fields.keys():
        return
    if deposit > price:
        problems.add("downpaymentCents", "The deposit must not be more than the price.")
    elif 0 < deposit < CHEAPEST_BY_CARD:
        problems.add("downpaymentCents", f"Cards are charged from {CHEAPEST_BY_CARD} cents on; use 0 for no deposit.")


def _locked(session: Session, service_id: int) -> Service:
    """The service, locked so that bookings, which only refer to it, need not wait; refuses with NotFound."""
    wanted = select(Service).where(Service.id == service_id).with_for_update(key_share=True)
    service = session.exec(wanted).first() if 0 < service_id < 2**31 else None
    if service is None:
        raise NotFound("service")
    return service


def _everybody(session: Session) -> list[int]:
    at_work = select(Resource.id).where(Resource.kind == "PRACTITIONER", col(Resource.retired_at).is_(None))
    return [found for found in session.exec(at_work.order_by(col(Resource.id))) if found is not None]


def _unlink(session: Session, service: Service) -> None:
    people = select(Resource.id).where(Resource.kind == "PRACTITIONER")
    hers = delete(ServiceResource).where(col(ServiceResource.service_id) == service.id)
    session.execute(hers.where(col(ServiceResource.resource_id).in_(people)))


def _link(session: Session, service: Service, people: Sequence[int]) -> None:
    for person in people:
        session.add(ServiceResource(service_id=service.id or 0, resource_id=person))
    session.flush()


def _views(session: Session, services: Sequence[Service]) -> list[OfferView]:
    currency = rules.practice(session).currency
    theirs = (
        select(ServiceResource)
        .join(Resource, col(Resource.id) == col(ServiceResource.resource_id))
        .where(col(ServiceResource.service_id).in_([service.id for service in services]))
    )
    links = session.exec(theirs.where(Resource.kind == "PRACTITIONER")).all()
    return [
        OfferView(
            id=service.id or 0,
            slug=service.slug,
            name=service.name,
            description=service.description,
            duration_min=service.duration_min,
            price_cents=service.price_cents,
            downpayment_cents=service.downpayment_cents,
            currency=currency,
            position=service.position,
            active=service.retired_at is None,
            practitioner_ids=sorted(link.resource_id for link in links if link.service_id == service.id),
        )
        for service in services
    ]
