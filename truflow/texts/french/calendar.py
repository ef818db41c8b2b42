"""What a guest's own calendar shows."""

TEXTS: dict[str, str] = {
    "calendar.reference": "Référence\u00a0: {reference}",
    "calendar.manage": "Votre réservation\u00a0: {url}",
    "calendar.phone": "Téléphone\u00a0: {phone}",
    "calendar.reminder": "Demain\u00a0: {summary}",
    "calendar.summary": "{service} chez {practice}",
}
