"""Letters drawn with Jinja: one sheet of HTML, one of plain text."""

import re
import textwrap
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from truflow.domain.brand import mail_tints
from truflow.mails.facts import MailFacts, Rendered
from truflow.mails.letters import LETTERS, contact
from truflow.mails.texts import letters_in
from truflow.texts import language

TEMPLATES = frozenset(LETTERS)
TEXT_WIDTH = 72
GAP = re.compile(r"\n{3,}")


def render(template: str, facts: MailFacts, brand: str = "") -> Rendered:
    """Subject, plain text and HTML of the mail with that name; `brand` is the owner's colour, as `#rrggbb`."""
    texts = letters_in(language())
    letter = LETTERS[template](facts, texts)
    sheet = {
        "language": language(),
        "letter": letter,
        "facts": facts,
        "tints": mail_tints(brand),
        "contact": contact(facts, texts) if letter.to_guest else "",
        "private": texts["footer.private"] if letter.to_guest and facts.manage_url else "",
    }
    return Rendered(
        subject=" ".join(letter.subject.split()),
        text=GAP.sub("\n\n", _sheets().get_template("letter.txt").render(sheet)).strip() + "\n",
        html=_sheets().get_template("letter.html").render(sheet),
    )


@cache
def _sheets() -> Environment:
    sheets = Environment(
        loader=PackageLoader("truflow.mails", "templates"),
        autoescape=select_autoescape(("html",)),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    sheets.filters["wrapped"] = _wrapped
    sheets.filters["unbroken"] = _unbroken
    return sheets


def _unbroken(text: str) -> str:
    """A time of day stays on one line, and so does a span of two."""
    joined = re.sub(r"(\d:\d\d) ([AP]M)", "\\1\N{NO-BREAK SPACE}\\2", text)
    return re.sub(r"(?<=[\dM]) – (?=\d)", "\N{NO-BREAK SPACE}–\N{NO-BREAK SPACE}", joined)


def _wrapped(text: str) -> str:
    """Lines for readers of plain text; addresses are never broken."""
    paragraphs = (
        textwrap.fill(line, TEXT_WIDTH, break_long_words=False, break_on_hyphens=False) for line in text.splitlines()
    )
    return "\n".join(paragraphs)
