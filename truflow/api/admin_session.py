"""Who is signed in: the one dependency of every admin route."""

from typing import Annotated

from fastapi import Depends, Request

from truflow.api.visitor import admin_cookie, admin_cookie_name
from truflow.clock import utc_now
from truflow.errors import NotSignedIn
from truflow.services import admins
from truflow.services.views import AdminView
from truflow.threads import in_thread


async def signed_in_admin(
    request: Request,
    _: Annotated[str | None, Depends(admin_cookie)] = None,  # for the API's description
) -> AdminView:
    """The admin whose session the cookie opens; refuses with NotSignedIn."""
    admin = await in_thread("db", admins.who, request.cookies.get(admin_cookie_name()), now=utc_now())
    if admin is None:
        raise NotSignedIn
    return admin


Admin = Annotated[AdminView, Depends(signed_in_admin)]


def actor_of(admin: AdminView) -> str:
    """Who did it, as histories keep it: no name, no address."""
    return f"admin:{admin.id}"
