"""The practice's front page."""

import reflex as rx

from truflow.components.frame import guest_page
from truflow.components.islands import go_link
from truflow.components.services import service_cards
from truflow.state.practice import Practice
from truflow.texts import t


def home() -> rx.Component:
    """Who we are, what you can book, how it works, where we are."""
    return guest_page(
        rx.el.section(
            rx.el.div(
                rx.el.h1(t("home.headline"), tab_index=-1),
                rx.el.p(t("home.lead"), class_name="lead"),
                rx.el.p(go_link(t("frame.book"), to="/book", class_name="button"), class_name="mt-7"),
            ),
            rx.el.div(rx.el.i(), rx.el.i(), rx.el.i(), class_name="arch", aria_hidden="true"),
            class_name="hero",
        ),
        rx.el.section(
            rx.el.h2(t("home.services"), id="services"),
            service_cards(rx.el.h3),
            aria_labelledby="services",
            class_name="py-6",
        ),
        rx.el.section(
            rx.el.h2(t("home.how"), id="how"),
            rx.el.ol(*[_step(number) for number in (1, 2, 3)], class_name="steps"),
            aria_labelledby="how",
            class_name="py-10",
        ),
        rx.el.section(
            rx.el.h2(t("home.visit"), id="visit"),
            rx.el.address(
                rx.el.span(Practice.name, class_name="block font-semibold"),
                rx.el.span(Practice.address, class_name="block"),
                rx.cond(Practice.phone, rx.el.a(Practice.phone, href=Practice.phone_href, class_name="link")),
                class_name="not-italic mt-3 min-h-24",
            ),
            aria_labelledby="visit",
            class_name="py-4",
        ),
    )


def _step(number: int) -> rx.Component:
    return rx.el.li(rx.el.h3(t(f"home.how{number}_title")), rx.el.p(t(f"home.how{number}")))
