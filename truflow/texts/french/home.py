"""The front page."""

TEXTS: dict[str, str] = {
    "home.title": "Massages sur rendez-vous",
    "home.description": "Choisissez un massage, un jour et une heure, et réservez en une minute.",
    "home.headline": "Une heure rien que pour vous",
    "home.lead": "Des pièces calmes, des mains chaudes et tout le temps qu’il faut. Choisissez un massage et l’heure qui vous convient\u00a0; cela prend une minute.",
    "home.services": "Massages",
    "home.how": "Comment réserver",
    "home.how1_title": "Choisissez ce qui vous fait du bien",
    "home.how1": "Chaque massage indique sa durée et son prix. Rien ne s’ajoute ensuite.",
    "home.how2_title": "Choisissez un jour et une heure",
    "home.how2": "Vous ne voyez que les horaires libres. Celui que vous choisissez vous est réservé pendant que vous payez.",
    "home.how3_title": "Un acompte maintenant, le reste plus tard",
    "home.how3": "Un petit acompte garantit votre horaire. Vous réglez le reste lors de votre visite.",
    "home.visit": "Nous trouver",
    "ask.by_mail": "Demander un horaire par e-mail",
    "ask.subject": "Demande de rendez-vous\u00a0: {service}",
    "ask.subject_any": "Demande de rendez-vous",
    "ask.body": "Bonjour,\n\nJe souhaite prendre rendez-vous.\n\nLes jours et heures qui me conviennent\u00a0:\n\nMon nom\u00a0:\nMon numéro de téléphone\u00a0:\n",
}
