"""Services and what is free, for programs."""

import datetime as dt
from typing import Annotated

from fastapi import APIRouter, Query

from truflow.api.describing import refuses
from truflow.api.kinds import InPath
from truflow.api.schemas import DateIn, DaySlotsOut, RangeOut, ServiceOut, ServicesOut
from truflow.clock import utc_now
from truflow.errors import Invalid, NotFound, RangeTooLong
from truflow.services import availability, catalogue
from truflow.threads import in_thread

router = APIRouter(tags=["catalogue"])

Page = Annotated[int, Query(ge=1, le=100_000)]
Limit = Annotated[int, Query(ge=1, le=100)]


@router.get("/services")
async def list_services(page: Page = 1, limit: Limit = 25) -> ServicesOut:
    """What can be booked."""
    found = await in_thread("db", catalogue.list_services)
    shown = found[(page - 1) * limit : page * limit]
    return ServicesOut(
        items=[ServiceOut.model_validate(each) for each in shown],
        page=page,
        limit=limit,
        total=len(found),
        total_pages=-(-len(found) // limit),
    )


@router.get("/services/{service_id}", responses=refuses(NotFound("service")))
async def get_service(service_id: InPath) -> ServiceOut:
    """One service."""
    return ServiceOut.model_validate(await in_thread("db", catalogue.get_service, _number(service_id)))


@router.get(
    "/availability/{service_id}",
    response_model=RangeOut | DaySlotsOut,
    responses=refuses(NotFound("service"), RangeTooLong(62)),
)
async def get_availability(
    service_id: InPath,
    date: DateIn | None = None,
    start_date: Annotated[DateIn | None, Query(alias="startDate")] = None,
    end_date: Annotated[DateIn | None, Query(alias="endDate")] = None,
) -> RangeOut | DaySlotsOut:
    """The free times of one `date`, or the count of free times of each date from `startDate` to `endDate`."""
    now = utc_now()
    if date is not None and start_date is None and end_date is None:
        day = await in_thread("db", availability.free_slots, _number(service_id), date, now=now)
        return DaySlotsOut.model_validate(day)
    first, last = _range(date, start_date, end_date)
    days = await in_thread("db", availability.free_days, _number(service_id), first, last, now=now)
    return RangeOut.model_validate(days)


def _range(date: dt.date | None, first: dt.date | None, last: dt.date | None) -> tuple[dt.date, dt.date]:
    if date is not None:
        raise Invalid({"date": ["Send either date, or startDate and endDate."]})
    missing = {
        name: ["This field is needed."] for name, day in (("startDate", first), ("endDate", last)) if day is None
    }
    if first is None or last is None:
        raise Invalid(missing if len(missing) == 1 else {"date": ["Send either date, or startDate and endDate."]})
    return first, last


def _number(text: str) -> int:
    """A service's id; what cannot be one is simply not found."""
    if text.isascii() and text.isdigit() and len(text) <= 10:
        return int(text)
    raise NotFound("service")
