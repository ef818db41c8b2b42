"""Signing in and out: plain POSTs, JSON for programs, a form for people; only HTTP can set an HttpOnly cookie."""

from typing import Any
from urllib.parse import quote

from fastapi import APIRouter, Depends, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, RedirectResponse
from pydantic import ValidationError

from truflow.api.schemas import AdminAnswer, AdminOut, SignInIn
from truflow.api.visitor import Client, admin_cookie, admin_cookie_name
from truflow.clock import utc_now
from truflow.errors import InvalidCredentials, RateLimited
from truflow.services import admins
from truflow.settings import get_settings
from truflow.threads import in_thread

SIGN_IN = "/admin/sign-in"
FORM_TYPES = ("application/x-www-form-urlencoded", "multipart/form-data")

router = APIRouter(prefix="/admin/auth", tags=["admin sign-in"])


@router.post(
    "/login",
    response_model=AdminAnswer,
    openapi_extra={"requestBody": {"content": {"application/json": {"schema": SignInIn.model_json_schema()}}}},
)
async def login(request: Request, client: Client) -> Response:
    """JSON answers with the admin; a form goes on to a checked `next`. Either sets the session's cookie."""
    if request.headers.get("content-type", "").startswith(FORM_TYPES):
        return await _login_by_form(request, client)
    body = await _body(request)
    raw, admin = await in_thread("hash", admins.sign_in, body.email, body.password, client=client, now=utc_now())
    answer = AdminAnswer(admin=AdminOut.model_validate(admin))
    response = JSONResponse(answer.model_dump(mode="json", by_alias=True))
    _set_cookie(response, raw)
    return response


@router.post("/logout", response_model=AdminAnswer, dependencies=[Depends(admin_cookie)])
async def logout(request: Request) -> Response:
    """End the session and forget the cookie."""
    await in_thread("db", admins.sign_out, request.cookies.get(admin_cookie_name()), now=utc_now())
    is_form = request.headers.get("content-type", "").startswith(FORM_TYPES)
    response: Response = RedirectResponse(SIGN_IN, 303) if is_form else JSONResponse({"admin": None})
    response.delete_cookie(
        admin_cookie_name(), path="/", secure=get_settings().secure_cookies, httponly=True, samesite="strict"
    )
    return response


async def _login_by_form(request: Request, client: str) -> Response:
    form = await request.form(max_files=0, max_fields=10)
    email, password, onward = (_text(form.get(name)) for name in ("email", "password", "next"))
    onward = checked_next(onward)
    try:
        raw, _ = await in_thread("hash", admins.sign_in, email, password, client=client, now=utc_now())
    except (InvalidCredentials, RateLimited) as refusal:
        why = "wait" if isinstance(refusal, RateLimited) else "1"
        return RedirectResponse(f"{SIGN_IN}?error={why}&next={quote(onward, safe='')}", 303)
    response = RedirectResponse(onward, 303)
    _set_cookie(response, raw)
    return response


def checked_next(path: str) -> str:
    """A path of our own admin pages, or the first of them: never another site."""
    inside = path.startswith("/admin") and path[6:7] in ("", "/", "?") and "\\" not in path and path.isprintable()
    return path if inside and not path.startswith(SIGN_IN) else "/admin"


async def _body(request: Request) -> SignInIn:
    try:
        return SignInIn.model_validate_json(await request.body())
    except ValidationError as error:
        problems: list[Any] = list(error.errors(include_url=False))
        for problem in problems:
            problem["loc"] = ("body", *problem["loc"])
        raise RequestValidationError(problems) from None


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _set_cookie(response: Response, raw: str) -> None:
    response.set_cookie(
        admin_cookie_name(),
        raw,
        max_age=int(admins.ABSOLUTE.total_seconds()),
        path="/",
        secure=get_settings().secure_cookies,
        httponly=True,
        samesite="strict",
    )
