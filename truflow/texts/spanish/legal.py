"""Terms and privacy."""

TEXTS: dict[str, str] = {
    "terms.title": "Condiciones",
    "terms.description": "Las condiciones con las que se reservan las citas.",
    "terms.cancel": "Cancelar o cambiar una cita",
    "terms.booking": "Reserva y anticipo",
    "terms.booking_text": "Su cita queda acordada cuando el anticipo está pagado y esta página, o nuestro correo, la confirma. Hasta entonces, la hora solo se le guarda. El anticipo se descuenta del precio; el resto lo paga en su visita.",
    "terms.conflict": "Si una hora ya no está libre",
    "terms.conflict_text": "Si un pago nos llega cuando la reserva provisional ha caducado y la hora ya está ocupada, se lo devolvemos íntegro.",
    "terms.imprint": "Con quién reserva",
    "privacy.title": "Privacidad",
    "privacy.description": "Qué guardamos sobre usted, por qué y durante cuánto tiempo.",
    "privacy.what": "Qué guardamos",
    "privacy.what_text": "Su nombre, su correo electrónico, su teléfono y las notas que escriba, para poder atender su cita y comunicarnos con usted; lo que pagó, porque la ley nos lo exige.",
    "privacy.card": "Su tarjeta",
    "privacy.card_text": "Los datos de la tarjeta van directamente al servicio de pago Stripe. A nosotros nunca nos llegan.",
    "privacy.cookies": "Cookies",
    "privacy.cookies_text": "Para reservar no hace falta ninguna. Aquí nada observa lo que hace y no se informa a nadie más.",
    "privacy.rights": "Sus derechos",
    "privacy.rights_text": "Pregúntenos en cualquier momento qué guardamos sobre usted, y pídanos corregirlo o borrarlo. Escríbanos o llámenos:",
}
