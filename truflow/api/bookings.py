"""Bookings, for programs: the same use cases that the pages call."""

import datetime as dt
from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Query, Response

from truflow.api.describing import ANYBODY, refuses
from truflow.api.schemas import (
    BalanceAnswer,
    BookedAnswer,
    BookingAnswer,
    BookingIn,
    BookingOut,
    CancellationOut,
    CancelledAnswer,
    FindIn,
    NextAction,
    NothingIn,
    PaidAnswer,
    PayIn,
    Received,
    RescheduleIn,
)
from truflow.api.visitor import BookingId, Client, Key, Token
from truflow.clock import utc_now
from truflow.errors import (
    AlreadyCancelled,
    AlreadyPaid,
    Busy,
    DayFull,
    HoldExpired,
    Invalid,
    KeyReused,
    NotFound,
    PaymentDeclined,
    PaymentsUnavailable,
    PolicyRefuses,
    RateLimited,
    SlotNotOffered,
    SlotTaken,
    TooManyHolds,
)
from truflow.services import balances, bookings, calendar, cancelling, finding, payments, rescheduling
from truflow.services.bookings import BookingWish
from truflow.settings import get_settings
from truflow.threads import in_thread

router = APIRouter(prefix="/bookings", tags=["bookings"])

THEN = dt.datetime(2027, 3, 2, 15, tzinfo=dt.UTC)
NONE, OFTEN, AWAY = NotFound("booking"), RateLimited(900), PaymentsUnavailable()

CALENDAR: dict[str, Any] = {
    "content": {"text/calendar": {"schema": {"type": "string"}, "example": "BEGIN:VCALENDAR\r\n…"}}
}


def wish_of(body: BookingIn) -> BookingWish:
    """What is asked for, as the services take it."""
    return BookingWish(
        service_id=body.service_id,
        start_time=body.start_time,
        practitioner_id=body.practitioner_id,
        name=body.customer.name,
        email=body.customer.email,
        phone=body.customer.phone,
        notes=body.notes,
    )


@router.post(
    "",
    status_code=201,
    responses=refuses(
        Invalid({"customer.email": ["Please enter your email address."]}),
        SlotNotOffered(THEN),
        KeyReused(),
        NotFound("service"),
        SlotTaken(THEN),
        DayFull(THEN.date()),
        OFTEN,
        TooManyHolds(600),
        AWAY,
        Busy(),
    ),
)
async def create_booking(body: BookingIn, key: Key, client: Client) -> BookedAnswer:
    """Hold a time; the same `Idempotency-Key` and body give the same booking."""
    booked = await in_thread("stripe", bookings.book, wish_of(body), key=key, client=client, now=utc_now())
    return BookedAnswer.model_validate(booked)


@router.post("/find", responses=refuses(Invalid({"email": ["Please enter your email address."]}), OFTEN))
async def find_bookings(body: FindIn, client: Client) -> Received:
    """Mail the links of the address's live bookings to it; the same answer whether there are any or not."""
    await in_thread("db", finding.ask, body.email, client=client, now=utc_now())
    return Received(received=True)


@router.get("/find", include_in_schema=False)
async def find_by_get() -> None:
    """No booking has this id: the address takes POST only."""
    raise HTTPException(405, headers={"Allow": "POST"})


@router.get("/{booking_id}", responses=refuses(NONE, OFTEN))
async def get_booking(booking_id: BookingId, token: Token, client: Client) -> BookingAnswer:
    """One booking, for the holder of its manage token."""
    found = await in_thread("db", bookings.get_booking, booking_id, token, client=client)
    return BookingAnswer(booking=BookingOut.model_validate(found))


@router.post(
    "/{booking_id}/pay",
    responses=refuses(
        PaymentDeclined("The card was declined. Please try another one.", "generic_decline"),
        NONE,
        HoldExpired(),
        AlreadyPaid(),
        AlreadyCancelled(),
        OFTEN,
        AWAY,
        Busy(),
    ),
)
async def pay(booking_id: BookingId, body: PayIn, token: Token, client: Client) -> PaidAnswer:
    """Charge the card behind a confirmation token; `nextAction` is set when the bank asks the guest."""
    paid = await in_thread(
        "stripe", payments.pay, booking_id, token, body.confirmation_token, client=client, now=utc_now()
    )
    secret = paid.next_action_secret
    return PaidAnswer(
        booking=BookingOut.model_validate(paid.booking),
        next_action=NextAction(client_secret=secret) if secret is not None else None,
    )


@router.post("/{booking_id}/confirm", responses=refuses(NONE, OFTEN, AWAY, Busy()))
async def confirm(booking_id: BookingId, token: Token, client: Client, body: NothingIn | None = None) -> BookingAnswer:  # noqa: ARG001
    """Ask Stripe how the payment stands and settle it; safe to repeat."""
    settled = await in_thread("stripe", payments.confirm, booking_id, token, client=client, now=utc_now())
    return BookingAnswer(booking=BookingOut.model_validate(settled))


@router.get("/{booking_id}/cancellation", responses=refuses(NONE, OFTEN))
async def cancellation(booking_id: BookingId, token: Token, client: Client) -> CancellationOut:
    """What cancelling would give back, now and later, by the policy that was agreed."""
    found = await in_thread("db", cancelling.cancellation, booking_id, token, client=client, now=utc_now())
    return CancellationOut.model_validate(found)


@router.post("/{booking_id}/cancel", responses=refuses(NONE, AlreadyCancelled(), PolicyRefuses("cancel"), OFTEN))
async def cancel(booking_id: BookingId, token: Token, client: Client, body: NothingIn | None = None) -> CancelledAnswer:  # noqa: ARG001
    """Cancel within the policy."""
    done = await in_thread("db", cancelling.cancel, booking_id, token, client=client, now=utc_now())
    return CancelledAnswer.model_validate(done)


@router.post(
    "/{booking_id}/reschedule",
    responses=refuses(SlotNotOffered(THEN), NONE, SlotTaken(THEN), DayFull(THEN.date()), PolicyRefuses("move"), OFTEN),
)
async def reschedule(booking_id: BookingId, body: RescheduleIn, token: Token, client: Client) -> CancelledAnswer:
    """Move within the policy; what was paid goes with it, so `refundCents` is 0."""
    moved = await in_thread(
        "db",
        rescheduling.reschedule,
        booking_id,
        token,
        start_time=body.start_time,
        practitioner_id=body.practitioner_id,
        client=client,
        now=utc_now(),
    )
    return CancelledAnswer(booking=BookingOut.model_validate(moved), refund_cents=0)


@router.post("/{booking_id}/balance", responses=refuses(NONE, AlreadyPaid(), PolicyRefuses("pay"), OFTEN, AWAY, Busy()))
async def balance(booking_id: BookingId, token: Token, client: Client, body: NothingIn | None = None) -> BalanceAnswer:  # noqa: ARG001
    """Prepare the card payment of the rest; then `pay` with a confirmation token, as for the deposit."""
    made = await in_thread("stripe", balances.prepare_balance, booking_id, token, client=client, now=utc_now())
    return BalanceAnswer(
        booking=BookingOut.model_validate(made.booking),
        client_secret=made.client_secret,
        publishable_key=get_settings().stripe_publishable_key,
    )


@router.get(
    "/{booking_id}/calendar.ics",
    response_class=Response,
    responses={200: CALENDAR, **refuses(NONE, OFTEN)},
    openapi_extra=ANYBODY,
)
async def calendar_file(
    booking_id: BookingId, token: Token, client: Client, t: Annotated[str, Query(max_length=200)] = ""
) -> Response:
    """The calendar file, for the manage token or the calendar token `t`."""
    text = await in_thread("db", calendar.calendar_file, booking_id, token or t, client=client, now=utc_now())
    headers = {"Content-Disposition": 'attachment; filename="appointment.ics"'}
    return Response(text, media_type="text/calendar; charset=utf-8", headers=headers)
