"""Every table, so that the migrations see them all."""

from truflow.models.base import metadata
from truflow.models.booking import Booking, BookingEvent, BookingStatus, Customer, DiaryEntry
from truflow.models.catalogue import BusinessHours, DateOverride, Resource, Service, ServiceResource, SystemSettings
from truflow.models.messages import (
    AdminAlert,
    EmailMessage,
    ForeignObject,
    Heartbeat,
    Outbox,
    StripeEvent,
    Verification,
    Watermark,
)
from truflow.models.payment import (
    DisputeStatus,
    Payment,
    PaymentAuditLog,
    PaymentStatus,
    Refund,
    RefundReason,
    RefundStatus,
)
from truflow.models.people import AdminUser, OneTimeToken, Session, SessionKind, TokenPurpose
from truflow.models.receipt import Receipt

__all__ = [
    "AdminAlert",
    "AdminUser",
    "Booking",
    "BookingEvent",
    "BookingStatus",
    "BusinessHours",
    "Customer",
    "DateOverride",
    "DiaryEntry",
    "DisputeStatus",
    "EmailMessage",
    "ForeignObject",
    "Heartbeat",
    "OneTimeToken",
    "Outbox",
    "Payment",
    "PaymentAuditLog",
    "PaymentStatus",
    "Receipt",
    "Refund",
    "RefundReason",
    "RefundStatus",
    "Resource",
    "Service",
    "ServiceResource",
    "Session",
    "SessionKind",
    "StripeEvent",
    "SystemSettings",
    "TokenPurpose",
    "Verification",
    "Watermark",
    "metadata",
]
