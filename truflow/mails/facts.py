"""What a mail is told; money, dates and times come formatted (domain/formats.py), empty text means: leave it out."""

from dataclasses import dataclass


@dataclass(frozen=True)
class FreeTime:
    """A free time to offer: what it says and where it leads."""

    label: str
    url: str


@dataclass(frozen=True)
class MailFacts:
    """One booking as a mail tells it; templates take what they need and leave out what is empty."""

    practice_name: str
    guest_name: str
    service: str
    when: str
    reference: str
    practice_address: str = ""
    practice_phone: str = ""
    practice_email: str = ""
    imprint: str = ""  # the practice's tax line, at the very end
    guest_email: str = ""
    guest_phone: str = ""
    notes: str = ""
    length: str = ""  # "60 minutes"
    price: str = ""
    paid: str = ""
    due: str = ""  # what is paid at the visit; empty when nothing is
    refunded: str = ""
    by_hand: str = ""
    received: str = ""  # receipt: the sum that came
    receipt: str = ""  # its number
    receipt_url: str = ""
    tax: str = ""
    earlier: str = ""  # moved: the time that was
    quote: str = ""  # what cancelling gives back, and until when
    directions_url: str = ""
    manage_url: str = ""
    calendar_url: str = ""
    book_url: str = ""
    admin_url: str = ""
    password_url: str = ""  # to an admin: where she chooses a password, once
    ask_url: str = ""  # and where she may ask for another link
    policy: str = ""  # the cancellation terms, one sentence
    reason: str = ""  # refund_notice: LATE or CANCELLED
    by_practice: bool = False  # cancellation: who cancelled
    note: str = ""  # cancellation by the practice: its own words to the guest
    free_times: tuple[FreeTime, ...] = ()


@dataclass(frozen=True)
class Rendered:
    subject: str
    text: str
    html: str
