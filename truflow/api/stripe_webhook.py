"""The letterbox: raw bytes in, one word out. What is posted is never shown, logged or believed here."""

from typing import Any

import structlog
from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from truflow.api.describing import Malformed, TooLarge, refuses
from truflow.api.refusals import error_response
from truflow.api.schemas import Received
from truflow.clock import utc_now
from truflow.errors import NotFound
from truflow.integrations.stripe_letters import BadLetter
from truflow.services import stripe_inbox
from truflow.threads import in_thread

LARGEST_LETTER = 256 * 1024

LETTER: dict[str, Any] = {
    "parameters": [
        {
            "name": "Stripe-Signature",
            "in": "header",
            "required": False,
            "description": "As Stripe signs; without it the letter is refused.",
            "schema": {"type": "string"},
            "example": "t=1772460000,v1=5257a8",
        }
    ],
    "requestBody": {
        "content": {
            "application/json": {
                "schema": {"description": "A Stripe event; signed byte by byte."},
                "example": {"id": "evt_1", "object": "event", "type": "payment_intent.succeeded"},
            }
        }
    },
}

log = structlog.get_logger(__name__)
router = APIRouter(tags=["webhooks"])


@router.post(
    "/webhooks/stripe/{path_token}",
    response_model=Received,
    openapi_extra=LETTER,
    responses=refuses(Malformed(), NotFound(), TooLarge()),
)
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
