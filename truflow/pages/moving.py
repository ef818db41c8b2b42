"""Another time for a booking: the month, the day's times, and the question before it is moved."""

import reflex as rx

from truflow.components.islands import StepFocus
from truflow.components.managing import TokenMonth, step_button
from truflow.components.pieces import Text, each, fact, notice
from truflow.domain.formats import weekdays
from truflow.state.booking import Booking
from truflow.state.calendar import TimeButton, TimeGroup
from truflow.state.moving import Moving
from truflow.texts import t


def another_time() -> rx.Component:
    """All of it; which step is shown follows from the address."""
    return rx.el.div(
        StepFocus.create(step=Moving.step, prefix="move"),
        rx.el.h1(t("move.title"), tab_index=-1),
        rx.el.p(t("move.now", when=""), Booking.card.when, class_name="lead"),
        rx.el.div(notice(Moving.notice), class_name="mt-5"),
        rx.cond(
            Moving.step == "confirm",
            _question(),
            rx.el.div(_days(), _times(), class_name="mt-6 grid gap-6"),
        ),
        rx.el.p(step_button(t("move.keep"), to="?", class_name="link"), class_name="mt-4"),
        class_name="py-2",
    )


def _days() -> rx.Component:
    return rx.el.section(
        rx.el.div(
            _arrow("back", t("choose.previous_month"), Moving.previous_link),
            rx.el.h2(Moving.month, id="move-day", tab_index=-1, aria_live="polite", class_name="text-xl!"),
            _arrow("onward", t("choose.next_month"), Moving.next_link),
            class_name="month-head",
        ),
        TokenMonth.create(
            weeks=Moving.weeks,
            selected=Moving.day,
            weekdays=[[name[:2], name] for name in weekdays()],
            labelledby="move-day",
            previous=Moving.previous_link,
            next=Moving.next_link,
        ),
        rx.cond(Moving.empty, rx.el.p(t("choose.month_empty"), class_name="soft mt-2")),
        class_name="card",
    )


def _times() -> rx.Component:
    return rx.cond(
        Moving.step == "time",
        rx.el.section(
            rx.el.h2(Moving.day_label, id="move-time", tab_index=-1, class_name="text-xl!"),
            rx.el.p(Moving.zone_note, class_name="soft small mt-1"),
            rx.cond(
                Moving.groups.length() > 0,
                rx.el.div(each(Moving.groups, _group)),
                rx.el.p(t("move.day_empty"), class_name="soft mt-4"),
            ),
            class_name="card",
        ),
    )


def _question() -> rx.Component:
    return rx.el.section(
        rx.el.h2(t("move.confirm_title"), id="move-confirm", tab_index=-1, class_name="text-xl!"),
        rx.el.dl(
            fact(t("move.from"), Booking.card.when),
            fact(t("move.to"), rx.el.strong(Moving.chosen_label)),
            class_name="facts",
        ),
        rx.el.p(t("manage.move_kept"), class_name="soft"),
        rx.el.div(
            rx.el.button(t("move.yes"), type="button", on_click=Moving.move, disabled=Moving.busy, class_name="button"),
            step_button(t("move.no"), to=Moving.day_link, class_name="button button-quiet"),
            class_name="flex flex-wrap gap-3",
        ),
        class_name="card mt-6 stack",
    )


def _arrow(way: str, label: str, link: Text) -> rx.Component:
    return step_button(
        to=link, replace=True, disabled=rx.cond(link, False, True), aria_label=label, class_name=f"arrow {way}"
    )


def _group(group: TimeGroup) -> rx.Component:
    return rx.el.div(rx.el.h3(group.title, class_name="part"), rx.el.ul(each(group.times, _time), class_name="times"))


def _time(time: TimeButton) -> rx.Component:
    return rx.el.li(step_button(time.label, to=time.link, class_name="time"), key=time.link)
