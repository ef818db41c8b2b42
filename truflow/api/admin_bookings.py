"""What an admin does to a booking, for programs; each write takes the `version` it has seen."""

from fastapi import APIRouter

from truflow.api.admin_session import Admin
from truflow.api.schemas import BookingAnswer, BookingOut, MarkPaidIn
from truflow.api.visitor import BookingId
from truflow.clock import utc_now
from truflow.services import balances
from truflow.threads import in_thread

router = APIRouter(prefix="/admin/bookings", tags=["admin bookings"])


@router.post("/{booking_id}/mark-paid")
async def mark_paid(booking_id: BookingId, body: MarkPaidIn, admin: Admin) -> BookingAnswer:
    """Write down money that came at the desk: all that is due, or `amountCents` of it."""
    seen = await in_thread(
        "db",
        balances.mark_paid,
        booking_id,
        method=body.method,
        amount_cents=body.amount_cents,
        version=body.version,
        actor=f"admin:{admin.id}",
        now=utc_now(),
    )
    return BookingAnswer(booking=BookingOut.model_validate(seen))
