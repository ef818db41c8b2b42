"""The month's grid and the day's times."""

import reflex as rx

from truflow.components.islands import go_button
from truflow.components.pieces import Text, skeleton
from truflow.state.calendar import DayCell, TimeButton, TimeGroup, Week
from truflow.state.choose import Choose
from truflow.texts import t


def month() -> rx.Component:
    """The month with its free days as buttons."""
    return rx.el.div(
        rx.el.div(
            _arrow("\u2190", t("choose.previous_month"), Choose.previous_link),
            rx.el.h3(Choose.month_label, id="month", aria_live="polite"),
            _arrow("\u2192", t("choose.next_month"), Choose.next_link),
            class_name="month-head",
        ),
        rx.el.table(
            rx.el.thead(rx.el.tr(*[_weekday(name) for name in t("choose.weekdays").split()])),
            rx.el.tbody(rx.foreach(Choose.weeks, _week)),
            class_name="month",
            aria_labelledby="month",
        ),
        rx.cond(Choose.month_empty, rx.el.p(t("choose.month_empty"), class_name="soft mt-2")),
    )


def month_waiting() -> rx.Component:
    """The month's place while it loads: the same size, so that nothing moves."""
    return rx.el.div(skeleton("h-11"), skeleton("h-72", "mt-4 lg:h-96"), aria_hidden="true")


def times() -> rx.Component:
    """The chosen day's times by part of the day."""
    return rx.cond(
        Choose.groups.length() > 0,
        rx.el.div(rx.foreach(Choose.groups, _group)),
        rx.el.p(t("choose.day_empty"), class_name="soft mt-4"),
    )


def _arrow(sign: str, label: str, link: Text) -> rx.Component:
    return go_button(
        sign, to=link, replace=True, disabled=rx.cond(link, False, True), aria_label=label, class_name="arrow"
    )


def _weekday(name: str) -> rx.Component:
    return rx.el.th(rx.el.span(name[:2], aria_hidden="true"), rx.el.span(name, class_name="sr-only"), scope="col")


def _week(week: Week) -> rx.Component:
    return rx.el.tr(rx.foreach(week.days, _day))


def _day(day: DayCell) -> rx.Component:
    return rx.el.td(
        rx.cond(
            day.number,
            go_button(
                day.number,
                to=day.link,
                disabled=rx.cond(day.available, False, True),
                aria_label=day.label,
                aria_pressed=rx.cond(day.date == Choose.day, "true", "false"),
                data_today=rx.cond(day.today, "true", "false"),
                class_name="day",
            ),
            rx.el.div(class_name="day-out"),
        )
    )


def _group(group: TimeGroup) -> rx.Component:
    return rx.el.div(
        rx.el.h3(group.title, class_name="part"), rx.el.ul(rx.foreach(group.times, _time), class_name="times")
    )


def _time(time: TimeButton) -> rx.Component:
    return rx.el.li(
        go_button(
            time.label,
            rx.cond(time.yours, rx.el.small(time.yours, rx.el.span(" ", t("choose.your_time"), class_name="sr-only"))),
            to=time.link,
            class_name="time",
        )
    )
