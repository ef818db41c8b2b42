import dataclasses
from html.parser import HTMLParser

import pytest

from truflow.domain.brand import MailTints, mail_tints
from truflow.mails import TEMPLATES, FreeTime, MailFacts, render

LINK = "https://book.example/booking/TF-7K2M?t=abc&x=1"
FULL = MailFacts(
    practice_name="Stillwater",
    guest_name="Ana Lima",
    service="Deep tissue massage",
    when="Tuesday, December 1, 2026, 4:30 PM – 5:30 PM (New York time, EST)",
    reference="TF-7K2M",
    practice_address="12 Mill Lane\nHudson, NY 12534",
    practice_phone="+1 518 555 0100",
    practice_email="hello@stillwater.example",
    guest_email="ana@example.com",
    guest_phone="+1 212 555 0137",
    notes="Lower back\nplease",
    price="$120.00",
    paid="$40.00",
    due="$80.00",
    refunded="$40.00",
    by_hand="$5.00",
    received="$80.00",
    receipt="2026-00042",
    receipt_url="https://book.example/plain/booking/TF-7K2M/receipt?t=abc",
    tax="$5.17 (4.5 % sales tax, included)",
    earlier="Monday, November 30, 2026, 9:00 AM – 10:00 AM (New York time, EST)",
    quote="Cancel before Monday, November 30, 4:30 PM: $40.00 back. After that: nothing back.",
    directions_url="https://maps.example/?to=12+Mill+Lane",
    manage_url=LINK,
    calendar_url=LINK + "&c",
    book_url="https://book.example/book/deep",
    admin_url="https://book.example/admin/bookings/1",
    password_url="https://book.example/admin/password-reset/new?t=abc",
    ask_url="https://book.example/admin/password-reset",
    policy="Free until 24 hours before.",
    reason="LATE",
    free_times=(FreeTime("Wednesday, December 2, 2026, 9:15 AM", "https://book.example/book/deep?at=1"),),
)
BARE = MailFacts(practice_name="S", guest_name="", service="Massage", when="Tuesday", reference="R")


class Words(HTMLParser):
    """What a reader sees of an HTML page, and where its links lead."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.seen: list[str] = []
        self.links: list[str] = []
        self.tags: list[str] = []
        self.hidden = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.seen.append(" " if tag == "br" else "")
        self.hidden = tag in ("style", "title")
        self.links += [value or "" for name, value in attrs if name == "href"]

    def handle_endtag(self, tag: str) -> None:
        self.hidden = False

    def handle_data(self, data: str) -> None:
        if not self.hidden:
            self.seen.append(data)

    @property
    def text(self) -> str:
        return " ".join("".join(self.seen).replace("\N{NO-BREAK SPACE}", " ").split())


@pytest.mark.parametrize("template", sorted(TEMPLATES))
def test_the_plain_text_says_all_that_the_html_says(template: str) -> None:
    mail = render(template, FULL)
    html = Words(mail.html)
    plain = " ".join(mail.text.split())
    words = {word.strip(".,:") for word in html.text.split()}
    assert not {w for w in words if w.lower() not in plain.lower()}
    assert all(link in mail.text for link in html.links)
    assert html.links


@pytest.mark.parametrize("template", sorted(TEMPLATES))
def test_a_mail_loads_nothing_and_runs_nothing(template: str) -> None:
    mail = render(template, FULL)
    assert not {"img", "script", "link", "iframe", "form"} & set(Words(mail.html).tags)
    assert "url(" not in mail.html
    assert "@import" not in mail.html


@pytest.mark.parametrize("template", sorted(TEMPLATES))
def test_empty_facts_leave_no_holes(template: str) -> None:
    mail = render(template, BARE)
    assert 'href=""' not in mail.html
    assert "None" not in mail.html + mail.text
    assert "Hello ," not in mail.text
    assert "\n\n\n" not in mail.text


@pytest.mark.parametrize("template", sorted(TEMPLATES))
def test_what_a_visitor_typed_stays_text(template: str) -> None:
    evil = "<script>alert(1)</script>{{ 7*7 }}{practice}"
    facts = dataclasses.replace(FULL, guest_name=evil, notes=evil, service=evil, practice_name=evil, note=evil)
    mail = render(template, facts)
    assert "<script" not in mail.html
    assert "49" not in Words(mail.html).text
    assert "\n" not in mail.subject


@pytest.mark.parametrize("name", ["Win at https://evil.example", "www.evil.example", "evil.example", "a" * 61])
def test_a_name_that_smuggles_a_link_is_not_greeted(name: str) -> None:
    mail = render("confirmation", dataclasses.replace(FULL, guest_name=name))
    assert name not in mail.html
    assert "Hello," in mail.text


def test_a_mail_is_in_the_owners_colour() -> None:
    ours, theirs = render("confirmation", FULL).html, render("confirmation", FULL, "#7a1f6a").html
    green = MailTints()
    assert green.fill in ours
    assert not any(tint in theirs for tint in dataclasses.astuple(green))
    assert mail_tints("#7a1f6a").fill in theirs


def test_the_confirmation_tells_what_when_where_and_the_money() -> None:
    mail = render("confirmation", FULL)
    assert mail.subject == "Your appointment at Stillwater: Tuesday, December 1, 2026, 4:30 PM"
    for fact in ("Deep tissue massage", FULL.when, "12 Mill Lane", "TF-7K2M", "$40.00", "$80.00", LINK, FULL.policy):
        assert fact in mail.text


def test_a_free_booking_speaks_of_no_money() -> None:
    mail = render("confirmation", dataclasses.replace(FULL, price="", paid="", due=""))
    assert "Paid" not in mail.text
    assert "Due" not in mail.text


def test_the_apology_offers_the_nearest_free_times() -> None:
    mail = render("apology", FULL)
    assert "$40.00" in mail.text
    assert "- Wednesday, December 2, 2026, 9:15 AM\n  https://book.example/book/deep?at=1" in mail.text


def test_no_sentence_shouts() -> None:
    for template in TEMPLATES:
        mail = render(template, FULL)
        assert "!" not in mail.text + Words(mail.html).text


def test_a_move_names_the_earlier_and_the_new_time_to_guest_and_practice() -> None:
    for template in ("moved", "practice_moved"):
        mail = render(template, FULL)
        assert f"Was: {FULL.earlier}" in mail.text
        assert f"Now: {FULL.when}" in mail.text


def test_the_reminder_says_when_where_and_until_when_plans_may_change() -> None:
    mail = render("reminder", FULL)
    assert mail.subject == "Reminder: your appointment at Stillwater, Tuesday, December 1, 2026, 4:30 PM"
    text = " ".join(mail.text.split())
    for fact in (FULL.when, "12 Mill Lane", FULL.quote, FULL.directions_url, LINK):
        assert fact in text


def test_the_receipt_has_its_number_its_tax_and_what_is_still_due() -> None:
    mail = render("receipt", FULL)
    for fact in ("2026-00042", FULL.tax, "$80.00", FULL.receipt_url):
        assert fact in mail.text
    assert "Everything is paid now" not in mail.text
    assert "Everything is paid now" in render("receipt", dataclasses.replace(FULL, due="")).text


def test_letters_to_the_practice_bear_no_link_of_the_guests() -> None:
    for template in ("practice_notice", "practice_moved", "practice_cancelled"):
        mail = render(template, FULL)
        assert LINK not in mail.text
        assert FULL.receipt_url not in mail.html
        assert "Reply to this email" not in mail.text


def test_every_letter_of_a_booking_names_the_practice_and_its_address() -> None:
    for template in TEMPLATES:
        for text in (render(template, FULL).text, Words(render(template, FULL).html).text):
            assert "Stillwater" in text
            assert "12 Mill Lane" in text


def test_a_time_of_day_is_never_broken_over_lines() -> None:
    assert (
        "4:30\N{NO-BREAK SPACE}PM\N{NO-BREAK SPACE}–\N{NO-BREAK SPACE}5:30\N{NO-BREAK SPACE}PM"
        in render("confirmation", FULL).html
    )
