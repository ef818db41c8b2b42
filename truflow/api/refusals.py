"""The one table from refusal to HTTP status, and the one shape in which programs hear of it."""

from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from truflow.errors import Refusal

STATUS = {
    "MALFORMED": 400,
    "NOT_SIGNED_IN": 401,
    "INVALID_CREDENTIALS": 401,
    "PAYMENT_DECLINED": 402,
    "FORBIDDEN": 403,
    "ORIGIN_REFUSED": 403,
    "NOT_FOUND": 404,
    "METHOD_NOT_ALLOWED": 405,
    "SLOT_TAKEN": 409,
    "DAY_FULL": 409,
    "COURSE_FULL": 409,
    "HOLD_EXPIRED": 409,
    "ALREADY_PAID": 409,
    "ALREADY_CANCELLED": 409,
    "POLICY_REFUSES": 409,
    "STALE_VERSION": 409,
    "IN_USE": 409,
    "TOO_LARGE": 413,
    "INVALID": 422,
    "SLOT_NOT_OFFERED": 422,
    "RANGE_TOO_LONG": 422,
    "KEY_REUSED": 422,
    "RATE_LIMITED": 429,
    "TOO_MANY_HOLDS": 429,
    "BUSY": 503,
    "PAYMENTS_UNAVAILABLE": 503,
}

CODES = {400: "MALFORMED", 404: "NOT_FOUND", 405: "METHOD_NOT_ALLOWED", 413: "TOO_LARGE"}

SENTENCES = {
    "MALFORMED": "We could not read this request.",
    "NOT_FOUND": "There is nothing at this address.",
    "METHOD_NOT_ALLOWED": "This address does not take this method.",
    "TOO_LARGE": "This request is too large.",
}

KINDS_OF_INVALID = {
    "missing": "This field is needed.",
    "extra_forbidden": "We do not know this field.",
    "string_type": "Please send a text.",
    "string_too_long": "This text is too long.",
    "string_too_short": "This text is too short.",
    "string_pattern_mismatch": "Please remove the special characters.",
    "int_type": "Please send a whole number.",
    "model_attributes_type": "Please send an object.",
    "model_type": "Please send an object.",
    "dict_type": "Please send an object.",
    "timezone_aware": "Please send an instant with its offset, for example 2027-03-01T14:00:00Z.",
}


BOUNDS = {
    "greater_than_equal": ("ge", "Please use {:,} or more."),
    "less_than_equal": ("le", "Please use {:,} or less."),
    "too_long": ("max_length", "Please send at most {:,}."),
}


def refusal_response(refusal: Refusal) -> JSONResponse:
    """A refusal as programs hear of it."""
    headers = {"Retry-After": str(refusal.retry_after)} if refusal.retry_after is not None else None
    extra = {"declineCode": refusal.decline_code} if refusal.decline_code else {}
    return error_response(refusal.code, refusal.message, fields=refusal.fields, headers=headers, **extra)


def error_response(
    code: str,
    message: str = "",
    *,
    fields: Mapping[str, Sequence[str]] | None = None,
    headers: Mapping[str, str] | None = None,
    **extra: str,
) -> JSONResponse:
    """`{"error": {"code", "message", "fields"}}` with the status of its code."""
    error = {"code": code, "message": message or SENTENCES[code], "fields": dict(fields or {}), **extra}
    return JSONResponse({"error": error}, status_code=STATUS[code], headers=dict(headers or {}))


def register(app: FastAPI) -> None:
    """Answer every refusal, invalid body and unknown path of this app in the one shape."""

    @app.exception_handler(Refusal)
    async def refused(_: Request, refusal: Refusal) -> JSONResponse:
        return refusal_response(refusal)

    @app.exception_handler(RequestValidationError)
    async def invalid(_: Request, error: RequestValidationError) -> JSONResponse:
        problems = error.errors()
        if any(problem["type"] == "json_invalid" for problem in problems):
            return error_response("MALFORMED", "The body is not valid JSON.")
        fields: dict[str, list[str]] = {}
        for problem in problems:
            fields.setdefault(_path(problem["loc"]), []).append(_sentence(problem))
        return error_response("INVALID", "Please check the marked fields.", fields=fields)

    @app.exception_handler(HTTPException)
    async def other(request: Request, error: HTTPException) -> JSONResponse:
        headers = _allowed(request, error.headers or {}) if error.status_code == 405 else error.headers
        return error_response(CODES.get(error.status_code, "MALFORMED"), headers=headers)


def _allowed(request: Request, otherwise: Mapping[str, str]) -> dict[str, str]:
    """Every method of the address as the description has it: the router itself names those of its first route only."""
    asked = request.scope["path"].removeprefix(request.scope.get("root_path", "")).split("/")
    paths: dict[str, Any] = request.app.openapi()["paths"]
    for path in sorted(paths, key=lambda path: path.count("{")):
        parts = path.split("/")
        alike = (part == given or part.startswith("{") for part, given in zip(parts, asked, strict=False))
        if len(parts) == len(asked) and all(alike):
            return {"Allow": ", ".join(sorted(verb.upper() for verb in paths[path]))}
    return dict(otherwise)


def _path(location: Sequence[int | str]) -> str:
    """`customer.email` from pydantic's ("body", "customer", "email")."""
    path = ".".join(str(part) for part in location[1:])
    return path[:100] or str(location[0])


def _sentence(problem: dict[str, Any]) -> str:
    if problem["type"] == "value_error":
        return str(problem["ctx"]["error"])
    if problem["type"] in BOUNDS:
        bound, sentence = BOUNDS[problem["type"]]
        return sentence.format(problem["ctx"][bound])
    return KINDS_OF_INVALID.get(problem["type"], "We cannot use this value.")
