# mypy: disable-error-code="type-arg, valid-type, import-untyped"
"""What a booking's own page needs in the browser: steps that keep its token, a question, an address to look at."""

from typing import Any

import reflex as rx

MONTH = rx.asset("month_grid.jsx", shared=True)  # beside the next one, which imports it
MANAGING = rx.asset("managing.jsx", shared=True).importable_path


class StepButton(rx.Component):
    """A button to another step of the page, with the page's token."""

    library = MANAGING
    tag = "StepButton"
    to: rx.Var[str]
    replace: rx.Var[bool]
    disabled: rx.Var[bool]


class TokenMonth(rx.Component):
    """The month's grid, for a page with a token."""

    library = MANAGING
    tag = "TokenMonth"
    weeks: rx.Var[list[Any]]
    selected: rx.Var[str]
    weekdays: rx.Var[list[list[str]]]
    labelledby: rx.Var[str]
    previous: rx.Var[str]
    next: rx.Var[str]


class ConfirmDialog(rx.Component):
    """A button that asks before it does what cannot be taken back."""

    library = MANAGING
    tag = "ConfirmDialog"
    label: rx.Var[str]
    title: rx.Var[str]
    yes: rx.Var[str]
    no: rx.Var[str]
    busy: rx.Var[bool]
    tone: rx.Var[str]
    on_yes: rx.EventHandler[rx.event.no_args_event_spec]


class MailAddress(rx.Component):
    """The address a confirmation went to; it never becomes a State var."""

    library = MANAGING
    tag = "MailAddress"
    booking: rx.Var[str]
    lead: rx.Var[str]


class PlainWay(rx.Component):
    """The way to the plain page, when the live one takes too long."""

    library = MANAGING
    tag = "PlainWay"
    after: rx.Var[int]
    text: rx.Var[str]
    action: rx.Var[str]


step_button = StepButton.create
