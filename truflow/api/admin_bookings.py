"""Bookings at the desk, for programs; each write takes the `version` it has seen."""

import datetime as dt
from typing import Annotated

from fastapi import APIRouter, Depends, Query

from truflow.api.admin_booking_schemas import (
    BookingDetailOut,
    BookingsOut,
    BookingWord,
    CancelIn,
    DeskAnswer,
    DeskBookingIn,
    DeskRescheduleIn,
    EventOut,
    MailAnswer,
    MailOut,
    MoneyBackAnswer,
    PaymentOut,
    RefundIn,
    RefundLineOut,
    ResendIn,
    VisitIn,
)
from truflow.api.admin_session import Admin, actor_of, signed_in_admin
from truflow.api.bookings import wish_of
from truflow.api.catalogue import Limit, Page
from truflow.api.describing import page_of, refuses
from truflow.api.schemas import BookingOut, DateIn, MarkPaidIn
from truflow.api.visitor import BookingId, Key
from truflow.clock import utc_now
from truflow.errors import (
    AlreadyCancelled,
    AlreadyPaid,
    DayFull,
    HoldExpired,
    Invalid,
    KeyReused,
    MailOnItsWay,
    NotFound,
    NotRetryable,
    NotSignedIn,
    SlotNotOffered,
    SlotTaken,
    StaleVersion,
    WrongState,
)
from truflow.services import (
    balances,
    bookings,
    cancelling,
    desk,
    desk_bookings,
    desk_mails,
    desk_refunds,
    rescheduling,
    visits,
)
from truflow.services.desk_bookings import Search
from truflow.services.views import BookingView
from truflow.threads import in_thread

router = APIRouter(
    prefix="/admin/bookings",
    tags=["admin bookings"],
    dependencies=[Depends(signed_in_admin)],
    responses=refuses(NotSignedIn()),
)

THEN = dt.datetime(2027, 3, 2, 15, tzinfo=dt.UTC)
NONE, STALE = NotFound("booking"), StaleVersion()
WRONG = Invalid({"customer.email": ["Please enter the email address."]})
TOO_MUCH = Invalid({"amountCents": ["Please enter at least one cent and at most what is still due."]})


@router.get("", responses=refuses(Invalid({"sort": ["Please sort by one of startTime, createdAt."]})))
async def list_bookings(
    page: Page = 1,
    limit: Limit = 25,
    status: Annotated[list[BookingWord] | None, Query(description="Any of these; may be repeated.")] = None,
    first: Annotated[DateIn | None, Query(alias="from", description="First local date of the start.")] = None,
    last: Annotated[DateIn | None, Query(alias="to", description="Last local date of the start.")] = None,
    q: Annotated[
        str, Query(max_length=100, pattern="^[^\x00]*$", description="In the reference, name, address or phone.")
    ] = "",
    sort: Annotated[
        str,
        Query(
            max_length=40,
            description="startTime, createdAt, reference, status or priceCents; - reverses.",
            json_schema_extra={"pattern": "^-?(startTime|createdAt|reference|status|priceCents)$"},
        ),
    ] = "-startTime",
) -> BookingsOut:
    """Every booking, holds and cancelled ones too."""
    search = Search(statuses=status or (), first=first, last=last, text=q, sort=sort)
    found = await in_thread("db", desk_bookings.list_bookings, search, page=page, limit=limit)
    items = [BookingOut.model_validate(each) for each in found.items]
    return BookingsOut(items=items, **page_of(page, limit, found.total))


@router.post(
    "",
    status_code=201,
    responses=refuses(
        WRONG, SlotNotOffered(THEN), KeyReused(), NotFound("service"), SlotTaken(THEN), DayFull(THEN.date())
    ),
)
async def book_for_guest(body: DeskBookingIn, key: Key, admin: Admin) -> DeskAnswer:
    """Book for a guest: confirmed at once, without a deposit, at short notice too; the price is due at the visit.

    The guest gets her confirmation by mail. `Idempotency-Key` as for guests.
    """
    wish = wish_of(body)
    made = await in_thread("db", bookings.book_at_desk, wish, key=key, actor=actor_of(admin), now=utc_now())
    return _answer(made)


@router.get("/{booking_id}", responses=refuses(NONE))
async def get_booking(booking_id: BookingId) -> BookingDetailOut:
    """One booking with all that happened to it."""
    seen = await in_thread("db", desk.booking_detail, booking_id)
    return BookingDetailOut(
        booking=BookingOut.model_validate(seen.booking),
        payments=[PaymentOut.model_validate(each) for each in seen.payments],
        refunds=[RefundLineOut.model_validate(each) for each in seen.refunds],
        events=[EventOut.model_validate(each) for each in seen.timeline],
        mails=[MailOut.model_validate(each) for each in seen.mails],
    )


@router.post(
    "/{booking_id}/mark-paid",
    responses=refuses(TOO_MUCH, NONE, STALE, AlreadyPaid(), HoldExpired(), WrongState("EXPIRED")),
)
async def mark_paid(booking_id: BookingId, body: MarkPaidIn, admin: Admin) -> DeskAnswer:
    """Write down money that came at the desk: all that is due, or `amountCents` of it."""
    seen = await in_thread(
        "db",
        balances.mark_paid,
        booking_id,
        method=body.method,
        amount_cents=body.amount_cents,
        version=body.version,
        actor=actor_of(admin),
        now=utc_now(),
    )
    return _answer(seen)


@router.post("/{booking_id}/cancel", responses=refuses(NONE, STALE, AlreadyCancelled(), WrongState("COMPLETED")))
async def cancel(booking_id: BookingId, body: CancelIn, admin: Admin) -> MoneyBackAnswer:
    """Cancel whatever the policy says; `refund` says what goes back, `reason` stands in the guest's mail."""
    done = await in_thread(
        "db",
        cancelling.cancel_for_guest,
        booking_id,
        version=body.version,
        back=body.refund,
        why=body.reason,
        notify=body.notify,
        actor=actor_of(admin),
        now=utc_now(),
    )
    return MoneyBackAnswer.model_validate(done)


@router.post(
    "/{booking_id}/reschedule",
    responses=refuses(
        SlotNotOffered(THEN), NONE, SlotTaken(THEN), DayFull(THEN.date()), STALE, WrongState("CANCELLED")
    ),
)
async def reschedule(booking_id: BookingId, body: DeskRescheduleIn, admin: Admin) -> DeskAnswer:
    """Move a confirmed booking, whatever the policy says; what was paid goes with it."""
    moved = await in_thread(
        "db",
        rescheduling.reschedule_for_guest,
        booking_id,
        start_time=body.start_time,
        practitioner_id=body.practitioner_id,
        version=body.version,
        actor=actor_of(admin),
        now=utc_now(),
    )
    return _answer(moved)


@router.post("/{booking_id}/refund", responses=refuses(TOO_MUCH, NONE, STALE, NotRetryable(desk_refunds.DISPUTED)))
async def refund(booking_id: BookingId, body: RefundIn, admin: Admin) -> MoneyBackAnswer:
    """Give back a part of what was paid by card; the booking stays as it is."""
    done = await in_thread(
        "db",
        desk_refunds.refund_part,
        booking_id,
        amount_cents=body.amount_cents,
        why=body.reason,
        version=body.version,
        actor=actor_of(admin),
        now=utc_now(),
    )
    return MoneyBackAnswer.model_validate(done)


@router.post("/{booking_id}/resend-email", responses=refuses(NONE, STALE, MailOnItsWay()))
async def resend_email(booking_id: BookingId, admin: Admin, body: ResendIn | None = None) -> MailAnswer:
    """Send the guest's newest mail of her visit again, to the address that is known now."""
    sent = await in_thread(
        "db",
        desk_mails.resend_newest,
        booking_id,
        version=body.version if body else None,
        actor=actor_of(admin),
        now=utc_now(),
    )
    return MailAnswer(email=MailOut.model_validate(sent))


@router.post("/{booking_id}/complete", responses=refuses(NONE, STALE, WrongState("PENDING")))
async def complete(booking_id: BookingId, body: VisitIn, admin: Admin) -> DeskAnswer:
    """The visit took place; from its beginning on. A task does this by itself 12 hours after the end."""
    seen = await in_thread(
        "db",
        visits.mark_completed,
        booking_id,
        version=body.version,
        why=body.reason,
        actor=actor_of(admin),
        now=utc_now(),
    )
    return _answer(seen)


@router.post("/{booking_id}/no-show", responses=refuses(NONE, STALE, WrongState("PENDING")))
async def no_show(booking_id: BookingId, body: VisitIn, admin: Admin) -> DeskAnswer:
    """Nobody came; from its beginning on."""
    seen = await in_thread(
        "db",
        visits.mark_no_show,
        booking_id,
        version=body.version,
        why=body.reason,
        actor=actor_of(admin),
        now=utc_now(),
    )
    return _answer(seen)


def _answer(booking: BookingView) -> DeskAnswer:
    return DeskAnswer(booking=BookingOut.model_validate(booking))
