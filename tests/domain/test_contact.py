"""What people type: tidied up, and measured as it was sent, which is what the description of the API says."""

from collections.abc import Callable

import pytest

from truflow.domain import contact, fields


@pytest.mark.parametrize(
    ("parse", "typed", "kept"),
    [
        (contact.parse_name, "  Alice   Young ", "Alice Young"),
        (contact.parse_email, " alice@EXAMPLE.com ", "alice@example.com"),
        (contact.parse_phone, "+1  212 555 0100 ", "+1 212 555 0100"),
        (contact.parse_notes, "\nMy left\nshoulder. ", "My left\nshoulder."),
        (fields.line(9), " a  b ", "a b"),
        (fields.text(9), " a\r\nb ", "a\nb"),
    ],
)
def test_what_is_typed_is_tidied_up(parse: Callable[[str], str], typed: str, kept: str) -> None:
    assert parse(typed) == kept


@pytest.mark.parametrize(
    ("parse", "word", "most"),
    [
        (contact.parse_name, "Alice", contact.NAME_MAX),
        (contact.parse_email, "alice@example.com", contact.EMAIL_MAX),
        (contact.parse_phone, "+1 212 555 0100", contact.PHONE_MAX),
        (contact.parse_notes, "shoulder", contact.NOTES_MAX),
        (fields.line(40), "Stillwater", 40),
        (fields.text(40), "Stillwater", 40),
        (fields.web_address, "https://stillwater.example", 500),
    ],
)
def test_a_text_is_as_long_as_it_was_sent(parse: Callable[[str], str], word: str, most: int) -> None:
    assert parse(word.ljust(most)) == word
    with pytest.raises(ValueError, match=r"\w"):
        parse(word.ljust(most + 1))
