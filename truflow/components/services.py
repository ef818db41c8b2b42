"""The services as cards, with a place for each while they load."""

from collections.abc import Callable

import reflex as rx

from truflow.components.islands import go_link
from truflow.components.pieces import each, live, skeleton
from truflow.state.catalogue import Catalogue, ServiceCard
from truflow.state.practice import Practice
from truflow.texts import t


def service_cards(heading: Callable[..., rx.Component]) -> rx.Component:
    """The list of services in whatever stage it is; `heading` is the level below the page's own."""
    return rx.el.div(
        live(rx.cond(Catalogue.stage == "loading", t("book.loading"), ""), class_name="sr-only"),
        rx.match(
            Catalogue.stage,
            (
                "ready",
                rx.el.ul(each(Catalogue.services, lambda service: _card(service, heading)), class_name="services"),
            ),
            ("empty", _instead(heading(t("book.empty_title")), t("book.empty"))),
            ("failed", _instead(heading(t("book.failed")), "")),
            rx.el.div(*[_waiting() for _ in range(6)], class_name="services", aria_hidden="true"),
        ),
    )


def _card(service: ServiceCard, heading: Callable[..., rx.Component]) -> rx.Component:
    """The whole card leads to the service; the first free time on it, straight to the guest's details."""
    return rx.el.li(
        go_link(
            heading(service.name, id=f"service-{service.slug}"),
            rx.el.p(service.description),
            rx.el.span(
                rx.el.span(
                    rx.el.span(service.lasts, class_name="block font-semibold"),
                    rx.el.span(service.deposit, class_name="soft small"),
                ),
                rx.el.span(service.price, class_name="service-price"),
                class_name="service-line",
            ),
            to=service.link,
            class_name="service-link",
        ),
        rx.el.p(
            rx.cond(
                service.soonest,
                rx.fragment(
                    rx.el.span(t("book.next_free"), " ", class_name="soft small"),
                    go_link(
                        service.soonest,
                        to=service.soonest_link,
                        aria_describedby=f"service-{service.slug}",
                        class_name="chip",
                    ),
                ),
            ),
            class_name="service-soon",
        ),
        class_name="card service",
    )


def _waiting() -> rx.Component:
    return rx.el.div(
        skeleton("h-6", "w-1/2"), skeleton("h-4", "mt-4"), skeleton("h-4", "mt-2 w-4/5"), class_name="card service"
    )


def _instead(title: rx.Component, text: str) -> rx.Component:
    return rx.el.div(
        title,
        rx.el.p(text, class_name="soft mt-1"),
        rx.cond(Practice.phone, rx.el.a(Practice.phone, href=Practice.phone_href, class_name="button mt-4")),
        class_name="card mt-6",
    )
