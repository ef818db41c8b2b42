"""The front page."""

TEXTS: dict[str, str] = {
    "home.title": "Masajes con cita previa",
    "home.description": "Elija un masaje, un día y una hora, y resérvelo en un minuto.",
    "home.headline": "Una hora solo para usted",
    "home.lead": "Salas tranquilas, manos cálidas y tiempo de sobra. Elija un masaje y la hora que le convenga; se tarda un minuto.",
    "home.services": "Masajes",
    "home.how": "Cómo se reserva",
    "home.how1_title": "Elija lo que le sienta bien",
    "home.how1": "Cada masaje indica cuánto dura y cuánto cuesta. Después no se añade nada.",
    "home.how2_title": "Elija día y hora",
    "home.how2": "Solo verá horas libres. La que elija queda reservada para usted mientras paga.",
    "home.how3_title": "Pague un anticipo; el resto, después",
    "home.how3": "Un pequeño anticipo asegura su hora. El resto lo paga en su visita.",
    "home.visit": "Cómo llegar",
    "ask.by_mail": "Pedir hora por correo",
    "ask.subject": "Solicitud de cita: {service}",
    "ask.subject_any": "Solicitud de cita",
    "ask.body": "Hola:\n\nMe gustaría pedir una cita.\n\nDías y horas que me convienen:\n\nMi nombre:\nMi teléfono:\n",
}
