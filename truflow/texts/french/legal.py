"""Terms and privacy."""

TEXTS: dict[str, str] = {
    "terms.title": "Conditions",
    "terms.description": "Les conditions auxquelles les rendez-vous sont réservés.",
    "terms.cancel": "Annuler ou déplacer un rendez-vous",
    "terms.booking": "Réservation et acompte",
    "terms.booking_text": "Votre rendez-vous est convenu lorsque l’acompte est payé et que cette page, ou notre e-mail, le confirme. Jusque-là, l’horaire vous est seulement réservé. L’acompte est déduit du prix\u00a0; vous réglez le reste lors de votre visite.",
    "terms.conflict": "Si un horaire n’est plus libre",
    "terms.conflict_text": "Si un paiement nous parvient après la fin de la réservation provisoire et que l’horaire est pris, nous vous remboursons intégralement.",
    "terms.imprint": "Auprès de qui vous réservez",
    "privacy.title": "Confidentialité",
    "privacy.description": "Ce que nous conservons sur vous, pourquoi et combien de temps.",
    "privacy.what": "Ce que nous conservons",
    "privacy.what_text": "Votre nom, votre adresse e-mail, votre numéro de téléphone et les remarques que vous écrivez, afin d’assurer votre rendez-vous et de pouvoir vous joindre\u00a0; ce que vous avez payé, parce que la loi nous le demande.",
    "privacy.card": "Votre carte",
    "privacy.card_text": "Les données de carte vont directement au service de paiement Stripe. Elles ne nous parviennent jamais.",
    "privacy.cookies": "Cookies",
    "privacy.cookies_text": "Réserver n’en demande aucun. Rien ici n’observe ce que vous faites, et personne d’autre n’en est informé.",
    "privacy.rights": "Vos droits",
    "privacy.rights_text": "Demandez-nous à tout moment ce que nous conservons sur vous, ainsi que sa correction ou sa suppression. Écrivez-nous ou appelez-nous\u00a0:",
}
