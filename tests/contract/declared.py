"""Who may do what: one line a route and one a handler. What stands in no line is refused by the test."""

from dataclasses import dataclass, field
from typing import Any

EVERYBODY, TOKEN, ADMIN, NOBODY = "everybody", "token", "admin", "nobody"
"""Whom a door lets in: all, whoever has the booking's token, a signed-in admin, or none of these five."""

STRANGER, GUEST, OTHER_GUEST, OWNER, REVOKED = "stranger", "guest", "other guest", "admin", "revoked admin"
ROLES = (STRANGER, GUEST, OTHER_GUEST, OWNER, REVOKED)


@dataclass(frozen=True)
class Door:
    """One route: who may, what is sent, what those hear who may, and what the others hear."""

    who: str
    status: int
    json: Any = None
    query: dict[str, str] = field(default_factory=dict)
    shut: int = 0

    def expected(self, role: str) -> int:
        """The status that this role must see."""
        lets_in = {EVERYBODY: ROLES, TOKEN: (GUEST,), ADMIN: (OWNER,), NOBODY: ()}[self.who]
        return self.status if role in lets_in else self.shut or {TOKEN: 404, ADMIN: 401}.get(self.who, 404)


def everybody(status: int = 200, **more: Any) -> Door:
    return Door(EVERYBODY, status, **more)


def token(status: int = 200, **more: Any) -> Door:
    return Door(TOKEN, status, **more)


def admin(status: int = 200, **more: Any) -> Door:
    return Door(ADMIN, status, **more)


DATES = {"startDate": "2027-03-01", "endDate": "2027-03-02"}
PAST = "2001-03-02T15:00:00Z"
GUEST_SENDS = {"name": "Ivy Young", "email": "ivy@example.com", "phone": "+1 212 555 0100"}
WISH = {"serviceId": 3, "startTime": PAST, "customer": GUEST_SENDS}
CHOSEN = {"token": "made-up", "password": "a quiet field of oats"}
SIGN_IN = {"email": "nobody@example.com", "password": "wrong horse battery"}
ADDRESS = {"email": "nobody@example.com"}
PERSON = {"email": "ben@example.com", "name": "Ben Okoro"}

ROUTES: dict[str, Door] = {
    "GET /api/openapi.json": everybody(),
    "GET /api/docs": everybody(),
    "GET /api/docs/start.js": everybody(),
    "MOUNT /api/docs": everybody(),
    "GET /healthz": everybody(),
    "GET /readyz": everybody(503),  # no worker runs beside these tests
    "GET /metrics": Door(NOBODY, 404),  # its token is none of theirs
    "GET /plain/booking/{reference}": token(),
    "GET /plain/booking/{reference}/cancel": token(),
    "POST /plain/booking/{reference}/cancel": token(303, json={"back": "0"}),
    "GET /plain/booking/{reference}/move": token(),
    "POST /plain/booking/{reference}/move": token(422, json={"start": PAST}),
    "GET /plain/booking/{reference}/receipt": token(404),  # nothing is paid
    "GET /plain/find": everybody(),
    "POST /plain/find": everybody(json=ADDRESS),
    "GET /sandbox/mail": everybody(),
    "GET /sandbox/mail/": everybody(),
    "GET /sandbox/mail.json": everybody(),
    "GET /sandbox/mail/{id}.html": Door(NOBODY, 404),
    "GET /sandbox/mail/{id}": Door(NOBODY, 404),
    "GET /sandbox/mail/{id}/{number:int}/{filename}": Door(NOBODY, 404),
    "GET /sandbox/mail/{id}/{filename}": Door(NOBODY, 404),
    "GET /api/services": everybody(),
    "GET /api/services/{service_id}": everybody(),
    "GET /api/availability/{service_id}": everybody(query=DATES),
    "POST /api/bookings": everybody(422, json=WISH),
    "POST /api/bookings/find": everybody(json=ADDRESS),
    "GET /api/bookings/find": everybody(405),
    "GET /api/bookings/{booking_id}": token(),
    "POST /api/bookings/{booking_id}/pay": token(409, json={"confirmationToken": "ctoken_1"}),
    "POST /api/bookings/{booking_id}/confirm": token(),
    "GET /api/bookings/{booking_id}/cancellation": token(),
    "POST /api/bookings/{booking_id}/cancel": token(),
    "POST /api/bookings/{booking_id}/reschedule": token(422, json={"startTime": PAST}),
    "POST /api/bookings/{booking_id}/balance": token(),
    "GET /api/bookings/{booking_id}/calendar.ics": token(),
    "POST /api/webhooks/stripe/{path_token}": Door(NOBODY, 404, json={"id": "evt_1"}),
    "POST /api/admin/auth/login": everybody(401, json=SIGN_IN),
    "POST /api/admin/auth/logout": everybody(),
    "POST /api/admin/auth/password-reset/request": everybody(json=ADDRESS),
    "POST /api/admin/auth/password-reset/confirm": everybody(404, json=CHOSEN),
    "GET /api/admin/admins": admin(),
    "POST /api/admin/admins": admin(201, json=PERSON),
    "DELETE /api/admin/admins/{admin_id}": admin(404),
    "GET /api/admin/sessions": admin(),
    "DELETE /api/admin/sessions": admin(),
    "DELETE /api/admin/sessions/{session_id}": admin(404),
    "GET /api/admin/bookings": admin(),
    "POST /api/admin/bookings": admin(422, json=WISH),
    "GET /api/admin/bookings/{booking_id}": admin(),
    "POST /api/admin/bookings/{booking_id}/mark-paid": admin(json={"method": "CASH", "version": 2}),
    "POST /api/admin/bookings/{booking_id}/cancel": admin(json={"version": 2}),
    "POST /api/admin/bookings/{booking_id}/reschedule": admin(422, json={"startTime": PAST, "version": 1}),
    "POST /api/admin/bookings/{booking_id}/refund": admin(409, json={"amountCents": 1, "version": 1}),
    "POST /api/admin/bookings/{booking_id}/resend-email": admin(409),
    "POST /api/admin/bookings/{booking_id}/complete": admin(409, json={"version": 2}),
    "POST /api/admin/bookings/{booking_id}/no-show": admin(409, json={"version": 2}),
    "GET /api/admin/services": admin(),
    "POST /api/admin/services": admin(201, json={"name": "Feet", "durationMin": 30, "priceCents": 4000}),
    "PATCH /api/admin/services/{service_id}": admin(json={}),
    "DELETE /api/admin/services/{service_id}": admin(409),
    "GET /api/admin/business-hours": admin(),
    "PUT /api/admin/business-hours": admin(json={"items": [{"weekday": 1, "opens": "09:00", "closes": "18:00"}]}),
    "GET /api/admin/date-overrides": admin(),
    "POST /api/admin/date-overrides": admin(422, json={"date": "2001-01-01"}),
    "DELETE /api/admin/date-overrides": admin(404, query={"date": "2001-01-01"}),
    "DELETE /api/admin/date-overrides/{override_id}": admin(404),
    "GET /api/admin/settings": admin(),
    "PUT /api/admin/settings": admin(json={}),
    "GET /api/admin/audit/payments": admin(),
    "GET /api/admin/dashboard/today": admin(),
    "GET /api/admin/alerts": admin(),
    "POST /api/admin/alerts/{alert_id}/resolve": admin(404),
    "POST /api/admin/refunds/{refund_id}/retry": admin(404),
    "POST /api/admin/refunds/{refund_id}/hand-back": admin(404),
    "POST /api/admin/emails/{email_id}/resend": admin(404),
}

HANDLERS: dict[str, str] = {
    "admin____desk.load": ADMIN,
    "admin____desk.refresh": ADMIN,
    "admin____desk.resolve": ADMIN,
    "admin____desk.send_again": ADMIN,
    "admin____desk.try_again": ADMIN,
    "admin____desk.handed_back": ADMIN,
    "admin_booking____detail.load": ADMIN,
    "booking____booking.load": TOKEN,
    "booking____booking.pay": TOKEN,
    "booking____booking.check": TOKEN,
    "catalogue____catalogue.load": EVERYBODY,
    "find____find.ask": EVERYBODY,
    "find____find.begin": EVERYBODY,
    "managing____managing.begin_balance": TOKEN,
    "managing____managing.begin_correction": EVERYBODY,
    "managing____managing.cancel": TOKEN,
    "managing____managing.correct": TOKEN,
    "managing____managing.leave_balance": EVERYBODY,
    "moving____moving.load": TOKEN,
    "moving____moving.move": TOKEN,
    "choose____choose.load": EVERYBODY,
    "choose____choose.set_zone": EVERYBODY,
    "details____details.book": EVERYBODY,
    "details____details.begin": EVERYBODY,
    "notices____notices.tell": EVERYBODY,
    "notices____notices.clear": EVERYBODY,
    "practice____practice.load": EVERYBODY,
    "sign_in____sign_in.load": EVERYBODY,
}
"""Reflex lets everybody call what a token opens; the token is asked for inside, and nothing shows without it."""
