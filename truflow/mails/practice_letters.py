"""Letters to the practice: what guests do with their bookings, and how admins get in."""

from truflow.mails.facts import MailFacts
from truflow.mails.parts import Letter, Texts, button, day_and_start, greeting, link, paragraph, present, rows, service
from truflow.mails.texts import ENGLISH


def practice_notice(facts: MailFacts, texts: Texts = ENGLISH) -> Letter:
    """To the practice: somebody booked."""
    return Letter(
        subject=texts["practice_notice.subject"].format(
            reference=facts.reference, service=facts.service, when=day_and_start(facts.when)
        ),
        heading=texts["practice_notice.heading"],
        tone="calm",
        to_guest=False,
        parts=present(
            paragraph(texts["practice_notice.intro"].format(guest=facts.guest_name, service=facts.service)),
            rows(
                texts,
                ("when", facts.when),
                ("service", service(facts, texts)),
                ("guest", facts.guest_name),
                ("email", facts.guest_email),
                ("phone", facts.guest_phone),
                ("notes", facts.notes),
                ("price", facts.price),
                ("paid", facts.paid),
                ("due", facts.due),
                ("reference", facts.reference),
            ),
            button(texts["button.desk"], facts.admin_url),
        ),
    )


def practice_moved(facts: MailFacts, texts: Texts = ENGLISH) -> Letter:
    """To the practice: a guest moved her appointment by herself."""
    return _notice(
        "practice_moved",
        facts,
        texts,
        ("earlier", facts.earlier),
        ("new_time", facts.when),
        ("service", service(facts, texts)),
        ("guest", facts.guest_name),
        ("phone", facts.guest_phone),
        ("reference", facts.reference),
    )


def practice_cancelled(facts: MailFacts, texts: Texts = ENGLISH) -> Letter:
    """To the practice: a guest cancelled by herself, and what goes back to her."""
    return _notice(
        "practice_cancelled",
        facts,
        texts,
        ("when", facts.when),
        ("service", service(facts, texts)),
        ("guest", facts.guest_name),
        ("phone", facts.guest_phone),
        ("paid", facts.paid),
        ("to_card", facts.refunded),
        ("by_hand", facts.by_hand),
        ("reference", facts.reference),
    )


def _notice(name: str, facts: MailFacts, texts: Texts, *known: tuple[str, str]) -> Letter:
    when = day_and_start(facts.when)
    return Letter(
        subject=texts[f"{name}.subject"].format(reference=facts.reference, service=facts.service, when=when),
        heading=texts[f"{name}.heading"],
        tone="calm",
        to_guest=False,
        parts=present(
            paragraph(texts[f"{name}.intro"].format(guest=facts.guest_name or facts.reference)),
            rows(texts, *known),
            button(texts["button.desk"], facts.admin_url),
        ),
    )


def admin_password(facts: MailFacts, texts: Texts = ENGLISH) -> Letter:
    """To an admin who forgot her password: a link that works once."""
    return _link_to_password("admin_password", facts, texts, texts["admin_password.not_you"])


def admin_invitation(facts: MailFacts, texts: Texts = ENGLISH) -> Letter:
    """To somebody who may sign in from now on: a link to choose a password."""
    return _link_to_password("admin_invitation", facts, texts, texts["admin_invitation.later"])


def _link_to_password(name: str, facts: MailFacts, texts: Texts, note: str) -> Letter:
    return Letter(
        subject=texts[f"{name}.subject"].format(practice=facts.practice_name),
        heading=texts[f"{name}.heading"],
        tone="calm",
        to_guest=False,
        parts=present(
            greeting(facts, texts),
            paragraph(texts[f"{name}.intro"].format(practice=facts.practice_name)),
            button(texts["button.password"], facts.password_url),
            paragraph(texts[f"{name}.once"]),
            paragraph(note),
            link(texts["link.ask"], facts.ask_url),
        ),
    )
