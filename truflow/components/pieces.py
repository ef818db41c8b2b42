"""Small shared pieces of drawing: field, notice, skeleton, facts, empty page."""

import reflex as rx

from truflow.texts import t

# A State's attribute is a str to the type checker and a Var to the page.
Text = str | rx.Var[str]


def skeleton(height: str, class_name: str = "") -> rx.Component:
    """A quiet grey place for what is still loading; `height` is a Tailwind class."""
    return rx.el.div(class_name=f"skeleton {height} {class_name}", aria_hidden="true")


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
    extra = {"rows": "3"} if long else {"type": kind, "input_mode": input_mode}
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


def calm(title: str, text: Text, *actions: rx.Component) -> rx.Component:
    """A page, or part of one, on which nothing can be done but go on."""
    return rx.el.div(
        rx.el.h1(title, tab_index=-1),
        rx.el.p(text, class_name="lead"),
        rx.el.div(*actions, class_name="mt-6 flex flex-wrap gap-3"),
        class_name="py-8",
    )
