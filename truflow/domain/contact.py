"""What a guest types about herself, checked by syntax only: we never ask a mail server or a phone company.

Lengths are those of what was sent, as the API's description says them, before it is tidied up.
"""

import re
from dataclasses import dataclass

from email_validator import EmailNotValidError, validate_email

from truflow.domain.formats import format_number
from truflow.errors import Invalid
from truflow.texts import t

NAME_MAX, EMAIL_MAX, PHONE_MAX, NOTES_MAX = 120, 254, 40, 1000
_PHONE = re.compile(r"\+?[0-9][0-9 ()./-]*")
_CONTROL = re.compile(r"[\x00-\x1f\x7f\u2028\u2029]")


@dataclass(frozen=True)
class Contact:
    name: str
    email: str
    phone: str


def parse_contact(name: str, email: str, phone: str, notes: str = "") -> tuple[Contact, str]:
    """The cleaned contact and notes; refuses with Invalid, one sentence for each field."""
    wrong: dict[str, list[str]] = {}
    contact = Contact(
        name=_checked(wrong, "customer.name", parse_name, name),
        email=_checked(wrong, "customer.email", parse_email, email),
        phone=_checked(wrong, "customer.phone", parse_phone, phone),
    )
    cleaned = _checked(wrong, "notes", parse_notes, notes)
    if wrong:
        raise Invalid(wrong)
    return contact, cleaned


def parse_name(text: str) -> str:
    """One line of 1 to 120 characters; raises ValueError with a sentence for the guest."""
    name = " ".join(text.split())
    if not name:
        raise ValueError(t("contact.name"))
    if len(text) > NAME_MAX:
        raise ValueError(t("contact.too_long", most=NAME_MAX))
    if _CONTROL.search(name):
        raise ValueError(t("contact.letters"))
    return name


def parse_email(text: str) -> str:
    """Exactly one address, as typed but for the case of its domain; raises ValueError."""
    address = text.strip()
    if not address:
        raise ValueError(t("contact.email"))
    if len(text) > EMAIL_MAX:
        raise ValueError(t("contact.too_long", most=EMAIL_MAX))
    try:
        found = validate_email(address, check_deliverability=False, test_environment=True, allow_smtputf8=False)
        return found.ascii_email or found.normalized
    except EmailNotValidError:
        raise ValueError(t("contact.email_form")) from None


def parse_phone(text: str) -> str:
    """A phone number with 6 to 15 digits, written with spaces and ()./- as people do; raises ValueError."""
    phone = " ".join(text.split())
    if not phone:
        raise ValueError(t("contact.phone"))
    digits = sum(c.isdigit() for c in phone)
    if not _PHONE.fullmatch(phone) and not phone.startswith("("):
        raise ValueError(t("contact.phone_digits"))
    if not _PHONE.fullmatch(phone.lstrip("(")) or not 6 <= digits <= 15 or len(text) > PHONE_MAX:
        raise ValueError(t("contact.phone_length"))
    return phone


def parse_notes(text: str) -> str:
    """Up to 1,000 characters over several lines; raises ValueError."""
    notes = text.strip()
    if len(text) > NOTES_MAX:
        raise ValueError(t("contact.too_long", most=format_number(NOTES_MAX)))
    if "\x00" in notes:
        raise ValueError(t("contact.special"))
    return notes


def _checked(wrong, field, parse, text):  # type: ignore[no-untyped-def]
    try:
        return parse(text)
    except ValueError as refusal:
        wrong[field] = [str(refusal)]
        return ""
