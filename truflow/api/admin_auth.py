"""Signing in and out: plain POSTs, JSON for programs, a form for people; only HTTP can set an HttpOnly cookie."""

from typing import Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import JSONResponse

from truflow.api.describing import ANYBODY, example, refuses
from truflow.api.forms import SIGN_IN, back, body_of, checked_next, described, form_of, is_form, onward
from truflow.api.kinds import Email, NewPassword, Text
from truflow.api.schemas import AdminAnswer, AdminOut, In, SignInIn
from truflow.api.visitor import Client, admin_cookie, admin_cookie_name
from truflow.clock import utc_now
from truflow.domain.devices import device_of
from truflow.errors import InvalidCredentials, LinkSpent, RateLimited, Refusal
from truflow.services import admin_links, admins
from truflow.services.views import AdminView
from truflow.settings import get_settings
from truflow.threads import in_thread

ASK, CHOOSE = "/admin/password-reset", "/admin/password-reset/new"

router = APIRouter(prefix="/admin/auth", tags=["admin sign-in"])


class AskIn(In):
    model_config = example({"email": "maya@stillwater.example"})

    email: Email


class ChooseIn(In):
    model_config = example({"token": "k3J9…", "password": "a quiet field of oats"})

    token: Text
    password: NewPassword


@router.post(
    "/login",
    response_model=AdminAnswer,
    openapi_extra=described(SignInIn),
    responses=refuses(InvalidCredentials(), RateLimited(900)),
)
async def login(request: Request, client: Client) -> Response:
    """JSON answers with the admin; a form goes on to a checked `next`. Either sets the session's cookie."""
    if is_form(request):
        form = await form_of(request)
        there = checked_next(form.get("next", ""))
        try:
            raw, _ = await _sign_in(request, form.get("email", ""), form.get("password", ""), client)
        except Refusal as refusal:
            return back(SIGN_IN, refusal, next=there)
        return _with_cookie(onward(there), raw)
    body = await body_of(request, SignInIn)
    raw, admin = await _sign_in(request, body.email, body.password, client)
    return _with_cookie(_answer(admin), raw)


@router.post("/logout", response_model=AdminAnswer, dependencies=[Depends(admin_cookie)], openapi_extra=ANYBODY)
async def logout(request: Request) -> Response:
    """End the session and forget the cookie; safe to repeat."""
    await in_thread("db", admins.sign_out, request.cookies.get(admin_cookie_name()), now=utc_now())
    return without_cookie(onward(SIGN_IN) if is_form(request) else _answer(None))


@router.post(
    "/password-reset/request",
    response_model=AdminAnswer,
    openapi_extra=described(AskIn),
    responses=refuses(RateLimited(900)),
)
async def ask_for_password(request: Request, client: Client) -> Response:
    """Mail a link to whoever may sign in with this address; the answer is the same when nobody may."""
    if is_form(request):
        form = await form_of(request)
        there = checked_next(form.get("next", ""))
        try:
            await in_thread("db", admin_links.ask, form.get("email", ""), client=client, now=utc_now())
        except Refusal as refusal:
            return back(ASK, refusal, next=there)
        return onward(ASK, sent="1", next=there)
    body = await body_of(request, AskIn)
    await in_thread("db", admin_links.ask, body.email, client=client, now=utc_now())
    return _answer(None)


@router.post(
    "/password-reset/confirm",
    response_model=AdminAnswer,
    openapi_extra=described(ChooseIn),
    responses=refuses(LinkSpent(), RateLimited(900)),
)
async def choose_password(request: Request, client: Client) -> Response:
    """Use the link of the mail for a new password; every session ends, and the next step is to sign in."""
    if is_form(request):
        form = await form_of(request)
        token = form.get("token", "")
        there = checked_next(form.get("next", ""))
        try:
            await _choose(token, form.get("password", ""), client)
        except LinkSpent as refusal:
            return back(ASK, refusal, next=there)
        except Refusal as refusal:
            return back(CHOOSE, refusal, t=token[:100], next=there)
        return without_cookie(onward(SIGN_IN, changed="1", next=there))
    body = await body_of(request, ChooseIn)
    return without_cookie(_answer(await _choose(body.token, body.password, client)))


async def _sign_in(request: Request, email: str, password: str, client: str) -> tuple[str, AdminView]:
    return await in_thread(
        "hash",
        admins.sign_in,
        email,
        password,
        client=client,
        now=utc_now(),
        device=device_of(request.headers.get("user-agent", "")),
        instead_of=request.cookies.get(admin_cookie_name()),
    )


async def _choose(token: str, password: str, client: str) -> AdminView:
    return await in_thread("hash", admin_links.choose, token, password, client=client, now=utc_now())


def _answer(admin: AdminView | None) -> Response:
    answer = AdminAnswer(admin=AdminOut.model_validate(admin) if admin else None)
    return JSONResponse(answer.model_dump(mode="json", by_alias=True))


def without_cookie(response: Response) -> Response:
    """The answer that makes the browser forget its session."""
    response.delete_cookie(admin_cookie_name(), **_how())
    return response


def _with_cookie(response: Response, raw: str) -> Response:
    response.set_cookie(admin_cookie_name(), raw, max_age=int(admins.ABSOLUTE.total_seconds()), **_how())
    return response


def _how() -> dict[str, Any]:
    return {"path": "/", "secure": get_settings().secure_cookies, "httponly": True, "samesite": "strict"}
