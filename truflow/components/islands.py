# mypy: disable-error-code="type-arg, valid-type, import-untyped"
"""The few pieces that live in the browser: routing, clocks, the card form; each a thin name for its JSX.

Everything else is drawn from state. An island keeps nothing private and decides nothing. (Reflex writes event
signatures as values inside of annotations, which a type checker cannot read: hence the first line.)
"""

from typing import Any

import reflex as rx
from reflex_components_core.el.elements.base import BaseHTML

from truflow.texts import here

ROUTING = rx.asset("routing.jsx", shared=True).importable_path
EMBEDDED = rx.asset("embedded.jsx", shared=True)  # fetched by routing.jsx, in a frame only
WAITING = rx.asset("waiting.jsx", shared=True).importable_path


class GoButton(rx.Component):
    """A button that goes to another step of the same page."""

    library = ROUTING
    tag = "GoButton"
    to: rx.Var[str]
    replace: rx.Var[bool]
    disabled: rx.Var[bool]


class GoLink(rx.Component):
    """A link inside the site, without loading the page anew."""

    library = ROUTING
    tag = "GoLink"
    to: rx.Var[str]


class MonthGrid(rx.Component):
    """A month of days by the ARIA grid pattern; `weeks` are those of `state/calendar.py`, the rest are addresses."""

    library = rx.asset("month_grid.jsx", shared=True).importable_path
    tag = "MonthGrid"
    weeks: rx.Var[list[Any]]
    selected: rx.Var[str]
    weekdays: rx.Var[list[list[str]]]
    labelledby: rx.Var[str]
    previous: rx.Var[str]
    next: rx.Var[str]


class FormKeeper(rx.Component):
    """Keeps what is typed in this tab, and for a guest who ticks the `box`, in her browser; cleared at `done`."""

    library = rx.asset("keeping.jsx", shared=True).importable_path
    tag = "FormKeeper"
    form: rx.Var[str]
    box: rx.Var[str]
    done: rx.Var[str]


class RouteAnnouncer(rx.Component):
    """Focus and a spoken title when the visitor comes to another page."""

    library = ROUTING
    tag = "RouteAnnouncer"


class SkipLink(rx.Component):
    """To another place of the same page, which gets the focus: the content, or a field."""

    library = ROUTING
    tag = "SkipLink"
    to: rx.Var[str]


class LanguageChooser(rx.Component):
    """The same page in the other languages."""

    library = ROUTING
    tag = "LanguageChooser"
    label: rx.Var[str]
    spoken: rx.Var[str]


class StepFocus(rx.Component):
    """Focus to the heading `{prefix}-{step}` when the step changes."""

    library = ROUTING
    tag = "StepFocus"
    step: rx.Var[str]
    prefix: rx.Var[str]


class NamedHeading(rx.Component):
    """The page's heading: `name`, or what the edge has written there, or its children while nobody knows."""

    library = ROUTING
    tag = "NamedHeading"
    name: rx.Var[str]


class TokenLink(rx.Component):
    """A plain link that carries the address's own token, so that the token needs no State var."""

    library = ROUTING
    tag = "TokenLink"
    to: rx.Var[str]
    download: rx.Var[bool]


class HoldClock(rx.Component):
    """The hold, counted down; `on_over` when it ends."""

    library = WAITING
    tag = "HoldClock"
    until: rx.Var[str]
    seconds: rx.Var[int]
    label: rx.Var[str]
    left_word: rx.Var[str]
    minutes_text: rx.Var[str]
    minute_text: rx.Var[str]
    on_over: rx.EventHandler[rx.event.no_args_event_spec]


class HeldNote(rx.Component):
    """Remembers in this tab that a time is held."""

    library = WAITING
    tag = "HeldNote"
    state: rx.Var[str]
    label: rx.Var[str]
    seconds: rx.Var[int]


class HeldBar(rx.Component):
    """Leads back to the time that is held."""

    library = WAITING
    tag = "HeldBar"
    text: rx.Var[str]
    action: rx.Var[str]


class Ticker(rx.Component):
    """Fires every few seconds while active, at most `limit` times (0: no limit)."""

    library = WAITING
    tag = "Ticker"
    active: rx.Var[bool]
    every: rx.Var[int]
    limit: rx.Var[int]
    on_tick: rx.EventHandler[rx.event.no_args_event_spec]


class VisitorZone(rx.Component):
    """Tells the visitor's own time zone where its clock differs from `clock`: moments in ms, each with its minutes."""

    library = WAITING
    tag = "VisitorZone"
    known: rx.Var[str]
    clock: rx.Var[list[list[int]]]
    on_zone: rx.EventHandler[rx.event.passthrough_event_spec(str)]


class BesideOnADesk(rx.Component):
    """Draws its children on a wide screen always, and on a narrow one when it is their `turn`."""

    library = WAITING
    tag = "BesideOnADesk"
    turn: rx.Var[bool]


class FromItsTurn(rx.Component):
    """Draws its children when it is first their `turn`, and keeps them: a phone has less to draw before."""

    library = WAITING
    tag = "FromItsTurn"
    turn: rx.Var[bool]


class OwnDocument(rx.Component):
    """What may only be shown in a document that was loaded as a booking's page, with that page's headers."""

    library = ROUTING
    tag = "OwnDocument"
    way: rx.Var[str]


class AddressField(rx.Component):
    """A hidden field with a word of the page's own address, so that the word needs no State var."""

    library = ROUTING
    tag = "AddressField"
    name: rx.Var[str]
    key_name: rx.Var[str]


class KeyField(rx.Component):
    """A hidden field with a random key for each chosen slot."""

    library = WAITING
    tag = "KeyField"
    name: rx.Var[str]
    slot: rx.Var[str]


class Boundary(rx.Component):
    """A calm page when drawing fails."""

    library = rx.asset("boundary.jsx", shared=True).importable_path
    tag = "Boundary"
    heading: rx.Var[str]
    text: rx.Var[str]
    action: rx.Var[str]
    on_error: rx.EventHandler[rx.event.passthrough_event_spec(str, str)]


class PayElement(rx.Component):
    """Stripe's card form; card data never reaches us."""

    library = rx.asset("pay_element.jsx", shared=True).importable_path
    tag = "PayElement"
    src: rx.Var[str]
    publishable_key: rx.Var[str]
    amount: rx.Var[int]
    currency: rx.Var[str]
    next_action: rx.Var[str]
    answer: rx.Var[int]
    notice: rx.Var[str]
    pay_label: rx.Var[str]
    loading_label: rx.Var[str]
    busy_label: rx.Var[str]
    lost_text: rx.Var[str]
    on_token: rx.EventHandler[rx.event.passthrough_event_spec(str)]
    on_action_done: rx.EventHandler[rx.event.no_args_event_spec]


class NativeForm(BaseHTML):
    """A form that the browser itself posts; Reflex's own would swallow the submit."""

    tag = "form"
    action: rx.Var[str]
    method: rx.Var[str]


go_button = GoButton.create


def go_link(*children: rx.Component | rx.Var | str, to: str | rx.Var[str], **rest: object) -> rx.Component:
    """A link inside the site; a page that is named here is named in the language of the page it stands on."""
    return GoLink.create(*children, to=here(to) if isinstance(to, str) else to, **rest)


skip_link = SkipLink.create
address_field = AddressField.create
native_form = NativeForm.create
own_document = OwnDocument.create
token_link = TokenLink.create
