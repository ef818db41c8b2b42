"""Doors for people and programs alike: a form of the browser's own goes on to a page, JSON gets an answer."""

from typing import Any, TypeVar
from urllib.parse import urlencode

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse
from pydantic import BaseModel, ValidationError

from truflow.errors import Invalid, Refusal

FORM_TYPES = ("application/x-www-form-urlencoded", "multipart/form-data")
SIGN_IN = "/admin/sign-in"
LONGEST_PATH = 500

Body = TypeVar("Body", bound=BaseModel)

WHY = {"INVALID_CREDENTIALS": "1", "RATE_LIMITED": "wait", "INVALID": "fields", "NOT_FOUND": "link"}


def is_form(request: Request) -> bool:
    """Whether a browser sends this form itself, and a person waits for a page."""
    return request.headers.get("content-type", "").lower().startswith(FORM_TYPES)


async def form_of(request: Request) -> dict[str, str]:
    """The form's texts; files and the like are left out."""
    form = await request.form(max_files=0, max_fields=10)
    return {name: value for name, value in form.items() if isinstance(value, str)}


async def body_of(request: Request, model: type[Body]) -> Body:
    """The JSON body; refuses as FastAPI itself would."""
    try:
        return model.model_validate_json(await request.body())
    except ValidationError as error:
        problems: list[Any] = list(error.errors(include_url=False))
        for problem in problems:
            problem["loc"] = ("body", *problem["loc"])
        raise RequestValidationError(problems) from None


def described(model: type[BaseModel]) -> dict[str, Any]:
    """The `openapi_extra` of a route that reads its body itself."""
    return {"requestBody": {"content": {"application/json": {"schema": model.model_json_schema()}}, "required": True}}


def onward(path: str, **query: str) -> RedirectResponse:
    """On to a page of ours, by GET."""
    return RedirectResponse(f"{path}?{urlencode(query)}" if query else path, 303)


def back(path: str, refusal: Refusal, **query: str) -> RedirectResponse:
    """Back to the page of the form, which says why in its own words."""
    why = {"error": WHY.get(refusal.code, "busy")}
    if refusal.retry_after is not None:
        why["minutes"] = str(-(-refusal.retry_after // 60))
    if isinstance(refusal, Invalid) and not refusal.fields:
        why["error"] = "1"
    response = onward(path, **why, **query)
    if refusal.retry_after is not None:
        response.headers["retry-after"] = str(refusal.retry_after)
    return response


def checked_next(path: str) -> str:
    """A path of our own admin pages, or the first of them: never another site, never the sign-in again."""
    inside = path.startswith("/admin") and path[6:7] in ("", "/", "?") and "\\" not in path and path.isprintable()
    again = path.startswith((SIGN_IN, "/admin/password-reset"))
    return path if inside and not again and len(path) <= LONGEST_PATH else "/admin"
