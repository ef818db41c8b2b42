"""The rule book: one class for each thing TruFlow refuses to do.

A refusal is built from the object it is about, says in plain words what to do next, and carries a
stable `code`. It knows nothing of HTTP: `api/refusals.py` has the one table of statuses.
"""

import datetime as dt
from collections.abc import Mapping, Sequence

Fields = Mapping[str, Sequence[str]]


class Refusal(Exception):
    """A request that breaks a rule; the visitor did nothing that could harm us."""

    code = "REFUSED"

    def __init__(
        self,
        message: str,
        *,
        fields: Fields | None = None,
        retry_after: int | None = None,
        decline_code: str | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.fields = {name: list(texts) for name, texts in (fields or {}).items()}
        self.retry_after = retry_after
        self.decline_code = decline_code


class Invalid(Refusal):
    """Some fields hold what we cannot use; `fields` has a sentence for each."""

    code = "INVALID"

    def __init__(self, fields: Fields) -> None:
        super().__init__("Please check the marked fields.", fields=fields)


class NotFound(Refusal):
    code = "NOT_FOUND"

    def __init__(self, what: str = "page") -> None:
        super().__init__(f"We could not find this {what}.")


class NotSignedIn(Refusal):
    code = "NOT_SIGNED_IN"

    def __init__(self) -> None:
        super().__init__("Please sign in first.")


class InvalidCredentials(Refusal):
    code = "INVALID_CREDENTIALS"

    def __init__(self) -> None:
        super().__init__("The email address or the password is not right.")


class LinkSpent(Refusal):
    """A link that works once, and has worked, or is too old, or never was one of ours: all the same to who tries it."""

    code = "NOT_FOUND"

    def __init__(self) -> None:
        super().__init__("This link is too old or was used already. Please ask for a new one.")


class LastAdmin(Refusal):
    code = "IN_USE"

    def __init__(self) -> None:
        super().__init__("Somebody must be able to sign in. Add another person first, then remove this one.")


class Forbidden(Refusal):
    code = "FORBIDDEN"

    def __init__(self) -> None:
        super().__init__("You may not do this.")


class SlotTaken(Refusal):
    code = "SLOT_TAKEN"

    def __init__(self, starts_at: dt.datetime) -> None:
        super().__init__("Somebody else has just taken this time. Please choose another one.")
        self.starts_at = starts_at


class SlotNotOffered(Refusal):
    code = "SLOT_NOT_OFFERED"

    def __init__(self, starts_at: dt.datetime) -> None:
        super().__init__("This time cannot be booked. Please choose one from the calendar.")
        self.starts_at = starts_at


class DayFull(Refusal):
    code = "DAY_FULL"

    def __init__(self, day: dt.date) -> None:
        super().__init__("This day is fully booked. Please choose another day.")
        self.day = day


class RangeTooLong(Refusal):
    code = "RANGE_TOO_LONG"

    def __init__(self, days: int) -> None:
        super().__init__(f"Please ask for at most {days} days at a time.")


class HoldExpired(Refusal):
    code = "HOLD_EXPIRED"

    def __init__(self) -> None:
        super().__init__("The time was held for you, but the hold has ended. Nothing was charged. Please book again.")


class AlreadyPaid(Refusal):
    code = "ALREADY_PAID"

    def __init__(self) -> None:
        super().__init__("This booking is already paid. Nothing more is due now.")


class AlreadyCancelled(Refusal):
    code = "ALREADY_CANCELLED"

    def __init__(self) -> None:
        super().__init__("This booking is already cancelled.")


class PolicyRefuses(Refusal):
    code = "POLICY_REFUSES"

    def __init__(self, what: str) -> None:
        super().__init__(f"It is too late to {what} this booking online. Please call us.")


class WrongState(Refusal):
    code = "POLICY_REFUSES"

    def __init__(self, status: str) -> None:
        super().__init__(f"This cannot be done with a booking that is {status.lower().replace('_', ' ')}.")


class StaleVersion(Refusal):
    code = "STALE_VERSION"

    def __init__(self) -> None:
        super().__init__("Somebody has changed this booking meanwhile. Load it again, then decide.")


class NoAddress(Refusal):
    code = "INVALID"

    def __init__(self) -> None:
        super().__init__("No email address is kept for this mail any more.")


class MailOnItsWay(Refusal):
    code = "IN_USE"

    def __init__(self) -> None:
        super().__init__("This mail is on its way already. Please wait until it has arrived or failed.")


class MailOutdated(Refusal):
    code = "POLICY_REFUSES"

    def __init__(self, status: str) -> None:
        super().__init__(f"This booking is {status.lower()}, so the mail is no longer true. It was not sent again.")


class KeyReused(Refusal):
    code = "KEY_REUSED"

    def __init__(self) -> None:
        super().__init__("This Idempotency-Key was used for another request.")


class PaymentDeclined(Refusal):
    code = "PAYMENT_DECLINED"

    def __init__(self, message: str, decline_code: str) -> None:
        super().__init__(message, decline_code=decline_code)


class PaymentsUnavailable(Refusal):
    code = "PAYMENTS_UNAVAILABLE"

    def __init__(self) -> None:
        super().__init__(
            "Card payments cannot be reached at the moment. Your time stays held; please try again in a minute.",
            retry_after=30,
        )


class NotRetryable(Refusal):
    """A refund that must not be asked for again; `why` says in a sentence what became of the money."""

    code = "IN_USE"

    def __init__(self, why: str) -> None:
        super().__init__(why)


class ServiceInUse(Refusal):
    code = "IN_USE"

    def __init__(self) -> None:
        super().__init__("This service has bookings, so it cannot be deleted. Take it off sale instead.")


class RateLimited(Refusal):
    code = "RATE_LIMITED"

    def __init__(self, retry_after: int) -> None:
        minutes = -(-retry_after // 60)
        wait = "in a minute" if minutes <= 1 else f"in {minutes} minutes"
        super().__init__(f"That was too often. Please try again {wait}.", retry_after=retry_after)


class TooManyHolds(Refusal):
    code = "TOO_MANY_HOLDS"

    def __init__(self, retry_after: int) -> None:
        super().__init__(
            "You already hold other times. Pay for one of them, or wait until its hold ends.", retry_after=retry_after
        )


class Busy(Refusal):
    code = "BUSY"

    def __init__(self) -> None:
        super().__init__("Many people are booking right now. Please try again in a moment.", retry_after=1)


class IllegalTransition(Exception):
    """A bug of ours: code asked a row to go where its transition table does not lead."""

    def __init__(self, row: object, current: str, wanted: str) -> None:
        super().__init__(f"{type(row).__name__}: {current} -> {wanted}")
