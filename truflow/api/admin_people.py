"""Who may sign in, and where one is signed in, for programs."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response

from truflow.api.admin_auth import without_cookie
from truflow.api.admin_session import Admin, actor_of, signed_in_admin
from truflow.api.catalogue import Limit, Page
from truflow.api.describing import PageOut, example, page_of, refuses
from truflow.api.kinds import Email, InPath, NewPassword, PersonName, UuidInPath
from truflow.api.schemas import AdminAnswer, AdminOut, In, Instant, Out
from truflow.api.visitor import admin_cookie_name, number_in_path
from truflow.clock import utc_now
from truflow.errors import Invalid, LastAdmin, NotFound, NotSignedIn
from truflow.services import admin_links, admins
from truflow.threads import in_thread

router = APIRouter(
    prefix="/admin", tags=["admin people"], dependencies=[Depends(signed_in_admin)], responses=refuses(NotSignedIn())
)

PERSON = {"id": 1, "email": "maya@stillwater.example", "name": "Maya", "createdAt": "2027-03-01T14:00:00Z"}
SIGN_IN = {
    "id": "6f1c2d3e-4b5a-4c6d-8e9f-0a1b2c3d4e5f",
    "device": "Firefox on Windows",
    "createdAt": "2027-03-01T14:00:00Z",
    "lastSeenAt": "2027-03-01T15:10:00Z",
    "expiresAt": "2027-03-02T02:00:00Z",
    "current": True,
}


class PersonIn(In):
    """Without a password she gets a mail with a link to choose one."""

    model_config = example({"email": "maya@stillwater.example", "name": "Maya"})

    email: Email
    name: PersonName
    password: NewPassword | None = None


class PersonOut(Out):
    id: int
    email: str
    name: str
    created_at: Instant


class PeopleOut(PageOut):
    model_config = example({"items": [PERSON], "page": 1, "limit": 25, "total": 1, "totalPages": 1})

    items: list[PersonOut]


class SessionOut(Out):
    """`current` is the one that asks."""

    id: UUID
    device: str
    created_at: Instant
    last_seen_at: Instant
    expires_at: Instant
    current: bool


class SessionsOut(PageOut):
    model_config = example({"items": [SIGN_IN], "page": 1, "limit": 25, "total": 1, "totalPages": 1})

    items: list[SessionOut]


class SessionAnswer(Out):
    session: SessionOut


def admin_id(admin_id: InPath) -> int:
    """The id in the path; what cannot be one is simply not found."""
    return number_in_path(admin_id, "person")


def session_id(session_id: UuidInPath) -> UUID:
    """The id in the path; what cannot be one is simply not found."""
    try:
        return UUID(session_id)
    except ValueError:
        raise NotFound("session") from None


AdminId = Annotated[int, Depends(admin_id)]
SessionId = Annotated[UUID, Depends(session_id)]


@router.get("/admins")
async def list_admins(page: Page = 1, limit: Limit = 25) -> PeopleOut:
    """Everybody who may sign in, in the order in which they came."""
    found = await in_thread("db", admins.all_admins)
    items = [PersonOut.model_validate(each) for each in found[(page - 1) * limit : page * limit]]
    return PeopleOut(items=items, **page_of(page, limit, len(found)))


@router.post("/admins", status_code=201, responses=refuses(Invalid({"email": ["Please enter your email address."]})))
async def add_admin(body: PersonIn, admin: Admin) -> AdminAnswer:
    """Let one more person sign in."""
    by, now = actor_of(admin), utc_now()
    if body.password is None:
        made = await in_thread("hash", admin_links.invite, body.email, body.name, actor=by, now=now)
    else:
        made = await in_thread("hash", admins.create_admin, body.email, body.name, body.password, actor=by, now=now)
    return AdminAnswer(admin=AdminOut.model_validate(made))


@router.delete("/admins/{admin_id}", responses=refuses(NotFound("person"), LastAdmin()))
async def remove_admin(admin_id: AdminId, admin: Admin) -> AdminAnswer:
    """Take a person's way in away; her sessions end at once. The last one cannot be removed."""
    gone = await in_thread("db", admins.remove, admin_id, actor=actor_of(admin), now=utc_now())
    return AdminAnswer(admin=AdminOut.model_validate(gone))


@router.get("/sessions")
async def list_sessions(request: Request, admin: Admin, page: Page = 1, limit: Limit = 25) -> SessionsOut:
    """Where one is signed in, the last used first."""
    found = await _own(request, admin.id)
    items = found[(page - 1) * limit : page * limit]
    return SessionsOut(items=items, **page_of(page, limit, len(found)))


@router.delete("/sessions")
async def end_sessions(response: Response, admin: Admin) -> AdminAnswer:
    """Sign out everywhere, here too."""
    await in_thread("db", admins.end_sessions, admin.id, now=utc_now())
    without_cookie(response)
    return AdminAnswer(admin=None)


@router.delete("/sessions/{session_id}", responses=refuses(NotFound("session")))
async def end_session(request: Request, session_id: SessionId, admin: Admin) -> SessionAnswer:
    """Sign out in one place."""
    ending = next((each for each in await _own(request, admin.id) if each.id == session_id), None)
    if ending is None:
        raise NotFound("session")
    await in_thread("db", admins.end_session, admin.id, session_id, now=utc_now())
    return SessionAnswer(session=ending)


async def _own(request: Request, admin_id: int) -> list[SessionOut]:
    raw = request.cookies.get(admin_cookie_name())
    found = await in_thread("db", admins.own_sessions, admin_id, raw, now=utc_now())
    return [SessionOut.model_validate(each) for each in found]
