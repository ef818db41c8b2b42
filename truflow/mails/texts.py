"""Every sentence of our mails; they stand in `truflow/texts`, a file a language."""

from truflow.texts import english, french, german, spanish

ENGLISH: dict[str, str] = english.LETTERS
LANGUAGES: dict[str, dict[str, str]] = {
    "en": ENGLISH,
    "es": {**ENGLISH, **spanish.LETTERS},
    "de": {**ENGLISH, **german.LETTERS},
    "fr": {**ENGLISH, **french.LETTERS},
}


def letters_in(language: str) -> dict[str, str]:
    """The sentences in that language; those to the practice are English."""
    return LANGUAGES[language]
