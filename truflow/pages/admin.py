"""The admin's first pages: today, one booking."""

from typing import Any

import reflex as rx
from reflex_base.vars.sequence import ArrayVar

from truflow.components.islands import Ticker, go_link, native_form, skip_link
from truflow.components.needs import last_check, needs
from truflow.components.pieces import Text, fact, live, notice, skeleton
from truflow.state.admin import SAID, Desk, DeskRow
from truflow.state.admin_booking import Detail, Line
from truflow.state.practice import Practice
from truflow.texts import t


def today() -> rx.Component:
    """The day's appointments in the order of their time."""
    return _desk(
        "today",
        Ticker.create(active=True, every=30, limit=0, on_tick=Desk.refresh),
        rx.el.h1(t("admin.today"), tab_index=-1),
        rx.el.p(
            Desk.date,
            rx.cond(Desk.count, " · " + Desk.count, ""),
            rx.el.span(rx.cond(Desk.updated, " · " + Desk.updated, ""), class_name="small"),
            class_name="soft mt-1 min-h-6",
        ),
        rx.el.div(
            notice(Desk.notice),
            live(rx.cond(Desk.said, rx.el.p(Desk.said, class_name="notice mb-5"))),
            id=SAID,
            tab_index=-1,
            class_name="mt-4",
        ),
        needs(),
        rx.cond(Desk.needs_somebody, rx.el.h2(t("admin.appointments"), class_name="mt-10 -mb-3")),
        rx.match(
            Desk.stage,
            ("ready", rx.cond(Desk.rows.length() > 0, _day(), _free_day())),
            rx.el.div(*[skeleton("h-11", "mt-3") for _ in range(5)], role="status", aria_label=t("admin.loading")),
        ),
        last_check(),
    )


def detail() -> rx.Component:
    """One booking with all that happened to it."""
    return _desk(
        "booking",
        go_link(t("admin.back"), to="/admin", class_name="link back"),
        rx.match(
            Detail.stage,
            ("ready", _detail()),
            ("missing", rx.el.h1(t("admin.not_found"), tab_index=-1)),
            rx.el.div(
                rx.el.h1(rx.el.span(t("admin.loading"), class_name="sr-only"), skeleton("h-9", "w-64"), tab_index=-1),
                skeleton("h-60", "mt-6"),
                role="status",
            ),
        ),
    )


def _desk(current: str, *children: rx.Component) -> rx.Component:
    return rx.fragment(
        skip_link(t("frame.skip"), class_name="skip"),
        rx.el.div(
            rx.el.header(
                rx.el.p(go_link(rx.cond(Practice.name, Practice.name, "\u00a0"), to="/admin", class_name="top-name")),
                rx.el.nav(
                    go_link(t("admin.today"), to="/admin", aria_current="page" if current == "today" else "false"),
                    rx.el.a(t("admin.site"), href="/"),
                    native_form(
                        rx.el.button(t("admin.sign_out"), type="submit"), action="/api/admin/auth/logout", method="post"
                    ),
                    aria_label=t("admin.rail"),
                    class_name="rail mt-4",
                ),
                rx.el.p(Desk.admin, class_name="soft small mt-4 px-4 max-lg:hidden"),
                class_name="pt-4",
            ),
            rx.el.main(*children, id="main", tab_index=-1, class_name="min-w-0"),
            class_name="wrap desk",
        ),
    )


def _day() -> rx.Component:
    heads = [t(f"admin.{name}") for name in ("time", "guest", "service", "status", "money")]
    return rx.el.table(
        rx.el.caption(t("admin.today"), class_name="sr-only"),
        rx.el.thead(rx.el.tr(*[rx.el.th(head, scope="col") for head in heads])),
        rx.el.tbody(rx.foreach(Desk.rows, _row)),
        class_name="desk-table mt-6",
    )


def _row(row: DeskRow) -> rx.Component:
    return rx.el.tr(
        rx.el.td(row.time, class_name="whitespace-nowrap"),
        rx.el.td(go_link(row.guest, to=row.link, class_name="link")),
        rx.el.td(row.service),
        rx.el.td(_tag(row.status, row.status_text)),
        rx.el.td(row.money),
    )


def _free_day() -> rx.Component:
    return rx.el.div(
        rx.el.h2(t("admin.no_bookings_title")),
        rx.el.p(t("admin.no_bookings"), class_name="soft mt-1"),
        class_name="card mt-6",
    )


def _detail() -> rx.Component:
    card = Detail.card
    return rx.fragment(
        rx.el.div(
            rx.el.h1(card.reference, tab_index=-1),
            _tag(card.status, card.status_text),
            class_name="flex flex-wrap items-center gap-4",
        ),
        rx.el.dl(
            fact(t("booking.what"), card.service),
            fact(t("booking.when"), card.when),
            fact(t("admin.guest"), card.guest),
            fact(
                t("admin.contact"),
                rx.fragment(
                    rx.el.a(card.email, href="mailto:" + card.email, class_name="inline-block mr-5"),
                    rx.el.a(card.phone, href="tel:" + card.phone, class_name="inline-block"),
                ),
            ),
            rx.cond(card.notes, fact(t("admin.notes"), card.notes)),
            fact(t("booking.price"), card.price),
            fact(t("booking.paid"), card.paid),
            rx.cond(card.refunded, fact(t("booking.refunded"), card.refunded)),
            fact(t("booking.due"), card.due),
            fact(t("admin.booked_at"), card.booked),
            class_name="facts card mt-5",
        ),
        _lines(t("admin.payments"), Detail.payments),
        _lines(t("admin.refunds"), Detail.refunds),
        _lines(t("admin.mails"), Detail.mails),
        _lines(t("admin.timeline"), Detail.timeline),
    )


def _lines(title: str, lines: ArrayVar[Any]) -> rx.Component:
    return rx.el.section(
        rx.el.h2(title),
        rx.cond(
            lines.length() > 0,
            rx.el.ul(rx.foreach(lines, _line), class_name="mt-2"),
            rx.el.p(t("admin.none"), class_name="soft mt-2"),
        ),
        class_name="mt-8",
    )


def _line(line: Line) -> rx.Component:
    return rx.el.li(
        rx.el.span(line.what, class_name="font-semibold block"),
        rx.el.span(line.at, rx.cond(line.note, " · " + line.note, ""), class_name="soft small"),
        class_name="py-2.5 border-b border-line",
    )


def _tag(status: Text, text: Text) -> rx.Component:
    return rx.el.span(text, class_name="tag", data_status=status)
