"""Every page: its address, its title, what it loads, and whether search engines may keep it.

A guest's page is built once in each language: its words are in the HTML that arrives, and search engines find them.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import reflex as rx

from truflow.components.pieces import in_all
from truflow.pages import admin, admin_sign_in, book, booking, choose, find, home, legal, lost, styleguide
from truflow.state.admin import Desk
from truflow.state.admin_booking import Detail
from truflow.state.booking import Booking
from truflow.state.catalogue import Catalogue
from truflow.state.choose import Choose
from truflow.state.details import Details
from truflow.state.find import Find
from truflow.state.moving import Moving
from truflow.state.practice import Practice
from truflow.state.sign_in import SignIn
from truflow.texts import LANGUAGES, here, speaking, t


@dataclass(frozen=True)
class Page:
    """One page of the site in one language; `title` and `description` are keys of texts."""

    route: str
    draw: Callable[[], rx.Component]
    title: str
    description: str = ""
    loads: tuple[Any, ...] = ()
    private: bool = False
    named: Any = None  # what the page is about, once it is known; its title then
    language: str = "en"


GUESTS = (
    Page("/", home.home, "home.title", "home.description", (Practice.load, Catalogue.load)),
    Page("/book", book.book, "book.title", "book.description", (Practice.load, Catalogue.load)),
    Page(
        "/book/[slug]",
        choose.choose,
        "choose.title",
        "choose.description",
        (Practice.load, Choose.load, Details.begin),
        named=Choose.service.name,
    ),
    Page("/book/success", booking.success, "success.title", "", (Practice.load, Booking.load), private=True),
    Page("/booking/find", find.find, "find.title", "find.description", (Practice.load, Find.begin), private=True),
    Page(
        "/booking/[reference]",
        booking.booking,
        "pay.title_page",
        "",
        (Practice.load, Booking.load, Moving.load),
        private=True,
    ),
    Page("/terms", legal.terms, "terms.title", "terms.description", (Practice.load,)),
    Page("/privacy", legal.privacy, "privacy.title", "privacy.description", (Practice.load,)),
)
DESK = (
    Page("/styleguide", styleguide.styleguide, "frame.styleguide", "", (Practice.load,), private=True),
    Page("/admin/sign-in", admin_sign_in.sign_in, "admin.title", "", (Practice.load, SignIn.load), private=True),
    Page("/admin/password-reset", admin_sign_in.ask, "admin.forgot", "", (Practice.load, SignIn.load), private=True),
    Page(
        "/admin/password-reset/new",
        admin_sign_in.choose,
        "admin.choose_title",
        "",
        (Practice.load, SignIn.load),
        private=True,
    ),
    Page("/admin", admin.today, "admin.today", "", (Practice.load, Desk.load), private=True),
    Page("/admin/bookings/[booking_id]", admin.detail, "admin.booking", "", (Practice.load, Detail.load), private=True),
)
PAGES = (
    *(replace(page, route=here(page.route, tongue), language=tongue) for tongue in LANGUAGES for page in GUESTS),
    *DESK,
    Page("404", lost.lost, "lost.title", "", (Practice.load,), private=True, named=in_all("lost.title")),
)


def add_all(app: rx.App) -> None:
    """Register every page."""
    for page in PAGES:
        with speaking(page.language):
            words, description = t(page.title), t(page.description) if page.description else ""
        title = words if page.named is None else rx.cond(page.named, page.named, words)
        app.add_page(
            _in_its_language(page),
            route=page.route,
            title=rx.cond(Practice.name, title + " \u00b7 " + Practice.name, title),
            description=description,
            image="/share.png",
            on_load=list(page.loads),
            meta=[{"name": "robots", "content": "noindex"}] if page.private else [],
        )


def _in_its_language(page: Page) -> Callable[[], rx.Component]:
    def draw() -> rx.Component:
        with speaking(page.language):
            return page.draw()

    # Reflex puts the pieces of a page into a file named after this: each language has its own, and loads no other's.
    draw.__module__ = f"{page.draw.__module__}_{page.language}"
    return draw
