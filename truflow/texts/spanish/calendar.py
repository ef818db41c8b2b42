"""What a guest's own calendar shows."""

TEXTS: dict[str, str] = {
    "calendar.reference": "Referencia: {reference}",
    "calendar.manage": "Su reserva: {url}",
    "calendar.phone": "Teléfono: {phone}",
    "calendar.reminder": "Mañana: {summary}",
    "calendar.summary": "{service} en {practice}",
}
