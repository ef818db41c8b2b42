"""What needs somebody at the desk: each thing as a card with the button that mends it."""

from collections.abc import Callable
from typing import Any

import reflex as rx
from reflex_base.vars.sequence import ArrayVar

from truflow.components.islands import go_link
from truflow.components.pieces import Text
from truflow.state.admin import Desk
from truflow.state.needs import AlertCard, Finding, MailCard, RefundCard
from truflow.texts import t


def needs() -> rx.Component:
    """Alerts, then money, then mails; nothing at all while all is well."""
    return rx.cond(
        Desk.needs_somebody,
        rx.el.section(
            rx.el.h2(t("admin.alerts"), id="needs"),
            _group("", Desk.alerts, _alert),
            _group(t("admin.failed_refunds"), Desk.refunds, _refund, more=Desk.more_refunds),
            _group(t("admin.failed_mails"), Desk.mails, _mail, more=Desk.more_mails),
            aria_labelledby="needs",
            class_name="mt-6",
        ),
    )


def last_check() -> rx.Component:
    """When everything was last checked, and each finding with what to do."""
    return rx.cond(
        Desk.check,
        rx.el.section(
            rx.el.h2(t("admin.check"), class_name="sr-only"),
            rx.cond(
                Desk.findings.length() > 0,
                rx.el.details(
                    rx.el.summary(Desk.check, class_name="min-h-11 content-center cursor-pointer"),
                    rx.el.ul(rx.foreach(Desk.findings, _finding), class_name="mt-2"),
                    class_name="need",
                ),
                rx.el.p(Desk.check, class_name="soft small"),
            ),
            class_name="mt-10",
        ),
    )


def _group(title: str, cards: ArrayVar[Any], draw: Callable[[Any], rx.Component], *, more: Text = "") -> rx.Component:
    return rx.cond(
        cards.length() > 0,
        rx.el.div(
            rx.el.h3(title, class_name="soft") if title else None,
            rx.el.ul(rx.foreach(cards, draw), class_name="stack mt-2"),
            rx.cond(more, rx.el.p(more, class_name="soft mt-3")) if title else None,
            class_name="mt-7 first-of-type:mt-3",
        ),
    )


def _alert(card: AlertCard) -> rx.Component:
    return _card(
        [rx.el.p(card.message), rx.el.p(card.opened, class_name="soft small")],
        rx.cond(card.link, go_link(t("admin.open_its_booking"), to=card.link, class_name="link")),
        _done(card.id, card.message),
    )


def _mail(card: MailCard) -> rx.Component:
    return _card(
        [
            rx.el.p(card.title, class_name="font-semibold break-words"),
            rx.el.p(card.why, rx.cond(card.doubt, " " + card.doubt, "")),
            rx.el.p(card.opened, class_name="soft small"),
        ],
        _mend(t("admin.send_again"), card.title, Desk.send_again(card.id)),  # type: ignore[operator]
        go_link(t("admin.open_booking", reference=""), card.reference, to=card.link, class_name="link"),
        rx.cond(card.alert_id, _done(card.alert_id, card.title)),
    )


def _refund(card: RefundCard) -> rx.Component:
    return _card(
        [
            rx.el.p(card.title, class_name="font-semibold break-words"),
            rx.el.p(card.why),
            rx.el.p(card.opened, class_name="soft small"),
        ],
        rx.cond(
            card.by_hand,
            _mend(t("admin.handed_back"), card.title, Desk.handed_back(card.id)),  # type: ignore[operator]
            _mend(t("admin.try_again"), card.title, Desk.try_again(card.id)),  # type: ignore[operator]
        ),
        go_link(t("admin.open_booking", reference=""), card.reference, to=card.link, class_name="link"),
        rx.cond(card.alert_id & ~card.by_hand, _done(card.alert_id, card.title)),
    )


def _card(words: list[rx.Component], *actions: rx.Component) -> rx.Component:
    """What happened, then what can be done about it."""
    return rx.el.li(
        *words,
        rx.el.div(*actions, class_name="flex flex-wrap items-center gap-x-6 gap-y-1 mt-2"),
        class_name="need",
    )


def _mend(label: str, about: Text, on_click: Any) -> rx.Component:
    return rx.el.button(
        label,
        rx.el.span(": ", about, class_name="sr-only"),
        type="button",
        on_click=on_click,
        class_name="button button-small button-quiet",
    )


def _done(alert_id: int, about: Text) -> rx.Component:
    return rx.el.button(
        t("admin.resolve"),
        rx.el.span(": ", about, class_name="sr-only"),
        type="button",
        on_click=Desk.resolve(alert_id),  # type: ignore[operator]
        class_name="link",
    )


def _finding(finding: Finding) -> rx.Component:
    return rx.el.li(
        rx.el.span(finding.what, class_name="block"),
        rx.el.span(finding.row, class_name="soft small block break-words"),
        rx.el.span(finding.todo, class_name="block"),
        class_name="py-2.5 border-b border-line",
    )
