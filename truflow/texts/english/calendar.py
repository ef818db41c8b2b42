"""What a guest's own calendar shows."""

TEXTS: dict[str, str] = {
    "calendar.reference": "Reference: {reference}",
    "calendar.manage": "Your booking: {url}",
    "calendar.phone": "Phone: {phone}",
    "calendar.reminder": "Tomorrow: {summary}",
    "calendar.summary": "{service} at {practice}",
}
