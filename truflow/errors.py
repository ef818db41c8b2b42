"""The rule book: one class for each thing TruFlow refuses to do.

A refusal is built from the object it is about, says in plain words what to do next (what a guest can meet, in her
language), and carries a stable `code`. It knows nothing of HTTP: `api/refusals.py` has the one table of statuses.
"""

import datetime as dt
from collections.abc import Mapping, Sequence

from truflow.texts import language, t

DECLINES = frozenset({"insufficient_funds", "expired_card", "incorrect_cvc", "processing_error", "incorrect_number"})
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
        super().__init__(t("refusal.invalid"), fields=fields)


class NotFound(Refusal):
    code = "NOT_FOUND"

    def __init__(self, what: str = "page") -> None:
        key = f"refusal.not_found_{what}"
        super().__init__(t(key) if what in ("page", "booking", "service") else f"We could not find this {what}.")


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
        super().__init__(t("refusal.slot_taken"))
        self.starts_at = starts_at


class SlotNotOffered(Refusal):
    code = "SLOT_NOT_OFFERED"

    def __init__(self, starts_at: dt.datetime) -> None:
        super().__init__(t("refusal.slot_not_offered"))
        self.starts_at = starts_at


class DayFull(Refusal):
    code = "DAY_FULL"

    def __init__(self, day: dt.date) -> None:
        super().__init__(t("refusal.day_full"))
        self.day = day


class RangeTooLong(Refusal):
    code = "RANGE_TOO_LONG"

    def __init__(self, days: int) -> None:
        super().__init__(t("refusal.range", days=days))


class HoldExpired(Refusal):
    code = "HOLD_EXPIRED"

    def __init__(self) -> None:
        super().__init__(t("refusal.hold_expired"))


class AlreadyPaid(Refusal):
    code = "ALREADY_PAID"

    def __init__(self) -> None:
        super().__init__(t("refusal.already_paid"))


class AlreadyCancelled(Refusal):
    code = "ALREADY_CANCELLED"

    def __init__(self) -> None:
        super().__init__(t("refusal.already_cancelled"))


class PolicyRefuses(Refusal):
    code = "POLICY_REFUSES"

    def __init__(self, what: str) -> None:
        super().__init__(t(f"refusal.too_late_{what}"))


class QuoteChanged(Refusal):
    """What cancelling gives back is no longer what the guest was told."""

    code = "STALE_VERSION"

    def __init__(self) -> None:
        super().__init__(t("refusal.quote_changed"))


class CorrectionRefused(Refusal):
    """The mail address was corrected before, or it is too late to do so without us."""

    code = "POLICY_REFUSES"

    def __init__(self) -> None:
        super().__init__(t("refusal.correction"))


class WrongState(Refusal):
    code = "POLICY_REFUSES"

    def __init__(self, status: str) -> None:
        super().__init__(f"This cannot be done with a booking that is {status.lower().replace('_', ' ')}.")


class StaleVersion(Refusal):
    code = "STALE_VERSION"

    def __init__(self) -> None:
        super().__init__(t("refusal.stale"))


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
        # Stripe words it in English, and better than we can; for the others we know the reasons that guests meet.
        known = decline_code if decline_code in DECLINES else "card_declined"
        super().__init__(message if language() == "en" else t(f"decline.{known}"), decline_code=decline_code)


class PaymentsUnavailable(Refusal):
    code = "PAYMENTS_UNAVAILABLE"

    def __init__(self) -> None:
        super().__init__(t("refusal.payments_unavailable"), retry_after=30)


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
        often = t("refusal.too_often") if minutes <= 1 else t("refusal.too_often_minutes", minutes=minutes)
        super().__init__(often, retry_after=retry_after)


class TooManyHolds(Refusal):
    code = "TOO_MANY_HOLDS"

    def __init__(self, retry_after: int) -> None:
        super().__init__(t("refusal.too_many_holds"), retry_after=retry_after)


class Busy(Refusal):
    code = "BUSY"

    def __init__(self) -> None:
        super().__init__(t("refusal.busy"), retry_after=1)


class IllegalTransition(Exception):
    """A bug of ours: code asked a row to go where its transition table does not lead."""

    def __init__(self, row: object, current: str, wanted: str) -> None:
        super().__init__(f"{type(row).__name__}: {current} -> {wanted}")
