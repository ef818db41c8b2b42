"""Terms and privacy, in plain words, with the practice's own."""

import reflex as rx

from truflow.components.frame import guest_page
from truflow.components.pieces import Text
from truflow.state.practice import Practice
from truflow.texts import t


def terms() -> rx.Component:
    """What both sides agree to."""
    return guest_page(
        rx.el.h1(t("terms.title"), tab_index=-1),
        _part(t("terms.booking"), t("terms.booking_text")),
        _part(t("terms.cancel"), Practice.cancellation),
        _part(t("terms.conflict"), t("terms.conflict_text")),
        rx.cond(Practice.terms, rx.el.p(Practice.terms, class_name="mt-8 whitespace-pre-line")),
        rx.el.section(rx.el.h2(t("terms.imprint")), _contact(), class_name="mt-8"),
        narrow=True,
    )


def privacy() -> rx.Component:
    """What is kept about a guest, and why."""
    return guest_page(
        rx.el.h1(t("privacy.title"), tab_index=-1),
        _part(t("privacy.what"), t("privacy.what_text")),
        _part(t("privacy.card"), t("privacy.card_text")),
        _part(t("privacy.cookies"), t("privacy.cookies_text")),
        _part(t("privacy.rights"), t("privacy.rights_text")),
        _contact(),
        narrow=True,
    )


def _part(title: str, text: Text) -> rx.Component:
    return rx.el.section(rx.el.h2(title), rx.el.p(text, class_name="mt-2 min-h-19 sm:min-h-13"), class_name="mt-8")


def _contact() -> rx.Component:
    return rx.el.address(
        rx.el.span(Practice.name, class_name="block font-semibold"),
        rx.el.span(Practice.address, class_name="block"),
        rx.cond(Practice.phone, rx.el.a(Practice.phone, href=Practice.phone_href, class_name="link mr-6")),
        rx.cond(Practice.email, rx.el.a(Practice.email, href=Practice.email_href, class_name="link")),
        rx.cond(Practice.tax_line, rx.el.span(Practice.tax_line, class_name="block soft")),
        class_name="not-italic mt-3 min-h-24",
    )
