"""The front page."""

TEXTS: dict[str, str] = {
    "home.title": "Massage nach Vereinbarung",
    "home.description": "Wählen Sie Massage, Tag und Uhrzeit und buchen Sie in einer Minute.",
    "home.headline": "Eine Stunde nur für Sie",
    "home.lead": "Ruhige Räume, warme Hände und genug Zeit. Wählen Sie eine Massage und eine Zeit, die Ihnen passt; es dauert eine Minute.",
    "home.services": "Massagen",
    "home.how": "So buchen Sie",
    "home.how1_title": "Wählen Sie, was Ihnen guttut",
    "home.how1": "Bei jeder Massage steht, wie lange sie dauert und was sie kostet. Später kommt nichts hinzu.",
    "home.how2_title": "Wählen Sie Tag und Uhrzeit",
    "home.how2": "Sie sehen nur Zeiten, die frei sind. Ihre Zeit bleibt für Sie reserviert, während Sie bezahlen.",
    "home.how3_title": "Jetzt anzahlen, den Rest später",
    "home.how3": "Eine kleine Anzahlung sichert Ihren Termin. Den Rest bezahlen Sie vor Ort.",
    "home.visit": "So finden Sie uns",
    "ask.by_mail": "Per E-Mail anfragen",
    "ask.subject": "Terminanfrage: {service}",
    "ask.subject_any": "Terminanfrage",
    "ask.body": "Guten Tag,\n\nich hätte gern einen Termin.\n\nTage und Uhrzeiten, die mir passen:\n\nMein Name:\nMeine Telefonnummer:\n",
}
