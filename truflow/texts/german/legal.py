"""Terms and privacy."""

TEXTS: dict[str, str] = {
    "terms.title": "Bedingungen",
    "terms.description": "Die Bedingungen, zu denen Termine gebucht werden.",
    "terms.cancel": "Termin absagen oder verlegen",
    "terms.booking": "Buchung und Anzahlung",
    "terms.booking_text": "Ihr Termin ist vereinbart, sobald die Anzahlung bezahlt ist und diese Seite oder unsere E-Mail ihn bestätigt. Bis dahin ist die Zeit nur für Sie reserviert. Die Anzahlung wird auf den Preis angerechnet; den Rest bezahlen Sie vor Ort.",
    "terms.conflict": "Wenn eine Zeit vergeben ist",
    "terms.conflict_text": "Sollte uns eine Zahlung erreichen, nachdem die Reservierung abgelaufen und die Zeit vergeben ist, bekommen Sie alles zurück.",
    "terms.imprint": "Bei wem Sie buchen",
    "privacy.title": "Datenschutz",
    "privacy.description": "Was wir über Sie speichern, warum und wie lange.",
    "privacy.what": "Was wir speichern",
    "privacy.what_text": "Ihren Namen, Ihre E-Mail-Adresse, Ihre Telefonnummer und Ihre Anmerkungen, damit wir Ihren Termin einhalten und Sie dazu erreichen können; was Sie bezahlt haben, weil das Gesetz es verlangt.",
    "privacy.card": "Ihre Karte",
    "privacy.card_text": "Kartendaten gehen direkt an den Zahlungsdienst Stripe. Uns erreichen sie nie.",
    "privacy.cookies": "Cookies",
    "privacy.cookies_text": "Zum Buchen braucht es keine. Hier beobachtet Sie niemand, und niemand sonst erfährt davon.",
    "privacy.rights": "Ihre Rechte",
    "privacy.rights_text": "Fragen Sie uns jederzeit, was wir über Sie gespeichert haben, und lassen Sie es berichtigen oder löschen. Schreiben Sie uns oder rufen Sie an:",
}
