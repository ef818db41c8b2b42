"""What a guest's own calendar shows."""

TEXTS: dict[str, str] = {
    "calendar.reference": "Buchungsnummer: {reference}",
    "calendar.manage": "Ihre Buchung: {url}",
    "calendar.phone": "Telefon: {phone}",
    "calendar.reminder": "Morgen: {summary}",
    "calendar.summary": "{service} bei {practice}",
}
