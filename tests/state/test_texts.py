"""The catalogue has what the pages say, and the pages say nothing else."""

import re
from pathlib import Path

import pytest

from truflow.mails import TEMPLATES
from truflow.texts import ENGLISH, UnknownText, t

ROOT = Path(__file__).resolve().parents[2] / "truflow"
FILES = [
    file
    for file in (*sorted(ROOT.rglob("*.py")), *sorted(ROOT.glob("api/plain/templates/*.html")))
    if file.parts[-3] != "texts"
]
MADE_BY_NAME = re.compile(
    r"refusal\.(not_found|too_late)_|decline\.|policy\.(start|before)_|home\.how\d|status\.|mail\.|"
    r"receipt\.[A-Z_]+$|admin\.(time|guest|service|status|money)$"
)


def named_keys() -> set[str]:
    """Everything in our drawings and states that looks like a key."""
    return {key for file in FILES for key in re.findall(r"[\"']([a-z_]+\.[a-zA-Z_0-9]+)[\"']", file.read_text())}


def test_every_key_is_used() -> None:
    assert {key for key in ENGLISH if not MADE_BY_NAME.match(key)} - named_keys() == set()


def test_every_mail_has_a_name() -> None:
    assert {key for key in ENGLISH if key.startswith("mail.")} == {f"mail.{template}" for template in TEMPLATES}


def test_a_missing_key_is_a_bug_that_shows() -> None:
    with pytest.raises(UnknownText):
        t("no.such.text")


def test_places_are_filled() -> None:
    assert t("pay.button", amount="$40.00") == "Pay $40.00"


def test_no_text_shouts() -> None:
    assert [key for key, text in ENGLISH.items() if "!" in text] == []
