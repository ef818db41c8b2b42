"""When the practice is open, for programs: its week, and dates with hours of their own."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from truflow.api.admin_practice_schemas import (
    OpeningOut,
    OverrideAnswer,
    OverrideIn,
    OverrideOut,
    OverridesOut,
    WeekIn,
    WeekOut,
)
from truflow.api.admin_session import Admin, actor_of, signed_in_admin
from truflow.api.catalogue import Limit, Page
from truflow.api.describing import page_of, refuses
from truflow.api.kinds import InPath
from truflow.api.schemas import DateIn
from truflow.api.visitor import number_in_path
from truflow.clock import utc_now
from truflow.errors import Invalid, NotFound, NotSignedIn
from truflow.services import hours
from truflow.services.desk_views import OpeningView, SpanView
from truflow.threads import in_thread

router = APIRouter(
    prefix="/admin", tags=["admin practice"], dependencies=[Depends(signed_in_admin)], responses=refuses(NotSignedIn())
)

WHOLE_WEEK = 100
"""So many openings fit on the first page, and no week has more."""


@router.get("/business-hours")
async def get_week(page: Page = 1, limit: Limit = WHOLE_WEEK) -> WeekOut:
    """The week's openings."""
    found = await in_thread("db", hours.week, page=page, limit=limit)
    items = [OpeningOut.model_validate(each) for each in found.items]
    return WeekOut(items=items, **page_of(page, limit, found.total))


@router.put("/business-hours", responses=refuses(Invalid({"items.0.closes": ["Please close after you open."]})))
async def put_week(body: WeekIn, admin: Admin) -> WeekOut:
    """Put these openings in place of all; bookings keep their times."""
    wanted = [OpeningView(each.weekday, each.opens, each.closes) for each in body.items]
    put = await in_thread("db", hours.replace_week, wanted, actor=actor_of(admin))
    items = [OpeningOut.model_validate(each) for each in put]
    return WeekOut(items=items, **page_of(1, WHOLE_WEEK, len(items)))


@router.get("/date-overrides")
async def list_overrides(page: Page = 1, limit: Limit = 25) -> OverridesOut:
    """The dates with hours of their own, the earliest first."""
    found = await in_thread("db", hours.list_overrides, page=page, limit=limit)
    items = [OverrideOut.model_validate(each) for each in found.items]
    return OverridesOut(items=items, **page_of(page, limit, found.total))


@router.post(
    "/date-overrides",
    status_code=201,
    responses=refuses(Invalid({"date": ["This date has hours of its own already. Delete those first."]})),
)
async def add_override(body: OverrideIn, admin: Admin) -> OverrideAnswer:
    """Close a date, or give it other hours; appointments that are booked stay."""
    if "closed" in body.model_fields_set and body.closed == bool(body.hours):
        raise Invalid({"hours": ["Please send hours for a date that is open, and none for one that is closed."]})
    spans = [SpanView(each.opens, each.closes) for each in body.hours]
    made = await in_thread("db", hours.add_override, body.date, spans, body.note, actor=actor_of(admin), now=utc_now())
    return OverrideAnswer(date_override=OverrideOut.model_validate(made))


@router.delete("/date-overrides", responses=refuses(NotFound("date")))
async def delete_override_of(date: Annotated[DateIn, Query()], admin: Admin) -> OverrideAnswer:
    """Let this date have its weekday's hours again."""
    gone = await in_thread("db", hours.delete_override_of, date, actor=actor_of(admin))
    return OverrideAnswer(date_override=OverrideOut.model_validate(gone))


@router.delete("/date-overrides/{override_id}", responses=refuses(NotFound("date")))
async def delete_override(override_id: InPath, admin: Admin) -> OverrideAnswer:
    """The same by the id."""
    number = number_in_path(override_id, "date")
    gone = await in_thread("db", hours.delete_override, number, actor=actor_of(admin))
    return OverrideAnswer(date_override=OverrideOut.model_validate(gone))
