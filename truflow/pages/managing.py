"""A booking that stands: what, when, where and the money, and all that its guest can do with it."""

import reflex as rx

from truflow.components.islands import token_link
from truflow.components.managing import ConfirmDialog, MailAddress, step_button
from truflow.components.pieces import each, field, live, notice
from truflow.state.booking import Booking
from truflow.state.managing import Managing
from truflow.texts import t


def messages() -> rx.Component:
    """What was done, and what went wrong."""
    return rx.fragment(
        live(rx.cond(Managing.done, rx.el.p(Managing.done, class_name="notice mb-5"))),
        notice(Managing.notice),
    )


def files() -> rx.Component:
    """The calendar file, the way there, the receipt."""
    return rx.el.div(
        token_link(t("booking.calendar"), to=Booking.card.calendar, download=True, class_name="button"),
        rx.cond(
            Managing.directions,
            rx.el.a(
                t("manage.directions"),
                href=Managing.directions,
                rel="noreferrer",
                target="_blank",
                class_name="button button-quiet",
            ),
        ),
        receipt_link(),
        class_name="mt-6 flex flex-wrap gap-3",
    )


def receipt_link() -> rx.Component:
    """The printable receipt, once money came."""
    return rx.cond(
        Managing.receipt, token_link(t("manage.receipt"), to=Managing.receipt, class_name="button button-quiet")
    )


def rest() -> rx.Component:
    """The rest of the price, by card before the visit."""
    return rx.cond(
        Managing.pay_rest,
        rx.el.section(
            rx.el.h2(t("manage.pay_rest_title"), id="rest", class_name="text-xl!"),
            rx.el.p(t("manage.pay_rest_lead"), class_name="soft"),
            rx.el.button(
                Managing.pay_rest,
                type="button",
                on_click=Managing.begin_balance,
                disabled=Managing.busy,
                class_name="button",
            ),
            aria_labelledby="rest",
            class_name="card mt-6 stack",
        ),
    )


def change() -> rx.Component:
    """Move it or cancel it, and exactly what comes back."""
    return rx.el.section(
        rx.el.h2(t("manage.change"), id="change", class_name="text-xl!"),
        rx.cond(
            Managing.can_cancel,
            rx.fragment(
                rx.el.ul(each(Managing.quote, rx.el.li), class_name="space-y-1"),
                rx.el.div(
                    rx.cond(
                        Managing.can_move,
                        step_button(t("manage.move"), to="?move=1", class_name="button"),
                    ),
                    ConfirmDialog.create(
                        rx.el.p(Booking.card.service, ", ", Booking.card.when),
                        rx.el.p(rx.el.strong(Managing.cancel_money)),
                        rx.el.p(t("manage.cancel_frees"), class_name="soft"),
                        rx.cond(Managing.notice, rx.el.p(Managing.notice, class_name="notice care")),
                        label=t("manage.cancel"),
                        title=t("manage.cancel_title"),
                        yes=rx.cond(Managing.busy, t("manage.cancelling"), t("manage.cancel_yes")),
                        no=t("manage.cancel_no"),
                        busy=Managing.busy,
                        tone="button-quiet",
                        on_yes=Managing.cancel,
                    ),
                    class_name="flex flex-wrap gap-3",
                ),
                rx.cond(Managing.can_move, None, rx.el.p(t("manage.cannot_move"), class_name="soft small")),
            ),
            rx.el.p(t("manage.too_late")),
        ),
        aria_labelledby="change",
        class_name="card mt-6 stack",
    )


def mail_address() -> rx.Component:
    """Where the confirmation went, and once a way to put that right."""
    return rx.el.section(
        MailAddress.create(booking=Managing.booking_id, lead=t("correct.sent_to")),
        rx.cond(
            Managing.can_correct & ~Managing.correcting,
            rx.el.button(t("correct.wrong"), type="button", on_click=Managing.begin_correction, class_name="link"),
        ),
        rx.cond(
            Managing.can_correct & Managing.correcting,
            rx.el.form(
                field(
                    "email",
                    t("correct.label"),
                    Managing.email_error,
                    hint=t("correct.hint"),
                    kind="email",
                    autocomplete="email",
                    input_mode="email",
                ),
                rx.el.button(
                    rx.cond(Managing.busy, t("correct.sending"), t("correct.send")),
                    type="submit",
                    disabled=Managing.busy,
                    class_name="button",
                ),
                on_submit=Managing.correct,
                no_validate=True,
                class_name="stack mt-3",
            ),
        ),
        class_name="card mt-6",
    )


def to_booking() -> rx.Component:
    """From the thanks to the page that every mail leads to."""
    return token_link(t("manage.change"), to=Managing.page, class_name="link")
