"""The catalogue as the practice edits it, for programs."""

from typing import Annotated

from fastapi import APIRouter, Depends

from truflow.api.admin_practice_schemas import OfferAnswer, OfferChangeIn, OfferIn, OfferOut, OffersOut, sent
from truflow.api.admin_session import Admin, actor_of, signed_in_admin
from truflow.api.catalogue import Limit, Page
from truflow.api.describing import page_of, refuses
from truflow.api.kinds import InPath
from truflow.api.visitor import number_in_path
from truflow.clock import utc_now
from truflow.errors import Invalid, NotFound, NotSignedIn, ServiceInUse
from truflow.services import catalogue_editing
from truflow.threads import in_thread

router = APIRouter(
    prefix="/admin/services",
    tags=["admin practice"],
    dependencies=[Depends(signed_in_admin)],
    responses=refuses(NotSignedIn()),
)

NONE = NotFound("service")
WRONG = Invalid({"downpaymentCents": ["The deposit must not be more than the price."]})


def service_id(service_id: InPath) -> int:
    """The id in the path; what cannot be one is simply not found."""
    return number_in_path(service_id, "service")


ServiceId = Annotated[int, Depends(service_id)]


@router.get("")
async def list_services(page: Page = 1, limit: Limit = 25) -> OffersOut:
    """All services, those off sale last."""
    found = await in_thread("db", catalogue_editing.list_offers, page=page, limit=limit)
    items = [OfferOut.model_validate(each) for each in found.items]
    return OffersOut(items=items, **page_of(page, limit, found.total))


@router.post("", status_code=201, responses=refuses(WRONG))
async def add_service(body: OfferIn, admin: Admin) -> OfferAnswer:
    """Put a service on sale."""
    made = await in_thread("db", catalogue_editing.add_service, sent(body), actor=actor_of(admin), now=utc_now())
    return OfferAnswer(service=OfferOut.model_validate(made))


@router.patch("/{service_id}", responses=refuses(WRONG, NONE))
async def change_service(service_id: ServiceId, body: OfferChangeIn, admin: Admin) -> OfferAnswer:
    """Change what is sent; bookings keep the price and length they were made with."""
    changed = await in_thread(
        "db", catalogue_editing.change_service, service_id, sent(body), actor=actor_of(admin), now=utc_now()
    )
    return OfferAnswer(service=OfferOut.model_validate(changed))


@router.delete("/{service_id}", responses=refuses(NONE, ServiceInUse()))
async def delete_service(service_id: ServiceId, admin: Admin) -> OfferAnswer:
    """Delete a service that nobody ever booked; one that was booked can be taken off sale with `active`."""
    gone = await in_thread("db", catalogue_editing.delete_service, service_id, actor=actor_of(admin))
    return OfferAnswer(service=OfferOut.model_validate(gone))
