"""What the practice types about itself: texts, web addresses, times of day; a sentence for each field that is wrong."""

import re
from collections.abc import Callable
from typing import TypeVar

from truflow.errors import Invalid

Value = TypeVar("Value")

SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
TIME = re.compile(r"(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)")
_LINE = re.compile(r"[^\x00-\x1f\x7f\u2028\u2029]*")
_WEB = re.compile(r"https?://[^\s/?#\"'<>\\]+[^\s\"'<>\\]*|/[^\s/\"'<>\\][^\s\"'<>\\]*")

NEEDED = "This field is needed."


class Problems:
    """Collects a sentence for each field that is wrong; `refuse` tells them all at once."""

    def __init__(self) -> None:
        self.fields: dict[str, list[str]] = {}

    def add(self, field: str, sentence: str) -> None:
        self.fields.setdefault(field, []).append(sentence)

    def check(self, field: str, parse: Callable[[Value], Value], value: Value) -> Value:
        """The cleaned value; as it was where `parse` raises ValueError with a sentence."""
        try:
            return parse(value)
        except ValueError as refusal:
            self.add(field, str(refusal))
            return value

    def refuse(self) -> None:
        """Raise Invalid when anything is wrong."""
        if self.fields:
            raise Invalid(self.fields)


def line(most: int, *, needed: bool = False) -> Callable[[str], str]:
    """One line of at most so many characters."""

    def parse(text: str) -> str:
        cleaned = " ".join(text.split())
        if needed and not cleaned:
            raise ValueError(NEEDED)
        if len(text) > most:
            raise ValueError(f"Please use at most {most:,} characters.")
        if not _LINE.fullmatch(cleaned):
            raise ValueError("Please remove the special characters.")
        return cleaned

    return parse


def text(most: int) -> Callable[[str], str]:
    """Several lines, together of at most so many characters."""

    def parse(given: str) -> str:
        cleaned = given.strip().replace("\r\n", "\n")
        if len(given) > most:
            raise ValueError(f"Please use at most {most:,} characters.")
        if "\x00" in cleaned:
            raise ValueError("Please remove the special characters.")
        return cleaned

    return parse


def whole(least: int, most: int) -> Callable[[int], int]:
    """A whole number within bounds, both allowed."""

    def parse(number: int) -> int:
        if not least <= number <= most:
            raise ValueError(f"Please use a whole number from {least:,} to {most:,}.")
        return number

    return parse


def slug(given: str) -> str:
    """The last part of a page's address: small letters, digits and single hyphens, not a number alone."""
    if not given or len(given) > 80 or not SLUG.fullmatch(given) or given.isdigit():
        raise ValueError("Please use small letters, digits and hyphens, for example deep-tissue.")
    if given == "success":
        raise ValueError("This word is taken by a page of ours. Please choose another one.")
    return given


def slug_of(name: str) -> str:
    """A slug made from a name; empty when nothing of it can be used."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:80].strip("-")


def web_address(given: str) -> str:
    """Nothing, an http(s) address, or a path of our own."""
    cleaned = given.strip()
    if cleaned and (len(given) > 500 or not _WEB.fullmatch(cleaned)):
        raise ValueError("Please enter a web address, for example https://example.com/logo.svg.")
    return cleaned


def time_of_day(given: str) -> str:
    """HH:MM, from 00:00 to 24:00."""
    if not TIME.fullmatch(given):
        raise ValueError("Please enter a time as HH:MM, for example 09:00.")
    return given
