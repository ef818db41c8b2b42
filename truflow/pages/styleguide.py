"""Every piece of the design, in every state it can be in; for those who build, so not in production.

Its words are samples and no texts of the product: they are in English and nowhere translated.
"""

import reflex as rx

from truflow.components.frame import guest_page
from truflow.components.islands import MonthGrid
from truflow.components.managing import ConfirmDialog
from truflow.components.pieces import calm, complaints, fact, field, notice, skeleton, stepper, tick

COLORS = {
    "paper": "bg-paper",
    "card": "bg-card",
    "ink": "bg-ink",
    "soft": "bg-soft",
    "faint": "bg-faint",
    "line": "bg-line",
    "brand": "bg-brand",
    "brand-wash": "bg-brand-wash",
    "care": "bg-care",
    "care-wash": "bg-care-wash",
}
SPACES = {"4 px": "w-1", "8 px": "w-2", "12 px": "w-3", "16 px": "w-4", "24 px": "w-6", "32 px": "w-8", "48 px": "w-12"}
STATUSES = ("CONFIRMED", "COMPLETED", "PENDING", "CONFLICT", "NO_SHOW", "CANCELLED")
STEPS = ["Time", "Your details", "Payment"]


def styleguide() -> rx.Component:
    """All of it, from the smallest piece to the largest."""
    return guest_page(
        rx.el.h1("The design, piece by piece", tab_index=-1),
        _section("Type", _type()),
        _section("Colour", _colors()),
        _section("Space", _spaces()),
        _section("Buttons and links", _buttons()),
        _section("Fields", _fields()),
        _section("Notices", _notices()),
        _section("Stepper", rx.el.div(*[stepper(STEPS, current) for current in range(3)], class_name="stack")),
        _section("Dialog", _dialog()),
        _section("Calendar", _calendar()),
        _section("Time grid", _times()),
        _section("Segments", _segments()),
        _section("Cards", _cards()),
        _section("Table", _table()),
        _section("Waiting", rx.el.div(skeleton("h-8"), skeleton("h-24", "mt-3"), class_name="max-w-md")),
        _section("Nothing here yet", calm_part()),
    )


def _section(title: str, *children: rx.Component) -> rx.Component:
    name = title.lower().replace(" ", "-")
    return rx.el.section(
        rx.el.h2(title, id=name, class_name="mb-4"),
        *children,
        aria_labelledby=name,
        class_name="py-8 border-t border-line",
    )


def _type() -> rx.Component:
    return rx.el.div(
        rx.el.p("Display, 44 px", class_name="display text-[2.75rem]"),
        rx.el.p("Heading, 25 px", class_name="display text-[1.55rem]"),
        rx.el.p("Small heading, 19 px", class_name="display text-[1.2rem]"),
        rx.el.p("Lead, 18 px: one or two sentences at the top of a page.", class_name="lead"),
        rx.el.p("Text, 16 px: everything else. 0123456789 stand below each other."),
        rx.el.p("Small and soft, 14 px: what may be overlooked.", class_name="soft small"),
        class_name="stack",
    )


def _colors() -> rx.Component:
    swatches = [
        rx.el.li(rx.el.span(class_name=f"block h-14 rounded-xl border border-line {fill}"), rx.el.span(name))
        for name, fill in COLORS.items()
    ]
    return rx.el.ul(*swatches, class_name="grid gap-4 grid-cols-[repeat(auto-fill,minmax(7rem,1fr))]")


def _spaces() -> rx.Component:
    bars = [rx.el.li(rx.el.span(class_name=f"block h-3 bg-brand {width}"), name) for name, width in SPACES.items()]
    return rx.el.ul(*bars, class_name="stack")


def _buttons() -> rx.Component:
    return rx.el.div(
        rx.el.button("Main", type="button", class_name="button"),
        rx.el.button("Quiet", type="button", class_name="button button-quiet"),
        rx.el.button("Small", type="button", class_name="button button-small"),
        rx.el.button("Not now", type="button", disabled=True, class_name="button"),
        rx.el.button("A link that acts", type="button", class_name="link"),
        rx.el.a("A link that leads", href="#type", class_name="link"),
        rx.el.a("A chip", href="#type", class_name="chip"),
        class_name="flex flex-wrap gap-3 items-center",
    )


def _fields() -> rx.Component:
    return rx.el.form(
        field("plain", "Plain", ""),
        field("hinted", "With a hint", "", hint="What it is for, in one sentence.", kind="email", input_mode="email"),
        field("wrong", "With an error", "Please enter an email address, for example name@example.com.", kind="email"),
        field("free", "Not needed", "", required=False, long=True),
        tick("box", "A box to tick", "What happens then."),
        class_name="stack max-w-md",
    )


def _notices() -> rx.Component:
    wrong = rx.Var.create([{"field": "wrong", "text": "Please enter an email address."}])
    return rx.el.div(
        rx.el.p("Something to know.", class_name="notice"),
        notice("Something went wrong, and here is what to do."),
        complaints("Please check one field below.", wrong),
        rx.el.p(*[rx.el.span(name, class_name="tag mr-2", data_status=name) for name in STATUSES]),
        class_name="stack max-w-xl",
    )


def _dialog() -> rx.Component:
    return ConfirmDialog.create(
        rx.el.p("One sentence that says what happens, and what does not come back."),
        label="Ask",
        title="Really?",
        yes="Yes, do it",
        no="No, keep it",
        tone="button-quiet",
    )


def _calendar() -> rx.Component:
    """Free, full, chosen, today, and days that are no days of the month."""
    days = [
        {
            "number": str(day) if 1 <= day <= 30 else "",
            "date": f"2026-11-{day:02d}",
            "available": day in (10, 11, 12, 17, 18, 19, 24),
            "today": day == 10,
            "label": f"November {day}",
            "link": "?",
        }
        for day in range(-5, 37)
    ]
    weeks = [{"days": days[place : place + 7]} for place in range(0, 42, 7)]
    return rx.el.div(
        rx.el.h3("November 2026", id="sample-month"),
        MonthGrid.create(
            weeks=weeks,
            selected="2026-11-17",
            weekdays=[[name[:2], name] for name in ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")]
            + [["Sa", "Saturday"], ["Su", "Sunday"]],
            labelledby="sample-month",
        ),
        class_name="card max-w-md",
    )


def _times() -> rx.Component:
    times = [
        rx.el.li(rx.el.button(label, type="button", class_name="time")) for label in ("9:00 AM", "9:15 AM", "10:30 AM")
    ]
    other = rx.el.button("11:00 AM", rx.el.small("5:00 PM"), type="button", class_name="time")
    more = rx.el.button("All 12 times", type="button", class_name="time time-quiet")
    return rx.el.ul(*times, rx.el.li(other), rx.el.li(more), class_name="times max-w-md")


def _segments() -> rx.Component:
    return rx.el.div(
        *[
            rx.el.button(
                label, type="button", aria_pressed="true" if label == "Month" else "false", class_name="segment"
            )
            for label in ("Month", "List")
        ],
        role="group",
        aria_label="A sample",
        class_name="segments max-w-max",
    )


def _cards() -> rx.Component:
    facts = rx.el.dl(fact("What", "Classic massage"), fact("When", "Tuesday, 4:30 PM"), class_name="facts")
    need = rx.el.p("Somebody has to look at this.")
    return rx.el.div(
        rx.el.div(facts, class_name="card"), rx.el.div(need, class_name="need"), class_name="grid gap-4 sm:grid-cols-2"
    )


def _table() -> rx.Component:
    rows = [("9:00 AM", "Maya Ortiz", "Classic massage", "CONFIRMED", "$25.00 of $75.00 paid")] * 2
    body = [
        rx.el.tr(
            rx.el.td(time),
            rx.el.td(guest),
            rx.el.td(what),
            rx.el.td(rx.el.span(status, class_name="tag", data_status=status)),
            rx.el.td(money),
        )
        for time, guest, what, status, money in rows
    ]
    heads = [rx.el.th(name, scope="col") for name in ("Time", "Guest", "Service", "Status", "Money")]
    return rx.el.table(
        rx.el.caption("Appointments", class_name="sr-only"),
        rx.el.thead(rx.el.tr(*heads)),
        rx.el.tbody(*body),
        class_name="desk-table",
    )


def calm_part() -> rx.Component:
    """A part of a page on which nothing can be done but go on; its heading is one of a part."""
    return calm("A free day", "Nobody has an appointment today.", heading=rx.el.h3)
