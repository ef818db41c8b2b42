"""`/metrics`: for a monitor that knows the token; for everybody else there is no such page."""

import hmac

from starlette.requests import Request
from starlette.responses import Response

from truflow.api.refusals import error_response, refusal_response
from truflow.clock import utc_now
from truflow.errors import Busy
from truflow.services import metrics, traffic
from truflow.settings import get_settings
from truflow.threads import in_thread

TEXT = "text/plain; version=0.0.4; charset=utf-8"


async def answer(request: Request) -> Response:
    """The figures of this process and of the database."""
    if not _may_read(request.headers.get("authorization", "")):
        return error_response("NOT_FOUND")
    try:
        figures = await in_thread("db", metrics.exposition, now=utc_now())
    except Busy as busy:
        return refusal_response(busy)
    return Response(figures + traffic.exposition(), media_type=TEXT)


def _may_read(authorization: str) -> bool:
    token = get_settings().metrics_token
    if token is None or not token.get_secret_value():
        return False
    wanted = f"Bearer {token.get_secret_value()}"
    return hmac.compare_digest(authorization.encode(), wanted.encode())
