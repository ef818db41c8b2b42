"""The catalogue of everything a visitor reads; pages, states, refusals and mails say nothing of their own.

`t("key")` gives the text in the language that is spoken just now, `t("key", name=…)` fills its places. Which language
that is, a page's address, an API's header or a booking says: whoever knows it opens `speaking(…)`. Threads keep it.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar

from truflow.texts import english, french, german, spanish

LANGUAGES = ("en", "es", "de", "fr")
ENGLISH: Mapping[str, str] = english.TEXTS
CATALOGUES: Mapping[str, Mapping[str, str]] = {
    "en": ENGLISH,
    "es": spanish.TEXTS,
    "de": german.TEXTS,
    "fr": french.TEXTS,
}

_spoken: ContextVar[str] = ContextVar("language", default="en")


class UnknownText(KeyError):
    """A page asked for a text that the catalogue does not have: a bug of ours."""


def t(key: str, **places: object) -> str:
    """The text called `key`, with its places filled."""
    text = CATALOGUES[_spoken.get()].get(key) or ENGLISH.get(key)  # the desk's words are English only
    if text is None:
        raise UnknownText(key)
    return text.format(**places) if places else text


def language() -> str:
    """The language that is spoken just now: one of LANGUAGES."""
    return _spoken.get()


def speak(wanted: str) -> None:
    """From here on in this task, speak that language; English when we do not know it."""
    _spoken.set(wanted if wanted in LANGUAGES else "en")


def language_of(path: str) -> str:
    """The language of a page's address: `/es/book` is Spanish, `/book` English."""
    first = path.lstrip("/").partition("/")[0]
    return first if first in LANGUAGES[1:] else "en"


def plain(path: str) -> str:
    """A page's address without its language: `/es/book` is the page `/book`."""
    return "/" + path.removeprefix(f"/{language_of(path)}").lstrip("/") if language_of(path) != "en" else path


def here(path: str, spoken: str = "") -> str:
    """The address of our own page `/book` in the language that is spoken just now, or in another one."""
    spoken = spoken or language()
    if spoken == "en" or not path.startswith("/"):
        return path
    return f"/{spoken}" + ("" if path == "/" else path)


@contextmanager
def speaking(wanted: str) -> Iterator[None]:
    """Speak that language for a while; English when we do not know it."""
    token = _spoken.set(wanted if wanted in LANGUAGES else "en")
    try:
        yield
    finally:
        _spoken.reset(token)
