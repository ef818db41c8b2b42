"""Free times: the first ones, a month as a grid, a week as a list, and a day's times by part of the day."""

import reflex as rx

from truflow.components.islands import MonthGrid, go_button
from truflow.components.pieces import Text, each, segments, skeleton
from truflow.domain.formats import weekdays
from truflow.state.calendar import Choice, DayList, TimeButton, TimeGroup
from truflow.state.choose import Choose
from truflow.texts import t


def soonest() -> rx.Component:
    """The first free times, one tap from the guest's details, and a way to any day of the week."""
    return rx.el.section(
        rx.el.h2(t("choose.next_free"), id="soonest", class_name="part mt-0!"),
        rx.cond(
            Choose.stage == "loading",
            rx.el.div(*[skeleton("h-15") for _ in range(4)], class_name="soonest", aria_hidden="true"),
            rx.el.ul(
                each(Choose.soonest, _soon),
                rx.cond(
                    Choose.any_day.label,
                    rx.el.li(go_button(Choose.any_day.label, to=Choose.any_day.link, class_name="time time-quiet")),
                ),
                class_name="soonest",
            ),
        ),
        aria_labelledby="soonest",
    )


def looks() -> rx.Component:
    """Month or list."""
    return segments(t("choose.ways"), Choose.looks)


def parts() -> rx.Component:
    """Which part of the day."""
    return rx.el.div(segments(t("choose.parts"), Choose.parts), class_name="ways")


def month() -> rx.Component:
    """The month with its free days, by the pattern of a grid; or the week, as a list."""
    return rx.el.div(
        rx.el.div(
            _arrow(
                "back",
                rx.cond(Choose.listed, t("choose.previous_week"), t("choose.previous_month")),
                Choose.previous_link,
            ),
            rx.el.h3(Choose.title, id="month", aria_live="polite"),
            _arrow("onward", rx.cond(Choose.listed, t("choose.next_week"), t("choose.next_month")), Choose.next_link),
            class_name="month-head",
        ),
        rx.cond(
            Choose.listed,
            rx.el.div(each(Choose.days, _listed), class_name="week"),
            MonthGrid.create(
                weeks=Choose.weeks,
                selected=Choose.day,
                weekdays=[[name[:2], name] for name in weekdays()],
                labelledby="month",
                previous=Choose.previous_link,
                next=Choose.next_link,
            ),
        ),
        rx.cond(Choose.nothing, rx.el.p(Choose.nothing, class_name="soft mt-2", role="status")),
    )


def month_waiting() -> rx.Component:
    """The month's place while it loads: the same size, so that nothing moves."""
    return rx.el.div(skeleton("h-11"), skeleton("h-72", "mt-4 lg:h-96"), aria_hidden="true")


def day_head() -> rx.Component:
    """The day's name, with a way to the free days beside it."""
    return rx.el.div(
        rx.el.h2(rx.cond(Choose.day_label, Choose.day_label, t("choose.time")), id="step-time", tab_index=-1),
        rx.el.div(
            _arrow("back", t("choose.previous_day"), Choose.day_before),
            _arrow("onward", t("choose.next_day"), Choose.day_after),
            class_name="flex shrink-0",
        ),
        class_name="day-head",
    )


def times() -> rx.Component:
    """The chosen day's times by part of the day."""
    return rx.cond(
        Choose.groups.length() > 0,
        rx.el.div(each(Choose.groups, _group)),
        rx.el.div(
            rx.el.p(Choose.day_nothing, class_name="soft mt-4"),
            rx.cond(
                Choose.near.length() > 0,
                rx.el.div(
                    rx.el.h3(t("choose.nearest"), class_name="part"),
                    rx.el.ul(each(Choose.near, _near), class_name="times grid-cols-1!"),
                ),
            ),
        ),
    )


def _arrow(way: str, label: Text, link: Text) -> rx.Component:
    return go_button(
        to=link, replace=True, disabled=rx.cond(link, False, True), aria_label=label, class_name=f"arrow {way}"
    )


def _soon(time: TimeButton) -> rx.Component:
    return rx.el.li(
        go_button(
            rx.el.span(time.day, class_name="block text-sm font-normal"),
            rx.el.span(" ", time.label),
            _yours(time),
            to=time.link,
            class_name="time",
        ),
        key=time.link,
    )


def _group(group: TimeGroup) -> rx.Component:
    return rx.el.div(rx.el.h3(group.title, class_name="part"), rx.el.ul(each(group.times, _time), class_name="times"))


def _listed(day: DayList) -> rx.Component:
    return rx.el.section(
        rx.el.h4(day.title),
        rx.cond(
            day.times.length() > 0,  # type: ignore[attr-defined]
            rx.el.ul(
                each(day.times, _time),
                rx.cond(
                    day.more,
                    rx.el.li(
                        go_button(
                            day.more,
                            rx.el.span(", ", day.title, class_name="sr-only"),
                            to=day.link,
                            class_name="time time-quiet",
                        )
                    ),
                ),
                class_name="times",
            ),
            rx.el.p(t("choose.nothing"), class_name="soft small"),
        ),
        key=day.link,
    )


def _near(day: Choice) -> rx.Component:
    place = go_button(day.label, rx.el.small(day.more), to=day.link, replace=True, class_name="time")
    return rx.el.li(place, key=day.link)


def _time(time: TimeButton) -> rx.Component:
    """Its key is its address: when a time before it goes, the finger and the focus stay on this one."""
    return rx.el.li(go_button(time.label, _yours(time), to=time.link, class_name="time"), key=time.link)


def _yours(time: TimeButton) -> rx.Component:
    return rx.cond(time.yours, rx.el.small(time.yours, rx.el.span(" ", t("choose.your_time"), class_name="sr-only")))
