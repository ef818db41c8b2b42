"""The frame of every page: skip link, header, main, footer, and what is said when something breaks."""

import reflex as rx
from reflex_base.constants import Hooks, Imports
from reflex_base.vars import VarData

from truflow.components.islands import Boundary, HeldBar, LanguageChooser, RouteAnnouncer, go_link, skip_link
from truflow.components.pieces import in_all, live
from truflow.state.notices import Notices
from truflow.state.practice import Practice
from truflow.texts import language, t

CONNECTION_LOST = rx.Var(
    "(connectErrors.length > 0)", _var_data=VarData(imports=Imports.CONNECT_ERRORS, hooks={Hooks.CONNECT_ERRORS: None})
).to(bool)


def guest_page(*children: rx.Component, narrow: bool = False, held_bar: bool = False) -> rx.Component:
    """A page for guests."""
    bar = HeldBar.create(text=t("held.bar", until="{until}"), action=t("held.back")) if held_bar else None
    return rx.fragment(
        skip_link(t("frame.skip"), to="main", class_name="skip"),
        _header(),
        rx.el.noscript(rx.el.p(t("frame.no_script"), class_name="wrap notice care")),
        rx.el.main(_trouble(), bar, *children, id="main", tab_index=-1, class_name="wrap narrow" if narrow else "wrap"),
        _footer(),
    )


def connection_notice() -> rx.Component:
    """Says that the connection is lost, on every page, without touching what was typed."""
    return rx.fragment(
        RouteAnnouncer.create(),
        live(rx.cond(CONNECTION_LOST, rx.el.p(in_all("frame.connection_lost"), class_name="offline"))),
    )


def boundary() -> rx.Component:
    """What stands in for a page that cannot be drawn."""
    from reflex.state import FrontendEventExceptionState

    return Boundary.create(
        heading=in_all("frame.crashed_title"),
        text=in_all("frame.crashed"),
        action=in_all("frame.reload"),
        on_error=FrontendEventExceptionState.handle_frontend_exception,
    )


def _header() -> rx.Component:
    return rx.el.header(
        rx.el.div(
            go_link(
                rx.cond(Practice.name, Practice.name, "\u00a0"),
                to="/",
                aria_label=rx.cond(Practice.name, Practice.name, t("lost.home")),
                class_name="top-name",
            ),
            rx.el.nav(
                rx.cond(
                    Practice.phone,
                    rx.el.a(
                        rx.el.span(t("frame.call_short"), class_name="sm:hidden"),
                        rx.el.span(Practice.phone, class_name="max-sm:hidden"),
                        href=Practice.phone_href,
                        aria_label=Practice.call_label,
                    ),
                ),
                go_link(t("frame.book"), to="/book", class_name="max-sm:hidden!"),
                aria_label=t("frame.nav"),
                class_name="top-links",
            ),
            class_name="wrap",
        ),
        class_name="top",
    )


def _footer() -> rx.Component:
    return rx.el.footer(
        rx.el.div(
            rx.el.p(
                rx.el.span(Practice.name, class_name="block"),
                rx.el.span(Practice.address, class_name="block"),
                class_name="not-italic",
            ),
            rx.el.nav(
                go_link(t("find.title"), to="/booking/find"),
                go_link(t("frame.terms"), to="/terms"),
                go_link(t("frame.privacy"), to="/privacy"),
                aria_label=t("frame.footer_nav"),
            ),
            LanguageChooser.create(label=t("frame.languages"), spoken=language()),
            class_name="wrap",
        ),
        class_name="foot",
    )


def _trouble() -> rx.Component:
    return rx.el.div(
        rx.cond(Notices.trouble, rx.el.p(Notices.trouble, class_name="notice care mb-5")),
        role="alert",
        aria_live="assertive",
    )
