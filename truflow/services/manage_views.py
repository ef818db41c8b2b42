"""What a guest sees of her booking, its times and its receipt; frozen, without a session behind it."""

import datetime as dt
from dataclasses import dataclass, field

from truflow.services.views import BookingView, CancellationView, PracticeView


@dataclass(frozen=True)
class ManagedView:
    """A booking with all that its guest may do with it now.

    `can_correct` says that the mail address may still be put right, `has_receipt` that money came for it, and
    `returning_cents` what is on its way back.
    """

    booking: BookingView
    practice: PracticeView
    cancellation: CancellationView
    can_correct: bool
    has_receipt: bool
    can_pay: bool
    returning_cents: int = 0
    language: str = "en"


@dataclass(frozen=True)
class MoneyLine:
    """One sum that moved; `kind` is a payment's method, BACK or ON_ITS_WAY_BACK."""

    at: dt.datetime
    kind: str
    cents: int


@dataclass(frozen=True)
class ReceiptView:
    """What was paid for one booking; `tax_cents` is inside of the price."""

    number: str
    issued_at: dt.datetime
    booking: BookingView
    guest: str
    practice_name: str
    practice_address: str
    practice_phone: str
    practice_email: str
    tax_line: str
    tax_name: str
    tax_rate_milli: int
    tax_cents: int
    lines: list[MoneyLine] = field(default_factory=list)


@dataclass(frozen=True)
class CorrectedView:
    """Where the booking is found from now on: the old token opens nothing once the address has changed."""

    reference: str
    token: str
    changed: bool
