"""Which language a program's guest reads: `Accept-Language` says it; the desk's routes speak English."""

import re

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from truflow.texts import LANGUAGES, speaking

LONGEST_HEADER = 500
QUALITY = re.compile(r"q\s*=\s*(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)", re.IGNORECASE)


class Tongue:
    """Speaks the caller's language while a request is answered, and keeps it with a booking that is made."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        asked = "" if scope["type"] != "http" else Headers(scope=scope).get("accept-language", "")
        at_the_desk = scope.get("path", "").startswith(("/api/admin", "/admin"))
        with speaking("en" if at_the_desk else preferred(asked)):
            await self.app(scope, receive, send)


def preferred(header: str) -> str:
    """The best of our languages by an `Accept-Language` header; English when it names none of them."""
    wishes: list[tuple[float, str]] = []
    for wish in header[:LONGEST_HEADER].split(","):
        tag, _, quality = wish.partition(";")
        code = tag.strip().lower().partition("-")[0]
        if code in LANGUAGES and (weight := _weight(quality)) > 0:
            wishes.append((weight, code))
    return max(wishes, key=lambda wish: wish[0], default=(0.0, "en"))[1]


def _weight(quality: str) -> float:
    """What stands behind `;q=`; 1 without it, 0 when it is no number of that kind."""
    if not quality.strip():
        return 1.0
    given = QUALITY.fullmatch(quality.strip())
    return float(given[1]) if given else 0.0
