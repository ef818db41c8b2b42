"""The composition root: pages, guard, doors and edge become one application; no logic lives here."""

import reflex as rx
from starlette.types import ASGIApp

from truflow.components.frame import boundary, connection_notice
from truflow.pages import table
from truflow.state.guard import Guard
from truflow.state.live import following
from truflow.state.notices import on_bug, on_page_bug


def _with_doors(pages: ASGIApp) -> ASGIApp:
    """The HTTP doors with the pages behind them; made when the process starts, because a build has no settings."""
    from truflow.api.doors import doors
    from truflow.edge import proxy
    from truflow.logs import setup

    setup("web")

    front = doors(*proxy.routes())
    front.mount("", pages)
    return front


class Site(rx.App):
    """Reflex's app inside our edge: nothing that the framework answers by itself goes out without passing it."""

    def __call__(self) -> ASGIApp:
        """The whole application, for the server that runs it."""
        from truflow.edge.app import Edge

        return Edge(super().__call__())


def _font(name: str) -> rx.Component:
    return rx.el.link(
        rel="preload", href=f"/fonts/{name}.woff2", custom_attrs={"as": "font", "type": "font/woff2", "crossOrigin": ""}
    )


app = Site(
    toaster=None,
    app_wraps={(55, "Boundary"): lambda _: boundary(), (5, "Connection"): lambda _: connection_notice()},
    html_lang="en",
    reset_style=False,
    stylesheets=["/look.css"],
    head_components=[
        _font("fraunces"),
        _font("figtree"),
        rx.el.link(rel="icon", href="/icon.svg", type="image/svg+xml"),
        rx.el.meta(name="theme-color", content="#fbfaf6", custom_attrs={"media": "(prefers-color-scheme: light)"}),
        rx.el.meta(name="theme-color", content="#131a16", custom_attrs={"media": "(prefers-color-scheme: dark)"}),
    ],
    backend_exception_handler=on_bug,
    frontend_exception_handler=on_page_bug,
    api_transformer=_with_doors,
)
app.add_middleware(Guard())
app.register_lifespan_task(following)
table.add_all(app)
