"""The catalogue: what can be booked."""

import reflex as rx

from truflow.components.frame import guest_page
from truflow.components.services import service_cards
from truflow.texts import t


def book() -> rx.Component:
    """All services as cards."""
    return guest_page(
        rx.el.h1(t("book.headline"), tab_index=-1),
        rx.el.p(t("book.lead"), class_name="lead"),
        service_cards(rx.el.h2),
        held_bar=True,
    )
