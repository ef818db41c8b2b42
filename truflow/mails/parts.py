"""Of what a letter is made: sentences, facts, buttons and links, in their order.

A letter is drawn twice, as HTML and as plain text, from the same parts; so neither can say less than the other.
"""

import re
from dataclasses import dataclass
from typing import Literal

from truflow.mails.facts import FreeTime, MailFacts

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


def present(*parts: Part | None) -> tuple[Part, ...]:
    """Those that have something to say."""
    return tuple(part for part in parts if part is not None)


def greeting(facts: MailFacts, texts: Texts) -> Part:
    """By name, unless the name would smuggle a link into a mail that bears the practice's name."""
    name = " ".join(facts.guest_name.split())
    if not name or len(name) > LONGEST_GREETING or LOOKS_LIKE_A_LINK.search(name):
        return Part("paragraph", text=texts["greeting.nameless"])
    return Part("paragraph", text=texts["greeting"].format(name=name))


def paragraph(text: str) -> Part | None:
    """A paragraph, unless it is empty."""
    return Part("paragraph", text=text) if text else None


def button(label: str, url: str) -> Part | None:
    """What the reader most likely wants to do."""
    return Part("button", text=label, url=url) if url else None


def link(label: str, url: str) -> Part | None:
    """What she may want to do as well."""
    return Part("link", text=label, url=url) if url else None


def rows(texts: Texts, *known: tuple[str, str]) -> Part:
    """A list of facts; those that are empty are left out."""
    return Part("facts", rows=tuple((texts[f"label.{name}"], value) for name, value in known if value))


def aside(title: str, *sentences: str) -> Part | None:
    """What is good to know, set apart."""
    text = "\n".join(filter(None, sentences))
    return Part("aside", title=title, text=text) if text else None


def asked_for(facts: MailFacts, texts: Texts) -> Part:
    """The booking a mail is about, when it no longer takes place."""
    return rows(texts, ("service", service(facts, texts)), ("when", facts.when), ("reference", facts.reference))


def service(facts: MailFacts, texts: Texts) -> str:
    """What is booked, with its length."""
    if not facts.length:
        return facts.service
    return texts["service.length"].format(service=facts.service, length=facts.length)


def where(facts: MailFacts) -> str:
    """The practice, as on its door; empty without an address."""
    return f"{facts.practice_name}\n{facts.practice_address}" if facts.practice_address else ""


def day_and_start(when: str) -> str:
    """The part of "Tuesday, December 1, 2026, 4:30 PM – 5:30 PM (…)" that a subject line needs."""
    return when.split(" – ", 1)[0]
