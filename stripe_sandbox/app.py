"""The table of everything the sandbox answers."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from stripe_sandbox import (
    PREFIX,
    accounts,
    browser,
    charges,
    confirmation_tokens,
    control,
    disputes,
    events,
    intents,
    payment_methods,
    refunds,
)
from stripe_sandbox.api import Operation, endpoint
from stripe_sandbox.config import Config
from stripe_sandbox.errors import NoSuchPath
from stripe_sandbox.ids import new_id
from stripe_sandbox.webhooks import Postman
from stripe_sandbox.world import World, open_world

_SECRET, _PAGES = False, True
_API: list[tuple[str, str, Operation, bool]] = [
    ("GET", "/v1/account", accounts.retrieve, _SECRET),
    ("POST", "/v1/payment_intents", intents.create, _SECRET),
    ("GET", "/v1/payment_intents", intents.list_, _SECRET),
    ("GET", "/v1/payment_intents/{id_}", intents.retrieve, _PAGES),
    ("POST", "/v1/payment_intents/{id_}", intents.update, _SECRET),
    ("POST", "/v1/payment_intents/{id_}/confirm", intents.confirm, _PAGES),
    ("POST", "/v1/payment_intents/{id_}/capture", intents.capture, _SECRET),
    ("POST", "/v1/payment_intents/{id_}/cancel", intents.cancel, _SECRET),
    ("GET", "/v1/payment_methods/{id_}", payment_methods.retrieve, _SECRET),
    ("POST", "/v1/confirmation_tokens", confirmation_tokens.create_in_browser, _PAGES),
    ("GET", "/v1/confirmation_tokens/{id_}", confirmation_tokens.retrieve, _SECRET),
    ("POST", "/v1/test_helpers/confirmation_tokens", confirmation_tokens.create_in_test, _SECRET),
    ("GET", "/v1/charges", charges.list_, _SECRET),
    ("GET", "/v1/charges/{id_}", charges.retrieve, _SECRET),
    ("POST", "/v1/refunds", refunds.create, _SECRET),
    ("GET", "/v1/refunds", refunds.list_, _SECRET),
    ("GET", "/v1/refunds/{id_}", refunds.retrieve, _SECRET),
    ("POST", "/v1/refunds/{id_}", refunds.update, _SECRET),
    ("POST", "/v1/refunds/{id_}/cancel", refunds.cancel, _SECRET),
    ("GET", "/v1/disputes", disputes.list_, _SECRET),
    ("GET", "/v1/disputes/{id_}", disputes.retrieve, _SECRET),
    ("POST", "/v1/disputes/{id_}/close", disputes.close, _SECRET),
    ("GET", "/v1/events", events.list_, _SECRET),
    ("GET", "/v1/events/{id_}", events.retrieve, _SECRET),
]


def make_app(config: Config) -> Starlette:
    """The ASGI application over one ledger."""

    @contextlib.asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        world: World = app.state.world
        postman = asyncio.create_task(Postman(world).run())
        yield
        postman.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await postman
        world.store.close()

    table = [
        Route(PREFIX + path, endpoint(operation, pages_may=pages_may), methods=[method])
        for method, path, operation, pages_may in _API
    ]
    app = Starlette(
        routes=[
            *table,
            *control.routes(PREFIX + "/_control"),
            *browser.routes(PREFIX),
            Route(PREFIX + "/healthz", _healthy, methods=["GET"]),
        ],
        lifespan=lifespan,
        middleware=[
            Middleware(CORSMiddleware, allow_origins=["*"], allow_methods=["GET", "POST"], allow_headers=["*"])
        ],
        exception_handlers={HTTPException: _not_found},
    )
    app.router.redirect_slashes = False
    app.state.world = open_world(config)
    return app


async def _healthy(request: Request) -> Response:  # noqa: ARG001
    return Response("ok", media_type="text/plain")


async def _not_found(request: Request, error: Exception) -> Response:  # noqa: ARG001
    """Unknown paths and methods: Stripe's 404, for Stripe has no 405."""
    refusal = NoSuchPath(request.method, request.url.path.removeprefix(PREFIX))
    headers = {"Request-Id": new_id("req")}
    return Response(json.dumps(refusal.body, indent=2), refusal.status, headers, "application/json")
