"""An address that leads nowhere."""

import reflex as rx

from truflow.components.frame import guest_page
from truflow.components.islands import go_link
from truflow.components.pieces import calm
from truflow.texts import t


def lost() -> rx.Component:
    """The 404 page."""
    return guest_page(
        calm(
            t("lost.headline"),
            t("lost.lead"),
            go_link(t("frame.book"), to="/book", class_name="button"),
            go_link(t("lost.home"), to="/", class_name="button button-quiet"),
        )
    )
