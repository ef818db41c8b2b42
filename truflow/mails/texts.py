"""Every sentence of our mails, in English; another language is another dict with the same keys."""

ENGLISH: dict[str, str] = {
    # All mails
    "greeting": "Hello {name},",
    "greeting.nameless": "Hello,",
    "label.service": "What",
    "label.when": "When",
    "label.where": "Where",
    "label.reference": "Reference",
    "label.price": "Price",
    "label.paid": "Paid",
    "label.due": "Due at your visit",
    "label.refunded": "Returned to you",
    "label.guest": "Guest",
    "label.email": "Email",
    "label.phone": "Phone",
    "label.notes": "Notes",
    "service.length": "{service}, {length}",
    "button.manage": "See your booking",
    "button.book": "Find another time",
    "button.desk": "Open this booking",
    "button.password": "Choose a password",
    "link.ask": "Ask for a new link",
    "link.calendar": "Add it to your calendar",
    "footer.contact": "Questions? Reply to this email{or_call}.",
    "footer.or_call": " or call {phone}",
    "footer.private": "The links in this email open your booking. Please keep them to yourself.",
    # To the guest: booked
    "confirmation.subject": "Your appointment at {practice}: {when}",
    "confirmation.heading": "Your appointment is booked",
    "confirmation.intro": "Thank you for booking with {practice}. We look forward to seeing you.",
    "confirmation.policy": "What you agreed to",
    # To the practice: a new booking
    "practice_notice.subject": "New booking {reference}: {service}, {when}",
    "practice_notice.heading": "A new booking",
    "practice_notice.intro": "{guest} has booked {service}.",
    # To the guest: paid, but the time was gone
    "apology.subject": "We are sorry: your time at {practice} was taken, and your money is on its way back",
    "apology.heading": "We are sorry, your time was taken",
    "apology.intro": (
        "Your payment reached us after the hold on your time had ended, and somebody else had booked it meanwhile."
    ),
    "apology.money": (
        "We have returned {refunded} to your card in full. Banks usually take 5 to 10 days to show it. "
        "There is nothing you need to do."
    ),
    "apology.free_times": "These times are free and close to the one you wanted:",
    "apology.no_times": "You are welcome to choose another time whenever it suits you.",
    # To the guest: money is on its way back
    "refund_notice.subject": "{refunded} from {practice} is on its way back to you",
    "refund_notice.heading": "Your money is on its way back",
    "refund_notice.intro": "We have returned {refunded} to the card you paid with.",
    "refund_notice.late": "Your payment reached us when this booking was no longer open, so we did not keep it.",
    "refund_notice.cancelled": "This belongs to the appointment that was cancelled.",
    "refund_notice.wait": "Banks usually take 5 to 10 days to show it. There is nothing you need to do.",
    # To the guest who asked for them: links
    "links.subject": "Your bookings at {practice}",
    "links.heading": "Your bookings",
    "links.intro": "You asked for the links to your bookings. Each link opens one of them.",
    "links.none": "You asked for the links to your bookings. No booking lies ahead of you at the moment.",
    "links.not_you": "If you did not ask for this, there is nothing you need to do.",
    # To the guest: cancelled
    "moved.subject": "Your appointment at {practice} has moved: {when}",
    "moved.heading": "Your appointment has a new time",
    "moved.intro": "It was moved; everything you paid goes with it. The calendar file changes the entry you have.",
    "cancellation.subject": "Your appointment at {practice} is cancelled: {when}",
    "cancellation.heading": "Your appointment is cancelled",
    "cancellation.by_guest": "As you asked, we have cancelled your appointment. The time is free again.",
    "cancellation.by_practice": "We are sorry: {practice} had to cancel your appointment.",
    "cancellation.refund": "{refunded} is on its way back to the card you paid with. Banks usually take 5 to 10 days.",
    "cancellation.by_hand": "{by_hand} you paid to us directly, so you get it back from us directly.",
    "cancellation.no_refund": "By the cancellation terms you booked with, the deposit of {paid} is not returned.",
    "cancellation.again": "You are welcome back whenever it suits you.",
    # To an admin: a link to choose a password
    "admin_password.subject": "Choose a new password for {practice}",
    "admin_password.heading": "Choose a new password",
    "admin_password.intro": "Somebody, hopefully you, asked for a new password for the desk of {practice}.",
    "admin_password.once": "The link works once, within 30 minutes. When it is used, you are signed out everywhere.",
    "admin_password.not_you": "If it was not you, there is nothing to do: your password stays as it is.",
    "admin_invitation.subject": "You may sign in at {practice}",
    "admin_invitation.heading": "Welcome to the desk",
    "admin_invitation.intro": "From now on you may sign in to the desk of {practice} with this address.",
    "admin_invitation.once": "The link works once, within 30 minutes.",
    "admin_invitation.later": "If it is too late for this one, ask for a new link whenever it suits you.",
}
