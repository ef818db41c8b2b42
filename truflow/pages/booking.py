"""One booking: payment while it is held, and afterwards what became of it."""

import reflex as rx

from truflow.components.frame import guest_page
from truflow.components.islands import (
    HeldNote,
    HoldClock,
    PayElement,
    Ticker,
    go_link,
    own_document,
)
from truflow.components.managing import PlainWay
from truflow.components.pieces import Text, calm, fact, live, notice, skeleton
from truflow.pages import managing
from truflow.pages.moving import another_time
from truflow.state.booking import POLLS, Booking
from truflow.state.managing import Managing
from truflow.state.moving import Moving
from truflow.state.practice import Practice
from truflow.texts import t

OUTCOMES = {
    "COMPLETED": ("booking.completed", "booking.completed_lead"),
    "NO_SHOW": ("booking.no_show", "booking.no_show_lead"),
    "CANCELLED": ("booking.cancelled", "booking.cancelled_lead"),
    "CONFLICT": ("booking.conflict", "booking.conflict_lead"),
    "EXPIRED": ("booking.expired", "booking.expired_lead"),
}


def booking() -> rx.Component:
    """The page every mail leads to."""
    missing = calm(t("booking.not_found_title"), t("booking.not_found"), _find(), _call(), _home())
    return guest_page(
        HeldNote.create(state=Booking.stage, label=Booking.hold_time, seconds=Booking.hold_seconds),
        managing.messages(),
        own_document(rx.el.div(_payment(), hidden=(Booking.stage != "PENDING") & ~Managing.paying), way=t("held.back")),
        rx.cond(
            Moving.step,
            another_time(),
            rx.cond(Managing.paying, rx.fragment(), _outcome(missing, _confirmed(), pending=rx.fragment())),
        ),
        narrow=True,
    )


def success() -> rx.Component:
    """The same confirmation, where the payment leads."""
    missing = calm(t("success.empty_title"), t("success.empty"), _find(), _home())
    return guest_page(
        HeldNote.create(state=Booking.stage, label=Booking.hold_time, seconds=Booking.hold_seconds),
        managing.messages(),
        _outcome(missing, _thanks(), pending=_processing()),
        narrow=True,
    )


def _payment() -> rx.Component:
    """Always in the page, so that a dropped socket does not take the card form away."""
    return rx.el.div(
        rx.cond(
            Booking.stage == "PENDING",
            rx.fragment(
                rx.el.h1(t("pay.headline"), tab_index=-1),
                rx.el.p(t("pay.title"), class_name="lead"),
            ),
            rx.el.h1(t("manage.pay_rest_title"), tab_index=-1),
        ),
        rx.el.div(
            HoldClock.create(
                until=rx.cond(Booking.stage == "PENDING", Booking.hold_until, ""),
                seconds=Booking.hold_seconds,
                label=Booking.hold_label,
                left_word=t("pay.left"),
                minutes_text=t("pay.left_minutes", count="{count}"),
                minute_text=t("pay.left_minute"),
                on_over=Booking.check,
            ),
            _facts(paid=False),
            rx.cond(Booking.stage == "PENDING", rx.el.p(Booking.card.terms)),
            PayElement.create(
                src=Booking.script,
                publishable_key=Booking.publishable_key,
                amount=Booking.amount,
                currency=Booking.currency,
                next_action=Booking.next_action,
                answer=Booking.answer,
                notice=Booking.notice,
                pay_label=Booking.pay_label,
                loading_label=t("pay.loading"),
                busy_label=t("pay.busy"),
                lost_text=t("pay.no_script"),
                on_token=Booking.pay,
                on_action_done=Booking.check,
            ),
            rx.el.p(t("pay.safe"), class_name="soft small"),
            rx.cond(
                Managing.paying,
                rx.el.button(t("manage.pay_later"), type="button", on_click=Managing.leave_balance, class_name="link"),
            ),
            class_name="card mt-6 stack",
        ),
    )


def _outcome(missing: rx.Component, confirmed: rx.Component, *, pending: rx.Component) -> rx.Component:
    return rx.match(
        Booking.stage,
        ("PENDING", pending),
        ("loading", _waiting()),
        ("missing", missing),
        ("failed", rx.el.div(calm(t("pay.title_page"), t("booking.failed"), _again()), notice(Booking.notice))),
        ("PROCESSING", _processing()),
        ("CONFIRMED", confirmed),
        *[(stage, _settled(stage)) for stage in OUTCOMES],
        missing,
    )


def _thanks() -> rx.Component:
    """Just booked: where the mail went, the calendar file, and the way to everything else."""
    return rx.el.div(
        _tick(),
        rx.el.h1(t("booking.confirmed"), tab_index=-1),
        rx.el.p(t("booking.confirmed_lead"), class_name="lead"),
        managing.mail_address(),
        rx.el.div(_facts(paid=True), class_name="card mt-6"),
        managing.files(),
        managing.to_booking(),
        class_name="py-2",
    )


def _confirmed() -> rx.Component:
    """An appointment that stands, with all that can be done with it."""
    return rx.el.div(
        rx.el.h1(t("manage.title"), tab_index=-1),
        rx.el.p(Booking.card.when, class_name="lead"),
        rx.el.div(_facts(paid=True, when=False), class_name="card mt-6"),
        managing.files(),
        managing.rest(),
        managing.change(),
        rx.el.p(t("booking.terms"), " ", Booking.card.terms, class_name="soft small mt-6"),
        class_name="py-2",
    )


def _settled(stage: str) -> rx.Component:
    title, lead = OUTCOMES[stage]
    actions = {
        "EXPIRED": [go_link(t("booking.again"), to=Booking.card.again, class_name="button")],
        "CONFLICT": [go_link(t("booking.again"), to=Booking.card.again, class_name="button"), _call()],
        "CANCELLED": [go_link(t("booking.another"), to="/book", class_name="button"), _call()],
        "COMPLETED": [go_link(t("booking.another"), to="/book", class_name="button")],
        "NO_SHOW": [_call()],
    }[stage]
    return rx.el.div(
        _tick() if stage == "COMPLETED" else None,
        rx.el.h1(t(title), tab_index=-1),
        rx.el.p(t(lead), class_name="lead"),
        rx.el.div(_facts(paid=True), class_name="card mt-6"),
        rx.el.div(*actions, managing.receipt_link(), class_name="mt-6 flex flex-wrap gap-3"),
        class_name="py-2",
    )


def _tick() -> rx.Component:
    return rx.el.div(class_name="tick mb-4", aria_hidden="true")


def _processing() -> rx.Component:
    return rx.el.div(
        Ticker.create(active=True, every=2, limit=POLLS, on_tick=Booking.check),
        rx.el.h1(t("booking.processing"), tab_index=-1),
        live(
            rx.el.p(
                rx.cond(Booking.polls < POLLS, t("booking.processing_lead"), t("booking.processing_long")),
                class_name="lead",
            )
        ),
        rx.el.div(_facts(paid=True), class_name="card mt-6"),
    )


def _facts(*, paid: bool, when: bool = True) -> rx.Component:
    return rx.el.dl(
        fact(t("booking.reference"), rx.el.strong(Booking.card.reference)),
        fact(t("booking.what"), Booking.card.service),
        fact(t("booking.when"), Booking.card.when) if when else None,
        fact(t("booking.where"), rx.fragment(Practice.name, ", ", Practice.address)),
        fact(t("booking.price"), Booking.card.price),
        *(
            [
                _money(t("booking.paid"), Booking.card.paid),
                _money(t("receipt.ON_ITS_WAY_BACK"), Managing.returning),
                _money(t("booking.refunded"), Booking.card.refunded),
            ]
            if paid
            else []
        ),
        rx.cond(Booking.stage == "CONFIRMED", _money(t("booking.due"), Booking.card.due)) if paid else None,
        class_name="facts",
    )


def _money(term: str, amount: Text) -> rx.Component:
    return rx.cond(amount, fact(term, amount))


def _waiting() -> rx.Component:
    return rx.el.div(
        rx.el.h1(rx.el.span(t("booking.loading"), class_name="sr-only"), skeleton("h-10", "w-2/3"), tab_index=-1),
        rx.el.div(*[skeleton("h-5", "mb-4") for _ in range(5)], class_name="card mt-6"),
        PlainWay.create(after=6, text=t("manage.no_live"), action=t("manage.no_live_link")),
        role="status",
    )


def _find() -> rx.Component:
    return go_link(t("find.lost"), to="/booking/find", class_name="button")


def _again() -> rx.Component:
    return rx.el.button(t("choose.again"), on_click=Booking.load, class_name="button")


def _call() -> rx.Component:
    return rx.cond(
        Practice.phone, rx.el.a(Practice.call_label, href=Practice.phone_href, class_name="button button-quiet")
    )


def _home() -> rx.Component:
    return go_link(t("lost.home"), to="/", class_name="button button-quiet")
