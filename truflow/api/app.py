"""The API: routes that parse, call one service and answer."""

from fastapi import FastAPI

from truflow.api import (
    admin_auth,
    admin_bookings,
    admin_desk,
    admin_hours,
    admin_people,
    admin_services,
    admin_settings,
    bookings,
    catalogue,
    refusals,
    stripe_webhook,
)
from truflow.api.describing import complete, everywhere
from truflow.api.docs import add_docs
from truflow.api.tongue import Tongue

DESCRIPTION = (
    "Booking and payment for one practice. Instants are RFC 3339 in UTC, dates are local to the practice, "
    "money is integer cents. A refusal is `{error: {code, message, fields}}`. `Accept-Language` (en, es, de, fr) "
    "chooses the language of messages to guests and, when a booking is made, of the mails about it."
)


def create_api() -> FastAPI:
    """The app that is mounted at `/api`."""
    api = FastAPI(
        title="TruFlow",
        version="1",
        description=DESCRIPTION,
        docs_url=None,
        redoc_url=None,
        swagger_ui_oauth2_redirect_url=None,
        redirect_slashes=False,
        servers=[{"url": "/api"}],
        root_path_in_servers=False,
        responses=everywhere(),
    )
    refusals.register(api)
    api.add_middleware(Tongue)
    for part in (
        catalogue,
        bookings,
        stripe_webhook,
        admin_auth,
        admin_people,
        admin_bookings,
        admin_services,
        admin_hours,
        admin_settings,
        admin_desk,
    ):
        api.include_router(part.router)
    add_docs(api)
    complete(api)
    return api
