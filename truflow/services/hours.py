"""When the practice is open: its week, and dates with hours of their own. Bookings keep the times they have."""

import datetime as dt
from collections.abc import Sequence
from itertools import pairwise

import structlog
from sqlalchemy import delete, func
from sqlmodel import Session, col, select

from truflow.db import lock_name, refuse_on, transaction
from truflow.domain import fields
from truflow.errors import Invalid, NotFound
from truflow.models import BusinessHours, DateOverride
from truflow.services import rules
from truflow.services.desk_views import ListView, OpeningView, OverrideView, SpanView

log = structlog.get_logger(__name__)

WEEK = "business hours"
ORDER = (col(BusinessHours.weekday), col(BusinessHours.opens), col(BusinessHours.id))
YEARS_AHEAD = 5


def week(*, page: int, limit: int) -> ListView[OpeningView]:
    """A page of the week's openings, Monday first."""
    with transaction() as session:
        found = session.exec(select(BusinessHours).order_by(*ORDER)).all()
        shown = found[(page - 1) * limit : page * limit]
        return ListView([OpeningView(row.weekday, row.opens, row.closes) for row in shown], len(found))


def replace_week(openings: Sequence[OpeningView], *, actor: str) -> list[OpeningView]:
    """Put these openings in place of all; refuses with Invalid, each problem at its opening (`items.2.closes`)."""
    problems = fields.Problems()
    by_day: dict[int, list[tuple[int, OpeningView]]] = {}
    for place, opening in enumerate(openings):
        by_day.setdefault(opening.weekday, []).append((place, opening))
    for day in by_day.values():
        _check_day([(f"items.{place}.", SpanView(each.opens, each.closes)) for place, each in day], problems)
    problems.refuse()
    ordered = sorted(openings, key=lambda each: (each.weekday, each.opens))
    with transaction() as session:
        lock_name(session, WEEK)
        session.execute(delete(BusinessHours))
        session.add_all(BusinessHours(weekday=o.weekday, opens=o.opens, closes=o.closes) for o in ordered)
        log.info("business_hours_changed", actor=actor, openings=len(ordered))
    return ordered


def list_overrides(*, page: int, limit: int) -> ListView[OverrideView]:
    """A page of the dates with hours of their own, the earliest first."""
    with transaction() as session:
        total = session.exec(select(func.count()).select_from(DateOverride)).one()
        ordered = select(DateOverride).order_by(col(DateOverride.date))
        rows = session.exec(ordered.offset((page - 1) * limit).limit(limit)).all()
        return ListView([_view(row) for row in rows], total)


def add_override(day: dt.date, spans: Sequence[SpanView], note: str, *, actor: str, now: dt.datetime) -> OverrideView:
    """Give a date hours of its own, none of them to close it; appointments that are booked stay.

    Refuses with Invalid: a date that has gone, is too far off or has hours of its own already.
    """
    problems = fields.Problems()
    note = problems.check("note", fields.line(200), note)
    _check_day([(f"hours.{place}.", span) for place, span in enumerate(spans)], problems)
    ordered = sorted(spans, key=lambda span: span.opens)
    with transaction() as session:
        today = now.astimezone(rules.booking_rules(session).zone).date()
        if not today <= day or day.year > today.year + YEARS_AHEAD:
            problems.add("date", f"Please choose a date from today on, at most {YEARS_AHEAD} years ahead.")
        problems.refuse()
        row = DateOverride(date=day, hours=[{"opens": s.opens, "closes": s.closes} for s in ordered], note=note)
        known = Invalid({"date": ["This date has hours of its own already. Delete those first."]})
        with refuse_on(session, "date_override_date_uq", known):
            session.add(row)
        log.info("date_override_added", override_id=row.id, actor=actor)
        return _view(row)


def delete_override(override_id: int, *, actor: str) -> OverrideView:
    """Let a date have its weekday's hours again; refuses with NotFound."""
    with transaction() as session:
        return _delete(session, session.get(DateOverride, override_id) if 0 < override_id < 2**31 else None, actor)


def delete_override_of(day: dt.date, *, actor: str) -> OverrideView:
    """The same by the date."""
    with transaction() as session:
        return _delete(session, session.exec(select(DateOverride).where(DateOverride.date == day)).first(), actor)


def _delete(session: Session, row: DateOverride | None, actor: str) -> OverrideView:
    deleted = select(DateOverride).where(DateOverride.id == (row.id if row else None)).with_for_update()
    found = session.exec(deleted).first()
    if found is None:
        raise NotFound("date")
    session.delete(found)
    log.info("date_override_deleted", override_id=found.id, actor=actor)
    return _view(found)


def _check_day(spans: Sequence[tuple[str, SpanView]], problems: fields.Problems) -> None:
    """Times that are times, each closing after its opening, none beginning before the one before it has closed."""
    right = []
    for at, span in spans:
        before = len(problems.fields)
        problems.check(f"{at}opens", fields.time_of_day, span.opens)
        problems.check(f"{at}closes", fields.time_of_day, span.closes)
        if len(problems.fields) == before and span.opens >= span.closes:
            problems.add(f"{at}closes", "Please close after you open.")
        if len(problems.fields) == before:
            right.append((span.opens, span.closes, at))
    right.sort()
    for (_, closes, _), (opens, _, at) in pairwise(right):
        if opens < closes:
            problems.add(f"{at}opens", "This begins before the opening before it has closed.")


def _view(row: DateOverride) -> OverrideView:
    spans = [SpanView(each["opens"], each["closes"]) for each in row.hours]
    return OverrideView(id=row.id or 0, date=row.date, closed=not spans, hours=spans, note=row.note)
