"""Test cards: what a number, or one of Stripe's ready-made payment methods, will do."""

import datetime as dt
from dataclasses import dataclass

from stripe_sandbox.clock import Clock
from stripe_sandbox.errors import Declined

# A behaviour is a word that is stored instead of the number:
#   approve | decline:CODE[:DECLINE_CODE] | ask[:then behaviour] | processing | refund_fails | refund_pending | dispute
APPROVE = "approve"


@dataclass(frozen=True)
class Card:
    """All that is kept of a card."""

    brand: str
    last4: str
    behaviour: str
    exp_month: int = 12
    exp_year: int = 2034
    cvc: bool = True


_BEHAVIOURS = {
    "4242424242424242": APPROVE,
    "4000056655665556": APPROVE,
    "4000002760000016": APPROVE,
    "5555555555554444": APPROVE,
    "2223003122003222": APPROVE,
    "378282246310005": APPROVE,
    "6011111111111117": APPROVE,
    "4000000000000002": "decline:card_declined:generic_decline",
    "4000000000009995": "decline:card_declined:insufficient_funds",
    "4000000000009987": "decline:card_declined:lost_card",
    "4000000000009979": "decline:card_declined:stolen_card",
    "4000000000000069": "decline:expired_card:expired_card",
    "4000000000000127": "decline:incorrect_cvc:incorrect_cvc",
    "4000000000000119": "decline:processing_error:processing_error",
    "4000000000006975": "decline:card_declined:card_velocity_exceeded",
    "4000000000000101": "decline:incorrect_cvc:incorrect_cvc",
    "4100000000000019": "decline:card_declined:fraudulent",
    "4000002500003155": "ask:approve",
    "4000002760003184": "ask:approve",
    "4000000000003220": "ask:approve",
    "4000008260003178": "ask:decline:card_declined:insufficient_funds",
    "4000008400001629": "ask:decline:card_declined:generic_decline",
    "4000000000000259": "dispute",
    "4000000000005126": "refund_fails",
    "4000000000007726": "refund_pending",
}

READY_MADE = {
    "pm_card_visa": "4242424242424242",
    "pm_card_visa_debit": "4000056655665556",
    "pm_card_mastercard": "5555555555554444",
    "pm_card_amex": "378282246310005",
    "pm_card_discover": "6011111111111117",
    "pm_card_chargeDeclined": "4000000000000002",
    "pm_card_visa_chargeDeclined": "4000000000000002",
    "pm_card_chargeDeclinedInsufficientFunds": "4000000000009995",
    "pm_card_visa_chargeDeclinedInsufficientFunds": "4000000000009995",
    "pm_card_chargeDeclinedExpiredCard": "4000000000000069",
    "pm_card_visa_chargeDeclinedExpiredCard": "4000000000000069",
    "pm_card_chargeDeclinedIncorrectCvc": "4000000000000127",
    "pm_card_visa_chargeDeclinedIncorrectCvc": "4000000000000127",
    "pm_card_chargeDeclinedProcessingError": "4000000000000119",
    "pm_card_visa_chargeDeclinedProcessingError": "4000000000000119",
    "pm_card_visa_chargeDeclinedLostCard": "4000000000009987",
    "pm_card_visa_chargeDeclinedStolenCard": "4000000000009979",
    "pm_card_visa_chargeDeclinedFraudulent": "4100000000000019",
    "pm_card_authenticationRequired": "4000002760003184",
    "pm_card_threeDSecure2Required": "4000000000003220",
    "pm_card_threeDSecureRequired": "4000002500003155",
    "pm_card_threeDSecureRequiredChargeDeclined": "4000008400001629",
    "pm_card_authenticationRequiredChargeDeclinedInsufficientFunds": "4000008260003178",
    "pm_card_createDispute": "4000000000000259",
    "pm_card_refundFail": "4000000000005126",
    "pm_card_pendingRefund": "4000000000007726",
}
# Not Stripe's: a payment that stays `processing` until `_control` settles it.
_PROCESSING = {"pm_sandbox_processing": "processing"}

_MESSAGES = {
    "insufficient_funds": "Your card has insufficient funds.",
    "expired_card": "Your card has expired.",
    "incorrect_cvc": "Your card's security code is incorrect.",
    "processing_error": "An error occurred while processing your card. Try again in a little bit.",
    "card_velocity_exceeded": "Your card was declined for making repeated attempts too frequently or exceeding its "
    "amount limit.",
    "test_mode_live_card": "Your card was declined. Your request was in test mode, but used a non test card. For a "
    "list of valid test cards, visit: https://stripe.com/docs/testing.",
}


def ready_made(name: str) -> Card | None:
    """The card behind `pm_card_visa` and its kind."""
    if name in _PROCESSING:
        return Card("visa", "4242", _PROCESSING[name])
    number = READY_MADE.get(name)
    return _card(number, 12, 2034, _BEHAVIOURS[number]) if number else None


def typed_in(number: str, exp_month: str, exp_year: str, cvc: str, clock: Clock) -> Card:
    """The card a guest typed, checked as the card form checks it."""
    digits = number.replace(" ", "").replace("-", "")
    if not (12 <= len(digits) <= 19 and digits.isascii() and digits.isdigit() and _luhn(digits)):
        raise _wrong("incorrect_number", "Your card number is invalid.", "number")
    month, year = _expiry(exp_month, exp_year, clock)
    wanted = 4 if _brand(digits) == "amex" else 3
    if not (cvc.isascii() and cvc.isdigit() and len(cvc) in {3, wanted}):
        raise _wrong("invalid_cvc", "Your card's security code is invalid.", "cvc")
    return _card(digits, month, year, _BEHAVIOURS.get(digits, "decline:card_declined:test_mode_live_card"))


def message_for(code: str) -> str:
    """What Stripe tells the guest about a refusal."""
    return _MESSAGES.get(code, "Your card was declined.")


def _card(number: str, month: int, year: int, behaviour: str) -> Card:
    return Card(_brand(number), number[-4:], behaviour, month, year)


def _expiry(exp_month: str, exp_year: str, clock: Clock) -> tuple[int, int]:
    today = dt.datetime.fromtimestamp(clock.now(), dt.UTC)
    if not (exp_month.isascii() and exp_month.isdigit() and 1 <= int(exp_month) <= 12):
        raise _wrong("invalid_expiry_month", "Your card's expiration month is invalid.", "exp_month")
    if not (exp_year.isascii() and exp_year.isdigit() and len(exp_year) in {2, 4}):
        raise _wrong("invalid_expiry_year", "Your card's expiration year is invalid.", "exp_year")
    month, year = int(exp_month), int(exp_year) + (2000 if len(exp_year) == 2 else 0)
    if (year, month) < (today.year, today.month) or year > today.year + 50:
        raise _wrong("invalid_expiry_year", "Your card's expiration year is invalid.", "exp_year")
    return month, year


def _wrong(code: str, message: str, param: str) -> Declined:
    return Declined(message, code=code, param=param)


def _luhn(digits: str) -> bool:
    doubled = [int(d) if i % 2 == 0 else sum(divmod(int(d) * 2, 10)) for i, d in enumerate(reversed(digits))]
    return sum(doubled) % 10 == 0


def _brand(digits: str) -> str:
    if digits[:1] == "4":
        return "visa"
    if digits[:2] in {"34", "37"}:
        return "amex"
    if digits[:2] in {"51", "52", "53", "54", "55"} or 2221 <= int(digits[:4] or 0) <= 2720:
        return "mastercard"
    return "discover" if digits[:4] == "6011" or digits[:2] == "65" else "unknown"
