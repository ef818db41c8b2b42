"""What, which day, which time, and who: three panes on a desk, one question at a time on a phone.

The form stays in the page while another time is chosen, so that nothing typed is lost.
"""

import reflex as rx

from truflow.components.frame import guest_page
from truflow.components.islands import (
    BesideOnADesk,
    FormKeeper,
    FromItsTurn,
    KeyField,
    NamedHeading,
    StepFocus,
    VisitorZone,
    go_button,
    go_link,
)
from truflow.components.month import day_head, looks, month, month_waiting, parts, soonest, times
from truflow.components.pieces import calm, complaints, field, live, notice, skeleton, tick
from truflow.state.choose import Choose
from truflow.state.details import Details
from truflow.state.practice import Practice
from truflow.texts import t


def choose() -> rx.Component:
    """The booking flow of one service."""
    return guest_page(
        VisitorZone.create(known=Choose.visitor_zone, clock=Choose.clock, on_zone=Choose.set_zone),
        StepFocus.create(step=Choose.step, prefix="step"),
        live(rx.cond(Choose.stage == "loading", t("choose.loading"), ""), class_name="sr-only"),
        rx.match(
            Choose.stage,
            ("missing", calm(t("choose.unknown_title"), t("choose.unknown"), _to_services())),
            ("failed", calm(t("choose.title"), t("choose.failed"), _again())),
            ("none", calm(t("choose.none_title"), Choose.none_text, _call(), _to_services())),
            _flow(),
        ),
        held_bar=True,
    )


def _flow() -> rx.Component:
    return rx.fragment(
        notice(Choose.notice),
        rx.el.div(
            _what(),
            rx.el.section(
                soonest(),
                rx.el.div(
                    rx.el.h2(t("choose.day"), id="step-day", tab_index=-1), looks(), class_name="day-head mt-6 mb-3"
                ),
                parts(),
                rx.cond(Choose.stage == "loading", month_waiting(), month()),
                hidden=Choose.step == "details",
                aria_labelledby="step-day",
                class_name="pane pane-day",
            ),
            rx.el.section(
                go_button(
                    t("choose.back_to_days"), to=Choose.days_link, replace=True, class_name="link back only-phone"
                ),
                day_head(),
                rx.el.p(Choose.zone_note, class_name="soft small mt-1"),
                BesideOnADesk.create(
                    rx.el.div(
                        rx.cond(Choose.stage == "loading", skeleton("h-72", "mt-5"), times()), class_name="pane-scroll"
                    ),
                    turn=Choose.step != "day",
                ),
                hidden=Choose.step == "details",
                aria_labelledby="step-time",
                class_name="pane pane-time",
            ),
            _details(),
            class_name="panes",
            data_step=Choose.step,
            data_listed=rx.cond(Choose.listed, "true", "false"),
        ),
        _bar(),
    )


def _what() -> rx.Component:
    return rx.el.section(
        go_link(t("choose.other_service"), to="/book", class_name="link back small to-services"),
        NamedHeading.create(
            rx.el.span(t("choose.title"), class_name="sr-only"),
            skeleton("h-9"),
            name=Choose.service.name,
            class_name="text-3xl! mt-1 min-h-9",
        ),
        rx.el.p(Choose.service.description, class_name="soft mt-3 max-lg:hidden"),
        rx.el.div(
            rx.el.p(Choose.service.lasts, class_name="font-semibold"),
            rx.el.p(Choose.service.price, class_name="service-price max-lg:hidden"),
            rx.el.p(Choose.service.deposit, class_name="soft small"),
            class_name="what-facts",
        ),
        class_name="pane pane-what",
    )


def _details() -> rx.Component:
    return rx.el.section(
        FromItsTurn.create(_form(), turn=Choose.step == "details"),
        hidden=Choose.step != "details",
        aria_labelledby="step-details",
        class_name="pane",
    )


def _form() -> rx.Component:
    return rx.el.div(
        go_button(t("details.change"), to=Choose.day_link, class_name="link back"),
        rx.el.h2(t("details.title"), id="step-details", tab_index=-1, class_name="mt-1"),
        rx.el.p(
            rx.el.span(Choose.day_label, ", ", Choose.chosen_label, class_name="font-semibold block"),
            rx.el.span(Choose.chosen_zone, class_name="soft small"),
            class_name="mt-2 mb-5",
        ),
        complaints(Details.notice, Details.wrong),
        rx.el.form(
            field("name", t("details.name"), Details.name_error, autocomplete="name"),
            field(
                "email",
                t("details.email"),
                Details.email_error,
                kind="email",
                hint=t("details.email_hint"),
                autocomplete="email",
                input_mode="email",
            ),
            field(
                "phone",
                t("details.phone"),
                Details.phone_error,
                kind="tel",
                hint=t("details.phone_hint"),
                autocomplete="tel",
                input_mode="tel",
            ),
            field("notes", t("details.notes"), Details.notes_error, required=False, long=True),
            tick("remember", t("details.remember"), t("details.remember_hint")),
            rx.el.input(type="hidden", name="start", value=Choose.start),
            KeyField.create(name="key", slot=Choose.start),
            rx.el.p(rx.el.strong(Choose.money), " ", Choose.terms, class_name="pt-2"),
            rx.el.button(
                rx.cond(Details.busy, t("details.sending"), Choose.submit_label),
                type="submit",
                disabled=Details.busy,
                class_name="button button-wide",
            ),
            rx.el.p(Choose.held_next, class_name="soft small"),
            on_submit=Details.book,
            no_validate=True,
            id="details",
            class_name="stack",
        ),
        FormKeeper.create(form="details", box="remember", done="/booking/"),
        class_name="max-w-xl",
    )


def _bar() -> rx.Component:
    """The choice so far, always in sight on a phone."""
    return rx.el.div(
        rx.el.p(
            rx.el.strong(Choose.service.name, class_name="block leading-tight"),
            rx.el.span(
                rx.match(
                    Choose.step,
                    ("details", Choose.day_label + ", " + Choose.chosen_label),
                    ("time", Choose.day_label),
                    Choose.service.lasts,
                ),
                class_name="soft small",
            ),
        ),
        rx.el.span(Choose.service.price, class_name="service-price"),
        class_name="bar",
    )


def _to_services() -> rx.Component:
    return go_link(t("choose.all_services"), to="/book", class_name="button")


def _again() -> rx.Component:
    return rx.el.button(t("choose.again"), on_click=Choose.load, class_name="button")


def _call() -> rx.Component:
    return rx.cond(Practice.phone, rx.el.a(Practice.call_label, href=Practice.phone_href, class_name="button"))
