"""An address that leads nowhere, in the language of its first part."""

import reflex as rx

from truflow.components.frame import guest_page
from truflow.components.islands import go_link
from truflow.components.pieces import SPOKEN, calm
from truflow.texts import LANGUAGES, speaking, t


def lost() -> rx.Component:
    """The 404 page: one for all languages, because Reflex knows only one."""
    spoken = rx.Var(SPOKEN).to(str)
    return rx.match(spoken, *((tongue, _lost(tongue)) for tongue in LANGUAGES[1:]), _lost("en"))


def _lost(tongue: str) -> rx.Component:
    with speaking(tongue):
        return guest_page(
            calm(
                t("lost.headline"),
                t("lost.lead"),
                go_link(t("frame.book"), to="/book", class_name="button"),
                go_link(t("lost.home"), to="/", class_name="button button-quiet"),
            )
        )
