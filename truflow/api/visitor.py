"""Who is asking: the address, the bearer token, the admin's cookie."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Header, Request
from fastapi.security import APIKeyCookie, HTTPAuthorizationCredentials, HTTPBearer
from pydantic import WithJsonSchema

from truflow.api.kinds import UuidInPath
from truflow.errors import Invalid, NotFound
from truflow.settings import get_settings

KEY_CHARACTERS = frozenset(chr(code) for code in range(0x21, 0x7F))

IdempotencyKey = Annotated[str | None, Header(), WithJsonSchema({"type": "string", "pattern": "^[!-~]{8,255}$"})]


def client_address(request: Request) -> str:
    """The visitor's address, as the edge worked it out from the trusted hops."""
    known = getattr(request.state, "client_ip", None)
    return known or (request.client.host if request.client else "unknown")


manage_token = HTTPBearer(
    scheme_name="manageToken", auto_error=False, description="The `manageToken` of the booking: it opens this one only."
)


def bearer(given: Annotated[HTTPAuthorizationCredentials | None, Depends(manage_token)]) -> str:
    """The manage token; empty when there is none, which opens nothing."""
    return given.credentials.strip() if given else ""


def idempotency_key(idempotency_key: IdempotencyKey = None) -> str | None:
    """8 to 255 visible ASCII characters, or none; refuses with Invalid."""
    if idempotency_key is not None and not (
        8 <= len(idempotency_key) <= 255 and set(idempotency_key) <= KEY_CHARACTERS
    ):
        raise Invalid({"Idempotency-Key": ["Please use 8 to 255 visible ASCII characters."]})
    return idempotency_key


def booking_id(booking_id: UuidInPath) -> UUID:
    """The id in the path; what cannot be one is simply not found."""
    try:
        return UUID(booking_id)
    except ValueError:
        raise NotFound("booking") from None


def number_in_path(text: str, what: str) -> int:
    """The number of a row in the path; what cannot be one is simply not found."""
    if text.isascii() and text.isdigit() and len(text) <= 10 and 0 < int(text) < 2**31:
        return int(text)
    raise NotFound(what)


def admin_cookie_name() -> str:
    """`__Host-` needs Secure, which http on loopback cannot have."""
    return "__Host-truflow_admin" if get_settings().secure_cookies else "truflow_admin"


admin_cookie = APIKeyCookie(
    name="__Host-truflow_admin",
    scheme_name="cookieAuth",
    auto_error=False,
    description="The admin's session, set by signing in; named `truflow_admin` where the address is http on loopback.",
)

Client = Annotated[str, Depends(client_address)]
Token = Annotated[str, Depends(bearer)]
Key = Annotated[str | None, Depends(idempotency_key)]
BookingId = Annotated[UUID, Depends(booking_id)]
