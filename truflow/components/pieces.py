"""Small shared pieces of drawing: field, notice, skeleton, facts, empty page."""

import json
from collections.abc import Callable, Sequence
from typing import Any

import reflex as rx
from reflex_base.vars.sequence import ArrayVar

from truflow.components.islands import go_button, skip_link
from truflow.texts import LANGUAGES, language, speaking, t

# A State's attribute is a str to the type checker and a Var to the page.
Text = str | rx.Var[str]
SPOKEN = "globalThis.document?.documentElement.lang"  # in the browser, the language of the page that is shown


def skeleton(height: str, class_name: str = "") -> rx.Component:
    """A quiet grey place for what is still loading; `height` is a Tailwind class."""
    return rx.el.div(class_name=f"skeleton {height} {class_name}", aria_hidden="true")


def in_all(key: str) -> rx.Var[str]:
    """A text for what stands around all pages and is built once: the page's own language is told in the browser."""
    words = {}
    for tongue in LANGUAGES:
        with speaking(tongue):
            words[tongue] = t(key)
    return rx.Var(f"(({json.dumps(words)})[{SPOKEN}] ?? {json.dumps(words['en'])})").to(str)


def each(items: ArrayVar[Any] | list[Any], draw: Callable[[Any], rx.Component]) -> rx.Component:
    """`rx.foreach` that speaks its page's language: it draws later, when another page may be under way."""
    spoken = language()

    def in_its_language(item: Any) -> rx.Component:
        with speaking(spoken):
            return draw(item)

    return rx.foreach(items, in_its_language)


def live(*children: rx.Component | rx.Var | str, class_name: str = "") -> rx.Component:
    """A region that is always there, so that screen readers hear what changes in it."""
    return rx.el.div(*children, role="status", aria_live="polite", class_name=class_name)


def notice(text: Text) -> rx.Component:
    """What went wrong and what to do next; empty while all is well."""
    return rx.el.div(
        rx.cond(text, rx.el.p(text, class_name="notice care mb-5")),
        role="alert",
        aria_live="assertive",
        aria_atomic="true",
    )


def fact(term: str, value: rx.Component | rx.Var | str) -> rx.Component:
    """One line of a list of facts."""
    return rx.fragment(rx.el.dt(term), rx.el.dd(value))


def segments(label: str, choices: ArrayVar[Any] | list[Any]) -> rx.Component:
    """A few ways to look at the same thing, one of them chosen."""
    return rx.el.div(
        each(
            choices,
            lambda choice: go_button(
                choice.label,
                to=choice.link,
                replace=True,
                aria_pressed=rx.cond(choice.chosen, "true", "false"),
                class_name="segment",
            ),
        ),
        role="group",
        aria_label=label,
        class_name="segments",
    )


def complaints(text: Text, wrong: ArrayVar[Any] | list[Any]) -> rx.Component:
    """What is wrong with a form in one place, each thing with a way to its field; empty while all is well."""
    return rx.el.div(
        rx.cond(
            text,
            rx.el.div(
                rx.el.p(text, class_name="font-semibold"),
                rx.el.ul(each(wrong, _complaint)),
                class_name="notice care mb-5",
            ),
        ),
        role="alert",
        aria_live="assertive",
        aria_atomic="true",
    )


def _complaint(one: Any) -> rx.Component:
    return rx.el.li(skip_link(one.text, to=one.field, class_name="link"), key=one.field)


def tick(name: str, label: str, hint: str) -> rx.Component:
    """A box to tick, never ticked for the guest."""
    return rx.el.div(
        rx.el.input(type="checkbox", id=name, name=name, aria_describedby=f"{name}-hint", class_name="tick-box"),
        rx.el.div(rx.el.label(label, html_for=name), rx.el.p(hint, id=f"{name}-hint", class_name="hint")),
        class_name="tick-field",
    )


def field(
    name: str,
    label: str,
    error: Text,
    *,
    kind: str = "text",
    hint: str = "",
    autocomplete: str = "off",
    input_mode: str = "text",
    required: bool = True,
    long: bool = False,
) -> rx.Component:
    """A labelled field; what the visitor types stays in the browser until it is sent."""
    tag = rx.el.textarea if long else rx.el.input
    extra: dict[str, Any] = {"rows": "3"} if long else {"type": kind, "input_mode": input_mode}
    if kind != "text" or autocomplete == "name":
        extra |= {"spell_check": False, "auto_capitalize": "words" if autocomplete == "name" else "none"}
    described = f"{name}-wrong {name}-hint" if hint else f"{name}-wrong"
    return rx.el.div(
        rx.el.label(label, rx.el.span(f" ({t('details.optional')})") if not required else None, html_for=name),
        rx.el.p(hint, id=f"{name}-hint", class_name="hint") if hint else None,
        tag(
            id=name,
            name=name,
            auto_complete=autocomplete,
            aria_describedby=described,
            aria_invalid=rx.cond(error, "true", "false"),
            aria_required="true" if required else "false",
            max_length=2000 if long else 200,
            class_name="input",
            **extra,
        ),
        rx.el.p(error, id=f"{name}-wrong", class_name="wrong"),
        class_name="field",
    )


def stepper(steps: Sequence[Text], current: int) -> rx.Component:
    """Where one is on a way of a few steps."""
    return rx.el.ol(
        *[
            rx.el.li(
                step,
                aria_current="step" if place == current else "false",
                data_done="true" if place < current else "false",
            )
            for place, step in enumerate(steps)
        ],
        class_name="stepper",
    )


def calm(
    title: str, text: Text, *actions: rx.Component, heading: Callable[..., rx.Component] = rx.el.h1
) -> rx.Component:
    """A page, or part of one, on which nothing can be done but go on."""
    return rx.el.div(
        heading(title, tab_index=-1),
        rx.el.p(text, class_name="lead"),
        rx.el.div(*actions, class_name="mt-6 flex flex-wrap gap-3"),
        class_name="py-8",
    )
