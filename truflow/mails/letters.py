"""The letters: which sentences, facts, buttons and links each mail has, in their order.

A letter is drawn twice, as HTML and as plain text, from the same parts; so neither can say less than the other.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from truflow.mails.facts import FreeTime, MailFacts
from truflow.mails.texts import ENGLISH

Texts = dict[str, str]
LONGEST_GREETING = 60
LOOKS_LIKE_A_LINK = re.compile(r"://|www\.|\w\.\w|@|[/\\<>]", re.IGNORECASE)


@dataclass(frozen=True)
class Part:
    """One piece of a letter; `kind` says which fields it uses."""

    kind: Literal["paragraph", "facts", "button", "link", "times", "aside"]
    text: str = ""
    title: str = ""
    url: str = ""
    rows: tuple[tuple[str, str], ...] = ()
    times: tuple[FreeTime, ...] = ()


@dataclass(frozen=True)
class Letter:
    subject: str
    heading: str
    tone: Literal["calm", "care"]
    parts: tuple[Part, ...]
    to_guest: bool = True


def confirmation(facts: MailFacts, texts: Texts = ENGLISH) -> Letter:
    """To the guest: the appointment is booked."""
    return Letter(
        subject=texts["confirmation.subject"].format(practice=facts.practice_name, when=_day_and_start(facts.when)),
        heading=texts["confirmation.heading"],
        tone="calm",
        parts=_present(
            _greeting(facts, texts),
            _paragraph(texts["confirmation.intro"].format(practice=facts.practice_name)),
            _facts(
                texts,
                ("service", _service(facts, texts)),
                ("when", facts.when),
                ("where", facts.practice_address),
                ("reference", facts.reference),
                ("price", facts.price),
                ("paid", facts.paid),
                ("due", facts.due),
            ),
            _button(texts["button.manage"], facts.manage_url),
            _link(texts["link.calendar"], facts.calendar_url),
            Part("aside", title=texts["confirmation.policy"], text=facts.policy) if facts.policy else None,
        ),
    )


def practice_notice(facts: MailFacts, texts: Texts = ENGLISH) -> Letter:
    """To the practice: somebody booked."""
    return Letter(
        subject=texts["practice_notice.subject"].format(
            reference=facts.reference, service=facts.service, when=_day_and_start(facts.when)
        ),
        heading=texts["practice_notice.heading"],
        tone="calm",
        to_guest=False,
        parts=_present(
            _paragraph(texts["practice_notice.intro"].format(guest=facts.guest_name, service=facts.service)),
            _facts(
                texts,
                ("when", facts.when),
                ("service", _service(facts, texts)),
                ("guest", facts.guest_name),
                ("email", facts.guest_email),
                ("phone", facts.guest_phone),
                ("notes", facts.notes),
                ("price", facts.price),
                ("paid", facts.paid),
                ("due", facts.due),
                ("reference", facts.reference),
            ),
            _button(texts["button.desk"], facts.admin_url),
        ),
    )


def apology(facts: MailFacts, texts: Texts = ENGLISH) -> Letter:
    """To the guest: the money came late, the time was gone, the money goes back."""
    return Letter(
        subject=texts["apology.subject"].format(practice=facts.practice_name),
        heading=texts["apology.heading"],
        tone="care",
        parts=_present(
            _greeting(facts, texts),
            _paragraph(texts["apology.intro"]),
            _paragraph(texts["apology.money"].format(refunded=facts.refunded)),
            _asked_for(facts, texts),
            _paragraph(texts["apology.free_times" if facts.free_times else "apology.no_times"]),
            Part("times", times=facts.free_times) if facts.free_times else None,
            _button(texts["button.book"], facts.book_url),
        ),
    )


def refund_notice(facts: MailFacts, texts: Texts = ENGLISH) -> Letter:
    """To the guest: money is on its way back."""
    why = {"LATE": texts["refund_notice.late"], "CANCELLED": texts["refund_notice.cancelled"]}.get(facts.reason, "")
    return Letter(
        subject=texts["refund_notice.subject"].format(refunded=facts.refunded, practice=facts.practice_name),
        heading=texts["refund_notice.heading"],
        tone="calm",
        parts=_present(
            _greeting(facts, texts),
            _paragraph(" ".join(filter(None, (texts["refund_notice.intro"].format(refunded=facts.refunded), why)))),
            _paragraph(texts["cancellation.by_hand"].format(by_hand=facts.by_hand)) if facts.by_hand else None,
            _paragraph(texts["refund_notice.wait"]),
            _asked_for(facts, texts),
            _button(texts["button.manage"], facts.manage_url),
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
        subject=texts["cancellation.subject"].format(practice=facts.practice_name, when=_day_and_start(facts.when)),
        heading=texts["cancellation.heading"],
        tone="care",
        parts=_present(
            _greeting(facts, texts),
            _paragraph(who.format(practice=facts.practice_name)),
            _paragraph(facts.note),
            *map(_paragraph, money),
            _asked_for(facts, texts),
            _paragraph(texts["cancellation.again"]),
            _button(texts["button.book"], facts.book_url),
            _link(texts["button.manage"], facts.manage_url),
        ),
    )


def moved(facts: MailFacts, texts: Texts = ENGLISH) -> Letter:
    """To the guest: the appointment has a new time."""
    return Letter(
        subject=texts["moved.subject"].format(practice=facts.practice_name, when=_day_and_start(facts.when)),
        heading=texts["moved.heading"],
        tone="calm",
        parts=_present(
            _greeting(facts, texts),
            _paragraph(texts["moved.intro"]),
            _facts(
                texts,
                ("service", _service(facts, texts)),
                ("when", facts.when),
                ("where", facts.practice_address),
                ("reference", facts.reference),
                ("due", facts.due),
            ),
            _button(texts["button.manage"], facts.manage_url),
            _link(texts["link.calendar"], facts.calendar_url),
        ),
    )


def links(facts: MailFacts, texts: Texts = ENGLISH) -> Letter:
    """To the guest who asked for them: the links of her bookings."""
    return Letter(
        subject=texts["links.subject"].format(practice=facts.practice_name),
        heading=texts["links.heading"],
        tone="calm",
        parts=_present(
            _greeting(facts, texts),
            _paragraph(texts["links.intro" if facts.free_times else "links.none"]),
            Part("times", times=facts.free_times) if facts.free_times else None,
            _paragraph(texts["links.not_you"]),
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
        parts=_present(
            _greeting(facts, texts),
            _paragraph(texts[f"{name}.intro"].format(practice=facts.practice_name)),
            _button(texts["button.password"], facts.password_url),
            _paragraph(texts[f"{name}.once"]),
            _paragraph(note),
            _link(texts["link.ask"], facts.ask_url),
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
}


def contact(facts: MailFacts, texts: Texts = ENGLISH) -> str:
    """How the reader reaches a person."""
    call = texts["footer.or_call"].format(phone=facts.practice_phone) if facts.practice_phone else ""
    return texts["footer.contact"].format(or_call=call)


def _present(*parts: Part | None) -> tuple[Part, ...]:
    return tuple(part for part in parts if part is not None)


def _greeting(facts: MailFacts, texts: Texts) -> Part:
    """By name, unless the name would smuggle a link into a mail that bears the practice's name."""
    name = " ".join(facts.guest_name.split())
    if not name or len(name) > LONGEST_GREETING or LOOKS_LIKE_A_LINK.search(name):
        return Part("paragraph", text=texts["greeting.nameless"])
    return Part("paragraph", text=texts["greeting"].format(name=name))


def _paragraph(text: str) -> Part | None:
    return Part("paragraph", text=text) if text else None


def _button(label: str, url: str) -> Part | None:
    return Part("button", text=label, url=url) if url else None


def _link(label: str, url: str) -> Part | None:
    return Part("link", text=label, url=url) if url else None


def _facts(texts: Texts, *rows: tuple[str, str]) -> Part:
    return Part("facts", rows=tuple((texts[f"label.{name}"], value) for name, value in rows if value))


def _asked_for(facts: MailFacts, texts: Texts) -> Part:
    """The booking a mail is about, when it no longer takes place."""
    return _facts(texts, ("service", _service(facts, texts)), ("when", facts.when), ("reference", facts.reference))


def _service(facts: MailFacts, texts: Texts) -> str:
    if not facts.length:
        return facts.service
    return texts["service.length"].format(service=facts.service, length=facts.length)


def _day_and_start(when: str) -> str:
    """The part of "Tuesday, December 1, 2026, 4:30 PM – 5:30 PM (…)" that a subject line needs."""
    return when.split(" – ", 1)[0]
