"""The front page."""

TEXTS: dict[str, str] = {
    # Home
    "home.title": "Massage by appointment",
    "home.description": "Choose a massage, a day and a time, and book it in a minute.",
    "home.headline": "An hour that is only yours",
    "home.lead": "Quiet rooms, warm hands, and time enough. Choose a massage and a time that suits you; it takes a "
    "minute.",
    "home.services": "Massages",
    "home.how": "How booking works",
    "home.how1_title": "Choose what does you good",
    "home.how1": "Every massage shows how long it takes and what it costs. Nothing is added later.",
    "home.how2_title": "Pick a day and a time",
    "home.how2": "You see only times that are free. The one you pick is held for you while you pay.",
    "home.how3_title": "Pay a deposit, rest later",
    "home.how3": "A small deposit keeps your time. You pay the rest at your visit.",
    "home.visit": "Find us",
    # Without JavaScript
    "ask.by_mail": "Ask for a time by mail",
    "ask.subject": "An appointment: {service}",
    "ask.subject_any": "An appointment",
    "ask.body": "Hello,\n\nI would like an appointment.\n\nDays and times that suit me:\n\nMy name:\nMy phone number:\n",
}
