"""A booking keeps its guest's language: her mails, calendar and terms are written in it; the practice's are not."""

import datetime as dt
import email
import email.policy
from collections.abc import Iterator

import pytest

from tests.conftest import HOME
from tests.kit.clock import local
from tests.kit.till import Till
from tests.kit.wishes import ALICE, booked
from truflow.errors import Invalid, NotFound, PaymentDeclined, SlotTaken
from truflow.services import bookings, calendar, cancelling, rescheduling
from truflow.texts import speaking

MAILS = HOME / "data" / "mail"
SLOT = local(2, "10:00")
WORDS = {
    "es": ("Su cita en", "Hola, Alice", "Puede cancelar", "Mañana:"),
    "de": ("Ihr Termin bei", "Guten Tag, Alice", "Sie können absagen", "Morgen:"),
    "fr": ("Votre rendez-vous chez", "Bonjour Alice", "Vous pouvez annuler", "Demain"),
}


@pytest.fixture(autouse=True)
def empty_box() -> Iterator[None]:
    before = set(MAILS.glob("*.eml"))
    yield
    for path in set(MAILS.glob("*.eml")) - before:
        path.unlink()


def sent(subject: str) -> email.message.EmailMessage:
    found = [email.message_from_bytes(path.read_bytes(), policy=email.policy.default) for path in MAILS.glob("*.eml")]
    return next(each for each in found if str(each["Subject"]).startswith(subject))  # type: ignore[return-value]


def subjects() -> list[str]:
    found = (email.message_from_bytes(path.read_bytes(), policy=email.policy.default) for path in MAILS.glob("*.eml"))
    return [str(each["Subject"]) for each in found]


def body(mail: email.message.EmailMessage, kind: str) -> str:
    part = next(each for each in mail.walk() if each.get_content_type() == kind)
    return str(part.get_content()).replace("\u00a0", " ")


@pytest.mark.parametrize("code", WORDS)
def test_her_mails_and_calendar_are_in_her_language(till: Till, code: str) -> None:
    subject, greeting, terms, tomorrow = WORDS[code]
    with speaking(code):
        made = till.paid(slot=SLOT)
    mail = sent(subject)
    assert f'<html lang="{code}"' in body(mail, "text/html")
    text = body(mail, "text/plain")
    assert greeting in text
    assert f"/{code}/booking/{made.booking.reference}?t=" in text
    assert terms in " ".join(text.split())
    assert tomorrow in body(mail, "text/calendar")
    assert "Your appointment" not in text
    file = calendar.calendar_file(made.booking.id, made.manage_token, client=ALICE, now=till.now)
    assert tomorrow in file


def test_the_practice_reads_english(till: Till) -> None:
    with speaking("de"):
        till.paid(slot=SLOT)
    notice = body(sent("New booking"), "text/plain")
    assert "Guten" not in notice
    assert "Uhr" not in notice


def test_later_mails_keep_the_language_whoever_acts(till: Till) -> None:
    with speaking("fr"):
        made = till.paid(slot=SLOT)
    later = local(3, "14:00")
    rescheduling.reschedule(
        made.booking.id, made.manage_token, start_time=later, practitioner_id=None, client=ALICE, now=till.now
    )
    till.deliver()
    cancelling.cancel(made.booking.id, made.manage_token, client=ALICE, now=till.now)
    till.deliver()
    told = " / ".join(subjects())
    for words in ("a été déplacé", "est annulé"):
        assert f"Votre rendez-vous chez Stillwater Massage {words}" in told


def test_refusals_are_said_in_the_guests_language() -> None:
    with speaking("de"):
        assert NotFound("booking").message == "Wir konnten diese Buchung nicht finden."
        assert SlotTaken(dt.datetime.now(dt.UTC)).message.startswith("Diese Zeit wurde gerade")
        assert PaymentDeclined("Your card has expired.", "expired_card").message == "Ihre Karte ist abgelaufen."
        assert PaymentDeclined("Odd.", "do_not_honor").message == "Ihre Karte wurde abgelehnt."
        assert Invalid({}).message == "Bitte prüfen Sie die markierten Felder."
    assert PaymentDeclined("Your card has expired.", "expired_card").message == "Your card has expired."


def test_a_booking_made_in_english_stays_english_whoever_looks(till: Till) -> None:
    made = booked(SLOT, till.now)
    with speaking("es"):
        assert bookings.get_booking(made.booking.id, made.manage_token, client=ALICE).terms.startswith("You pay ")
