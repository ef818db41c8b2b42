"""The letterbox: raw bytes in, one word out. What is posted is never shown, logged or believed here."""

import structlog
from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from truflow.api.refusals import error_response
from truflow.clock import utc_now
from truflow.integrations.stripe_letters import BadLetter
from truflow.services import stripe_inbox
from truflow.threads import in_thread

LARGEST_LETTER = 256 * 1024

log = structlog.get_logger(__name__)
router = APIRouter(tags=["webhooks"])


@router.post("/webhooks/stripe/{path_token}")
async def receive(path_token: str, request: Request) -> Response:
    """Verify, store once, answer; a worker opens the letter."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST_LETTER:
            return error_response("TOO_LARGE")
    signature = request.headers.get("stripe-signature", "")
    try:
        await in_thread("db", stripe_inbox.receive, path_token, bytes(body), signature, now=utc_now())
    except BadLetter as bad:
        log.warning("letter_refused", why=bad.why)
        return error_response("MALFORMED", "This is not a letter that we can accept.")
    return JSONResponse({"received": True})
