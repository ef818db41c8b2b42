"""Each language says all that English says to guests, with the same places, and nothing that is left untranslated."""

import re
from string import Formatter

import pytest

from truflow.texts import (
    ENGLISH,
    LANGUAGES,
    UnknownText,
    english,
    french,
    german,
    here,
    language_of,
    plain,
    spanish,
    speaking,
    t,
)
from truflow.texts import language as spoken

OTHERS = {"es": spanish, "de": german, "fr": french}
# What only the practice reads.
DESK = re.compile(r"(admin|mail|status)\.")
DESK_LETTERS = re.compile(
    r"(practice_\w+|admin_\w+)\.|button\.(desk|password)$|link\.ask$|label\.(guest|email|phone|notes)$"
)
# The same word in two languages, or no word at all.
SAME = {
    "es": {"privacy.cookies", "service.length", "pattern.when", "choose.week", "book.soonest"},
    "de": {"privacy.cookies", "service.length", "pattern.month", "choose.week", "book.soonest"},
    "fr": {
        *("privacy.cookies", "service.length", "pattern.month", "pattern.when", "home.services", "booking.reference"),
        *("label.reference", "receipt.date", "choose.week", "book.soonest"),
    },
}
ENGLISH_WORDS = re.compile(r"\b(the|your|you|with|and|please|is|are|of|to|for|appointment|booking|this)\b", re.I)
FRENCH_GAP = re.compile(r"(?<![\u00a0\u202f/\d])[:;?!](?=\s|$)|(?<=[ ])[:;?!%]")


def guests(code: str) -> dict[str, str]:
    """All that a guest reads in that language, letters marked as such."""
    book = {"en": english, **OTHERS}[code]
    pages = {key: text for key, text in book.TEXTS.items() if not DESK.match(key)}
    letters = {f"letter {key}": text for key, text in book.LETTERS.items() if not DESK_LETTERS.match(key)}
    return pages | letters


def places(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("code", OTHERS)
def test_no_text_is_missing_and_none_is_left_over(code: str) -> None:
    assert set(guests("en")) - set(guests(code)) == set()
    assert set(guests(code)) - set(guests("en")) == set()


@pytest.mark.parametrize("code", OTHERS)
def test_each_text_has_the_same_places(code: str) -> None:
    ours, theirs = guests("en"), guests(code)
    wrong = {key: theirs[key] for key in theirs if key in ours and places(theirs[key]) != places(ours[key])}
    assert wrong == {}


@pytest.mark.parametrize("code", OTHERS)
def test_nothing_is_left_in_english(code: str) -> None:
    ours, theirs = guests("en"), guests(code)
    same = {key.removeprefix("letter ") for key, text in theirs.items() if text == ours.get(key) and text.strip("{} ")}
    assert same - SAME[code] == set()
    words = {key: text for key, text in theirs.items() if ENGLISH_WORDS.search(re.sub(r"\{\w+\}", "", text))}
    assert words == {}


def test_languages_keep_their_own_marks() -> None:
    french_texts = {key: text for key, text in guests("fr").items() if not key.startswith("pattern.")}
    assert {key: text for key, text in french_texts.items() if FRENCH_GAP.search(text)} == {}
    asks = {key: text for key, text in guests("es").items() if "?" in text and "\u00bf" not in text}
    assert asks == {}
    for code in OTHERS:
        straight = {key: text for key, text in guests(code).items() if re.search(r"\w'\w|[a-z]'[a-z]", text)}
        assert {key for key in straight if not key.startswith("pattern.")} == set()


def test_guests_are_spoken_to_formally() -> None:
    familiar = {
        "de": re.compile(r"\b([Dd]u|[Dd]ich|[Dd]ir|[Dd]ein\w*|[Ee]uch|[Ee]uer\w*)\b"),
        "es": re.compile(r"\b(tú|tu|tus|te|ti|vosotros|vuestr\w+|puedes|elige|tienes)\b", re.I),
        "fr": re.compile(r"\b(tu|ton|ta|tes|toi|choisis|peux)\b", re.I),
    }
    for code, pattern in familiar.items():
        assert {key: text for key, text in guests(code).items() if pattern.search(text)} == {}


def test_beginnings_and_ends_match() -> None:
    """A joint keeps its blank, a sentence its full stop."""
    for code in OTHERS:
        ours, theirs = guests("en"), guests(code)
        for key, text in theirs.items():
            assert text[:1].isspace() == ours[key][:1].isspace(), (code, key)
            assert text[-1:].isspace() == ours[key][-1:].isspace(), (code, key)
            assert (text[-1:] == ".") == (ours[key][-1:] == "."), (code, key)


def test_what_is_spoken_ends_with_its_block() -> None:
    with speaking("de"), speaking("fr"):
        assert t("frame.terms") == "Conditions"
    assert (spoken(), t("frame.terms")) == ("en", "Terms")


def test_a_language_we_do_not_know_is_english() -> None:
    with speaking("xx"):
        assert (spoken(), t("frame.terms")) == ("en", "Terms")


def test_the_desk_speaks_english_whatever_is_spoken() -> None:
    with speaking("de"):
        assert t("admin.title") == ENGLISH["admin.title"]
    with speaking("de"), pytest.raises(UnknownText):
        t("no.such.text")


@pytest.mark.parametrize(
    ("path", "code", "page"),
    [
        ("/", "en", "/"),
        ("/es", "es", "/"),
        ("/es/", "es", "/"),
        ("/de/book/deep-tissue", "de", "/book/deep-tissue"),
        ("/book/de", "en", "/book/de"),
        ("/esteem", "en", "/esteem"),
        ("/en/book", "en", "/en/book"),
        ("", "en", ""),
    ],
)
def test_an_address_names_its_language(path: str, code: str, page: str) -> None:
    assert (language_of(path), plain(path)) == (code, page)


def test_links_keep_the_language() -> None:
    with speaking("fr"):
        assert [here(path) for path in ("/", "/book", "https://x.example")] == ["/fr", "/fr/book", "https://x.example"]
    assert here("/book") == "/book"
    for code in LANGUAGES:
        assert plain(here("/book", code)) == "/book"
