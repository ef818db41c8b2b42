"""Answers as programs get them: one practice, one guest, one day; where a model has no example, or one with a null."""

from typing import Any

ID, OTHER_ID = "5f0c1c9e-7a0e-4c53-9d0a-0f3c6f1c2b11", "6f1c2d3e-4b5a-4c6d-8e9f-0a1b2c3d4e5f"
SECRET = "pi_1_secret_2"  # noqa: S105
PAGE = {"page": 1, "limit": 25, "total": 1, "totalPages": 1}
AT = "2027-03-01T14:00:00Z"

SERVICE = {
    "id": 3,
    "slug": "deep-tissue",
    "name": "Deep tissue",
    "description": "Slow, firm work on what is tight.",
    "durationMin": 60,
    "priceCents": 9500,
    "downpaymentCents": 3000,
    "currency": "usd",
}
OFFER = {**SERVICE, "position": 3, "active": True, "practitionerIds": [1]}
BOOKING: dict[str, Any] = {
    "id": ID,
    "reference": "7K3M-9QXA",
    "kind": "APPOINTMENT",
    "status": "CONFIRMED",
    "paymentStatus": "DEPOSIT_PAID",
    "serviceId": 3,
    "serviceName": "Deep tissue",
    "practitionerId": 1,
    "startTime": "2027-03-02T15:00:00Z",
    "endTime": "2027-03-02T16:00:00Z",
    "timezone": "America/New_York",
    "holdExpiresAt": None,
    "priceCents": 9500,
    "downpaymentCents": 3000,
    "paidCents": 3000,
    "refundedCents": 0,
    "balanceCents": 6500,
    "currency": "usd",
    "version": 2,
    "createdAt": "2027-03-01T13:00:00Z",
    "customer": {"name": "Alice Young", "email": "alice@example.com", "phone": "+1 212 555 0100"},
    "notes": None,
}
HELD = {
    **BOOKING,
    "status": "PENDING",
    "paymentStatus": "UNPAID",
    "holdExpiresAt": "2027-03-01T13:10:00Z",
    "paidCents": 0,
    "balanceCents": 9500,
    "version": 1,
}
MONEY: dict[str, Any] = {"status": "SUCCEEDED", "amountCents": 3000, "currency": "usd", "createdAt": AT}
PAYMENT = {"id": OTHER_ID, "purpose": "DEPOSIT", "method": "CARD", **MONEY, "stripeId": "pi_1"}
REFUND = {"id": OTHER_ID, "reason": "POLICY", **MONEY}
MAIL: dict[str, Any] = {
    "id": OTHER_ID,
    "template": "confirmation",
    "recipient": "alice@example.com",
    "status": "SENT",
    "attempts": 1,
    "uncertain": 0,
    "createdAt": AT,
    "sentAt": AT,
}
EVENT = {"at": AT, "actor": "guest", "what": "status", "fromStatus": "PENDING", "toStatus": "CONFIRMED", "why": ""}
ALERT: dict[str, Any] = {
    "id": 7,
    "rule": "refund_failed",
    "message": "A refund could not be made. Please look at it.",
    "objectRef": OTHER_ID,
    "bookingId": ID,
    "openedAt": AT,
}
AUDIT_LINE = {
    "id": 12,
    "at": AT,
    "actor": "guest",
    "action": "settled",
    "bookingId": ID,
    "paymentId": OTHER_ID,
    "refundId": None,
    "fromStatus": "PROCESSING",
    "toStatus": "SUCCEEDED",
    "amountCents": 3000,
    "currency": "usd",
    "stripeId": "pi_1",
    "why": "",
}
OVERRIDE = {
    "id": 4,
    "date": "2027-12-24",
    "closed": False,
    "hours": [{"opens": "09:00", "closes": "12:00"}],
    "note": "Half a day",
}
SLOT = {"startTime": "2027-03-02T15:00:00Z", "endTime": "2027-03-02T16:00:00Z", "practitionerId": 1}
WHERE = {"serviceId": 3, "timezone": "America/New_York"}
SIGNED_IN = {
    "id": OTHER_ID,
    "device": "Firefox on Windows",
    "createdAt": AT,
    "lastSeenAt": AT,
    "expiresAt": "2027-03-02T02:00:00Z",
    "current": True,
}

SETTINGS: dict[str, Any] = {
    "name": "Stillwater Massage",
    "address": "48 Linden Street\nBrooklyn, NY 11221",
    "phone": "+1 718 555 0148",
    "email": "hello@stillwater.example",
    "logoUrl": "",
    "taxLine": "Stillwater Massage LLC",
    "taxName": "sales tax",
    "taxRateMilli": 8875,
    "terms": "",
    "timezone": "America/New_York",
    "currency": "usd",
    "bufferMinutes": 15,
    "maxBookingsPerDay": None,
    "slotStepMinutes": 15,
    "minimumNoticeMinutes": 120,
    "horizonDays": 60,
    "holdMinutes": 10,
    "cancellationTiers": [{"hoursBefore": 24, "refundPercent": 100}, {"hoursBefore": 0, "refundPercent": 0}],
}

EXAMPLES: dict[str, dict[str, Any]] = {
    "ServiceOut": SERVICE,
    "ServicesOut": {"items": [SERVICE], **PAGE},
    "RangeOut": {**WHERE, "dates": [{"date": "2027-03-02", "available": True, "slots": 21}]},
    "DaySlotsOut": {**WHERE, "date": "2027-03-02", "slots": [SLOT]},
    "BookingAnswer": {"booking": BOOKING},
    "BookedAnswer": {"booking": HELD, "clientSecret": SECRET, "publishableKey": "pk_live_…", "manageToken": "k3J9…"},
    "CancellationOut": {
        "tiers": [{"until": "2027-03-01T15:00:00Z", "refundCents": 3000}],
        "refundCents": 3000,
        "canCancel": True,
        "canReschedule": True,
    },
    "CancelledAnswer": {"booking": {**BOOKING, "status": "CANCELLED", "version": 3}, "refundCents": 3000},
    "BalanceAnswer": {"booking": BOOKING, "clientSecret": SECRET, "publishableKey": "pk_live_…"},
    "PaidAnswer": {"booking": BOOKING, "nextAction": None},
    "Received": {"received": True},
    "AdminAnswer": {"admin": {"id": 1, "email": "maya@stillwater.example", "name": "Maya Weaver"}},
    "SessionAnswer": {"session": SIGNED_IN},
    "AuditOut": {"items": [AUDIT_LINE], **PAGE},
    "BookingDetailOut": {
        "booking": BOOKING,
        "payments": [PAYMENT],
        "refunds": [],
        "events": [EVENT],
        "mails": [MAIL],
    },
    "MailAnswer": {"email": MAIL},
    "EmailAnswer": {"email": MAIL},
    "RefundAnswer": {"refund": REFUND},
    "BookingsOut": {"items": [BOOKING], **PAGE},
    "DeskAnswer": {"booking": BOOKING},
    "MoneyBackAnswer": {
        "booking": {**BOOKING, "paymentStatus": "REFUND_PENDING", "version": 3},
        "refundCents": 1500,
    },
    "SettingsOut": SETTINGS,
    "OffersOut": {"items": [OFFER], **PAGE},
    "OfferAnswer": {"service": OFFER},
    "OverridesOut": {"items": [OVERRIDE], **PAGE},
    "OverrideAnswer": {"dateOverride": OVERRIDE},
    "AlertsOut": {"items": [ALERT], **PAGE},
    "AlertAnswer": {"alert": ALERT},
    "TodayOut": {
        "date": "2027-03-02",
        "timezone": "America/New_York",
        "bookings": [BOOKING],
        "alerts": [ALERT],
        "failedEmails": [],
        "failedEmailsCount": 0,
        "failedRefunds": [],
        "failedRefundsCount": 0,
        "verification": {"at": AT, "tookMs": 840, "ok": True, "checked": {"bookings": 120}, "findings": []},
    },
}
