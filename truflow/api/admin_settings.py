"""What the owner decides, and what was written down of money, for programs."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query

from truflow.api.admin_booking_schemas import AuditLineOut, AuditOut
from truflow.api.admin_practice_schemas import SettingsIn, SettingsOut, sent
from truflow.api.admin_session import Admin, actor_of, signed_in_admin
from truflow.api.catalogue import Limit, Page
from truflow.api.describing import page_of, refuses
from truflow.api.schemas import DateIn
from truflow.errors import Invalid, NotSignedIn
from truflow.services import desk_bookings, practice_settings
from truflow.services.desk_views import TierRuleView
from truflow.threads import in_thread

router = APIRouter(
    prefix="/admin", tags=["admin practice"], dependencies=[Depends(signed_in_admin)], responses=refuses(NotSignedIn())
)


@router.get("/settings")
async def get_settings() -> SettingsOut:
    """The settings as they are."""
    return SettingsOut.model_validate(await in_thread("db", practice_settings.read))


@router.put("/settings", responses=refuses(Invalid({"bufferMinutes": ["Please use a whole number from 0 to 240."]})))
async def put_settings(body: SettingsIn, admin: Admin) -> SettingsOut:
    """Change the settings; what is left out stays. Bookings keep the price, rules and terms they were made with."""
    given = sent(body)
    tiers = None
    if given.pop("cancellationTiers", None) is not None:
        tiers = [TierRuleView(each.hours_before, each.refund_percent) for each in body.cancellation_tiers]
    changed = await in_thread("db", practice_settings.change, given, tiers, actor=actor_of(admin))
    return SettingsOut.model_validate(changed)


@router.get("/audit/payments", responses=refuses(Invalid({"to": ["The last day must not lie before the first."]})))
async def payment_audit(
    page: Page = 1,
    limit: Limit = 25,
    booking_id: Annotated[UUID | None, Query(alias="bookingId")] = None,
    first: Annotated[DateIn | None, Query(alias="from", description="First local date.")] = None,
    last: Annotated[DateIn | None, Query(alias="to", description="Last local date.")] = None,
) -> AuditOut:
    """Every move of money, kept seven years; by whom, of which booking, from which status to which."""
    found = await in_thread(
        "db",
        desk_bookings.payment_audit,
        booking_id=booking_id,
        first=first,
        last=last,
        page=page,
        limit=limit,
    )
    items = [AuditLineOut.model_validate(each) for each in found.items]
    return AuditOut(items=items, **page_of(page, limit, found.total))
