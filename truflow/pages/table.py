"""Every page: its address, its title, what it loads, and whether search engines may keep it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import reflex as rx

from truflow.pages import admin, admin_sign_in, book, booking, choose, home, legal, lost
from truflow.state.admin import Desk
from truflow.state.admin_booking import Detail
from truflow.state.booking import Booking
from truflow.state.catalogue import Catalogue
from truflow.state.choose import Choose
from truflow.state.details import Details
from truflow.state.practice import Practice
from truflow.state.sign_in import SignIn
from truflow.texts import t


@dataclass(frozen=True)
class Page:
    """One page of the site."""

    route: str
    draw: Callable[[], rx.Component]
    title: Any
    description: str = ""
    loads: tuple[Any, ...] = ()
    private: bool = False


PAGES = (
    Page("/", home.home, t("home.title"), t("home.description"), (Practice.load, Catalogue.load)),
    Page("/book", book.book, t("book.title"), t("book.description"), (Practice.load, Catalogue.load)),
    Page(
        "/book/[slug]",
        choose.choose,
        rx.cond(Choose.service.name, Choose.service.name, t("choose.title")),
        t("choose.description"),
        (Practice.load, Choose.load, Details.begin),
    ),
    Page("/book/success", booking.success, t("success.title"), "", (Practice.load, Booking.load), private=True),
    Page("/booking/[reference]", booking.booking, t("pay.title_page"), "", (Practice.load, Booking.load), private=True),
    Page("/terms", legal.terms, t("terms.title"), t("terms.description"), (Practice.load,)),
    Page("/privacy", legal.privacy, t("privacy.title"), t("privacy.description"), (Practice.load,)),
    Page("/admin/sign-in", admin_sign_in.sign_in, t("admin.title"), "", (Practice.load, SignIn.load), private=True),
    Page("/admin/password-reset", admin_sign_in.ask, t("admin.forgot"), "", (Practice.load, SignIn.load), private=True),
    Page(
        "/admin/password-reset/new",
        admin_sign_in.choose,
        t("admin.choose_title"),
        "",
        (Practice.load, SignIn.load),
        private=True,
    ),
    Page("/admin", admin.today, t("admin.today"), "", (Practice.load, Desk.load), private=True),
    Page(
        "/admin/bookings/[booking_id]", admin.detail, t("admin.booking"), "", (Practice.load, Detail.load), private=True
    ),
    Page("404", lost.lost, t("lost.title"), "", (Practice.load,), private=True),
)


def add_all(app: rx.App) -> None:
    """Register every page."""
    for page in PAGES:
        title = rx.cond(Practice.name, page.title + " \u00b7 " + Practice.name, page.title)
        app.add_page(
            page.draw,
            route=page.route,
            title=title,
            description=page.description,
            on_load=list(page.loads),
            meta=[{"name": "robots", "content": "noindex"}] if page.private else [],
        )
