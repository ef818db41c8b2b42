"""The letters to guests: which sentences, facts, buttons and links each has, in their order; and the table of all."""

from collections.abc import Callable

from truflow.mails.facts import MailFacts
from truflow.mails.parts import (
    Letter,
    Part,
    Texts,
    aside,
    asked_for,
    button,
    day_and_start,
    greeting,
    link,
    paragraph,
    present,
    rows,
    service,
    where,
)
from truflow.mails.practice_letters import (
    admin_invitation,
    admin_password,
    practice_cancelled,
    practice_moved,
    practice_notice,
)
from truflow.mails.texts import ENGLISH


def confirmation(facts: MailFacts, texts: Texts = ENGLISH) -> Letter:
    """To the guest: the appointment is booked."""
    return Letter(
        subject=texts["confirmation.subject"].format(practice=facts.practice_name, when=day_and_start(facts.when)),
        heading=texts["confirmation.heading"],
        tone="calm",
        parts=present(
            greeting(facts, texts),
            paragraph(texts["confirmation.intro"].format(practice=facts.practice_name)),
            rows(
                texts,
                ("service", service(facts, texts)),
                ("when", facts.when),
                ("where", where(facts)),
                ("reference", facts.reference),
                ("price", facts.price),
                ("paid", facts.paid),
                ("due", facts.due),
            ),
            button(texts["button.manage"], facts.manage_url),
            link(texts["link.calendar"], facts.calendar_url),
            link(texts["link.directions"], facts.directions_url),
            aside(texts["aside.plans"], facts.quote),
            aside(texts["confirmation.policy"], facts.policy),
        ),
    )


def apology(facts: MailFacts, texts: Texts = ENGLISH) -> Letter:
    """To the guest: the money came late, the time was gone, the money goes back."""
    return Letter(
        subject=texts["apology.subject"].format(practice=facts.practice_name),
        heading=texts["apology.heading"],
        tone="care",
        parts=present(
            greeting(facts, texts),
            paragraph(texts["apology.intro"]),
            paragraph(texts["apology.money"].format(refunded=facts.refunded)),
            asked_for(facts, texts),
            paragraph(texts["apology.free_times" if facts.free_times else "apology.no_times"]),
            Part("times", times=facts.free_times) if facts.free_times else None,
            button(texts["button.book"], facts.book_url),
        ),
    )


def refund_notice(facts: MailFacts, texts: Texts = ENGLISH) -> Letter:
    """To the guest: money is on its way back."""
    why = {"LATE": texts["refund_notice.late"], "CANCELLED": texts["refund_notice.cancelled"]}.get(facts.reason, "")
    return Letter(
        subject=texts["refund_notice.subject"].format(refunded=facts.refunded, practice=facts.practice_name),
        heading=texts["refund_notice.heading"],
        tone="calm",
        parts=present(
            greeting(facts, texts),
            paragraph(" ".join(filter(None, (texts["refund_notice.intro"].format(refunded=facts.refunded), why)))),
            paragraph(texts["cancellation.by_hand"].format(by_hand=facts.by_hand)) if facts.by_hand else None,
            paragraph(texts["refund_notice.wait"]),
            asked_for(facts, texts),
            button(texts["button.manage"], facts.manage_url),
        ),
    )


def cancellation(facts: MailFacts, texts: Texts = ENGLISH) -> Letter:
    """To the guest: the appointment is cancelled, and what becomes of the money."""
    who = texts["cancellation.by_practice" if facts.by_practice else "cancellation.by_guest"]
    money = [
        texts["cancellation.refund"].format(refunded=facts.refunded) if facts.refunded else "",
        texts["cancellation.by_hand"].format(by_hand=facts.by_hand) if facts.by_hand else "",
    ]
    if not any(money) and facts.paid:
        money = [texts["cancellation.no_refund"].format(paid=facts.paid)]
    return Letter(
        subject=texts["cancellation.subject"].format(practice=facts.practice_name, when=day_and_start(facts.when)),
        heading=texts["cancellation.heading"],
        tone="care",
        parts=present(
            greeting(facts, texts),
            paragraph(who.format(practice=facts.practice_name)),
            paragraph(facts.note),
            *map(paragraph, money),
            asked_for(facts, texts),
            paragraph(texts["cancellation.again"]),
            button(texts["button.book"], facts.book_url),
            link(texts["button.manage"], facts.manage_url),
        ),
    )


def moved(facts: MailFacts, texts: Texts = ENGLISH) -> Letter:
    """To the guest: the appointment has a new time."""
    return Letter(
        subject=texts["moved.subject"].format(practice=facts.practice_name, when=day_and_start(facts.when)),
        heading=texts["moved.heading"],
        tone="calm",
        parts=present(
            greeting(facts, texts),
            paragraph(texts["moved.intro"]),
            rows(
                texts,
                ("earlier", facts.earlier),
                ("new_time", facts.when),
                ("service", service(facts, texts)),
                ("where", where(facts)),
                ("reference", facts.reference),
                ("due", facts.due),
            ),
            button(texts["button.manage"], facts.manage_url),
            link(texts["link.calendar"], facts.calendar_url),
            link(texts["link.directions"], facts.directions_url),
            aside(texts["aside.plans"], facts.quote),
        ),
    )


def reminder(facts: MailFacts, texts: Texts = ENGLISH) -> Letter:
    """To the guest: her appointment is a day ahead."""
    return Letter(
        subject=texts["reminder.subject"].format(practice=facts.practice_name, when=day_and_start(facts.when)),
        heading=texts["reminder.heading"],
        tone="calm",
        parts=present(
            greeting(facts, texts),
            paragraph(texts["reminder.intro"].format(practice=facts.practice_name)),
            rows(
                texts,
                ("service", service(facts, texts)),
                ("when", facts.when),
                ("where", where(facts)),
                ("reference", facts.reference),
                ("due", facts.due),
            ),
            button(texts["button.manage"], facts.manage_url),
            link(texts["link.directions"], facts.directions_url),
            aside(texts["aside.plans"], facts.quote),
        ),
    )


def receipt(facts: MailFacts, texts: Texts = ENGLISH) -> Letter:
    """To the guest: money came after the deposit."""
    all_paid = texts["receipt.all_paid"] if facts.paid and not facts.due else ""
    return Letter(
        subject=texts["receipt.subject"].format(practice=facts.practice_name, received=facts.received),
        heading=texts["receipt.heading"],
        tone="calm",
        parts=present(
            greeting(facts, texts),
            paragraph(" ".join(filter(None, (texts["receipt.intro"].format(received=facts.received), all_paid)))),
            rows(
                texts,
                ("receipt", facts.receipt),
                ("service", service(facts, texts)),
                ("when", facts.when),
                ("price", facts.price),
                ("tax", facts.tax),
                ("paid", facts.paid),
                ("due", facts.due),
                ("reference", facts.reference),
            ),
            button(texts["button.receipt"], facts.receipt_url),
            link(texts["button.manage"], facts.manage_url),
        ),
    )


def links(facts: MailFacts, texts: Texts = ENGLISH) -> Letter:
    """To the guest who asked for them: the links of her bookings."""
    return Letter(
        subject=texts["links.subject"].format(practice=facts.practice_name),
        heading=texts["links.heading"],
        tone="calm",
        parts=present(
            greeting(facts, texts),
            paragraph(texts["links.intro" if facts.free_times else "links.none"]),
            Part("times", times=facts.free_times) if facts.free_times else None,
            paragraph(texts["links.not_you"]),
        ),
    )


LETTERS: dict[str, Callable[[MailFacts, Texts], Letter]] = {
    "confirmation": confirmation,
    "practice_notice": practice_notice,
    "apology": apology,
    "refund_notice": refund_notice,
    "cancellation": cancellation,
    "moved": moved,
    "admin_password": admin_password,
    "admin_invitation": admin_invitation,
    "links": links,
    "reminder": reminder,
    "receipt": receipt,
    "practice_moved": practice_moved,
    "practice_cancelled": practice_cancelled,
}


def contact(facts: MailFacts, texts: Texts = ENGLISH) -> str:
    """How the reader reaches a person."""
    call = texts["footer.or_call"].format(phone=facts.practice_phone) if facts.practice_phone else ""
    return texts["footer.contact"].format(or_call=call)
