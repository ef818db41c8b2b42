"""The way to the desk: sign in, ask for a new password, choose one. Forms that the browser posts itself."""

import reflex as rx

from truflow.components.islands import address_field, go_link, native_form
from truflow.components.pieces import live, notice
from truflow.state.practice import Practice
from truflow.state.sign_in import SignIn
from truflow.texts import t


def sign_in() -> rx.Component:
    """So that the cookie can be HttpOnly, no script takes part."""
    return _card(
        t("admin.title"),
        t("admin.lead"),
        live(rx.cond(SignIn.said, rx.el.p(SignIn.said, class_name="notice mb-5"))),
        _form(
            "/api/admin/auth/login",
            _input("email", t("admin.email"), "email", "username"),
            _input("password", t("admin.password"), "password", "current-password"),
            button=t("admin.submit"),
        ),
        rx.el.p(go_link(t("admin.forgot"), to="/admin/password-reset", class_name="link"), class_name="mt-6"),
    )


def ask() -> rx.Component:
    """One answer for every address."""
    return _card(
        t("admin.forgot"),
        t("admin.ask_lead"),
        live(rx.cond(SignIn.sent, rx.el.p(t("admin.link_sent"), class_name="notice mb-5"))),
        _form(
            "/api/admin/auth/password-reset/request",
            _input("email", t("admin.email"), "email", "username"),
            button=t("admin.ask"),
        ),
        _back(),
    )


def choose() -> rx.Component:
    """What the mail's link leads to; its secret goes from the address into the form, and nowhere else."""
    return _card(
        t("admin.choose_title"),
        t("admin.choose_lead"),
        _form(
            "/api/admin/auth/password-reset/confirm",
            address_field(name="token", key_name="t"),
            _input("password", t("admin.new_password"), "password", "new-password", hint=t("admin.password_hint")),
            button=t("admin.choose"),
        ),
        _back(),
    )


def _card(title: str, lead: str, *children: rx.Component) -> rx.Component:
    return rx.el.main(
        rx.el.div(
            rx.el.p(Practice.name, class_name="soft min-h-6"),
            rx.el.h1(title, tab_index=-1),
            rx.el.p(lead, class_name="soft mt-1 mb-5"),
            notice(SignIn.notice),
            *children,
            class_name="card w-full max-w-md mx-auto",
        ),
        id="main",
        tab_index=-1,
        class_name="wrap grid content-center",
    )


def _form(action: str, *fields: rx.Component, button: str) -> rx.Component:
    return native_form(
        *fields,
        rx.el.input(type="hidden", name="next", value=SignIn.next),
        rx.el.button(button, type="submit", class_name="button button-wide"),
        action=action,
        method="post",
        class_name="stack",
    )


def _back() -> rx.Component:
    return rx.el.p(go_link(t("admin.back_to_sign_in"), to="/admin/sign-in", class_name="link"), class_name="mt-6")


def _input(name: str, label: str, kind: str, autocomplete: str, *, hint: str = "") -> rx.Component:
    return rx.el.div(
        rx.el.label(label, html_for=name),
        rx.el.p(hint, id=f"{name}-hint", class_name="hint") if hint else None,
        rx.el.input(
            id=name,
            name=name,
            type=kind,
            auto_complete=autocomplete,
            required=True,
            max_length=255,
            class_name="input",
            **({"aria_describedby": f"{name}-hint"} if hint else {}),
        ),
        class_name="field",
    )
