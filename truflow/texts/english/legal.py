"""Terms and privacy."""

TEXTS: dict[str, str] = {
    # Legal
    "terms.title": "Terms",
    "terms.description": "The terms under which appointments are booked.",
    "terms.cancel": "Cancelling and moving an appointment",
    "terms.booking": "Booking and deposit",
    "terms.booking_text": "Your appointment is agreed when the deposit is paid and this page, or our mail, confirms "
    "it. "
    "Until then the time is only held for you. The deposit counts toward the price; you pay the rest at your visit.",
    "terms.conflict": "If a time is gone",
    "terms.conflict_text": "Should a payment reach us after its hold has ended and the time is taken, you get all of "
    "it back.",
    "terms.imprint": "Who you book with",
    "privacy.title": "Privacy",
    "privacy.description": "What we keep about you, why, and for how long.",
    "privacy.what": "What we keep",
    "privacy.what_text": "Your name, email address, phone number and the notes you write, so that we can keep your "
    "appointment "
    "and reach you about it; what you paid, because the law asks us to.",
    "privacy.card": "Your card",
    "privacy.card_text": "Card details go straight to the payment service Stripe. They never reach us.",
    "privacy.cookies": "Cookies",
    "privacy.cookies_text": "Booking needs none. Nothing here watches what you do, and nobody else is told.",
    "privacy.rights": "Your rights",
    "privacy.rights_text": "Ask us at any time what we keep about you, and to correct or delete it. Write or call us:",
}
