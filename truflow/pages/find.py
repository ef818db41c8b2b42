"""Lost links: ask for them by mail address; the same answer, whoever asks."""

import reflex as rx

from truflow.components.frame import guest_page
from truflow.components.pieces import calm, field, notice
from truflow.state.find import Find
from truflow.texts import language, t


def find() -> rx.Component:
    """The form, which also works as a plain one, and its answer."""
    return guest_page(
        rx.cond(
            Find.sent,
            calm(
                t("find.sent_title"),
                t("find.sent"),
                rx.el.button(t("find.again"), type="button", on_click=Find.begin, class_name="button button-quiet"),
            ),
            rx.el.div(
                rx.el.h1(t("find.title"), tab_index=-1),
                rx.el.p(t("find.lead"), class_name="lead"),
                rx.el.div(notice(Find.notice), class_name="mt-5"),
                _form(),
                class_name="py-2",
            ),
        ),
        narrow=True,
    )


def _form() -> rx.Component:
    return rx.el.form(
        field("email", t("find.email"), Find.email_error, kind="email", autocomplete="email", input_mode="email"),
        rx.el.button(
            rx.cond(Find.busy, t("find.sending"), t("find.send")),
            type="submit",
            disabled=Find.busy,
            class_name="button",
        ),
        rx.el.input(type="hidden", name="language", value=language()),
        action="/plain/find",
        method="post",
        on_submit=Find.ask,
        no_validate=True,
        class_name="card mt-6 stack",
    )
