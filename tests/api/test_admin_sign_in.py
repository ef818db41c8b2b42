"""The admin's way in and out, for programs and for people with a form."""

import httpx
import pytest

from tests.kit.stack import Stack

OWNER = "owner@stillwater.example"


@pytest.fixture(scope="module")
def password(stack: Stack) -> str:
    """The owner's first password, as the operator's command shows it."""
    done = stack.run("create-admin", OWNER, "--name", "Maya")
    assert done.returncode == 0, done.stderr
    return done.stdout.rsplit(None, 1)[-1]


@pytest.fixture
def visitor(stack: Stack) -> httpx.Client:
    return httpx.Client(base_url=stack.url, trust_env=False, timeout=30)


def test_json_sets_a_cookie_that_scripts_cannot_read(visitor: httpx.Client, password: str) -> None:
    answer = visitor.post("/api/admin/auth/login", json={"email": OWNER.upper(), "password": password})
    assert answer.status_code == 200
    assert answer.json()["admin"]["email"] == OWNER
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("truflow_admin=")
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    assert "Path=/" in cookie


@pytest.mark.parametrize(
    ("email", "tried"), [(OWNER, "wrong"), ("nobody@example.com", None), ("", ""), (OWNER, "x" * 10_000)]
)
def test_wrong_credentials_get_one_answer(visitor: httpx.Client, password: str, email: str, tried: str | None) -> None:
    given = password if tried is None else tried
    answer = visitor.post("/api/admin/auth/login", json={"email": email, "password": given})
    assert answer.status_code == 401
    assert answer.json()["error"]["code"] == "INVALID_CREDENTIALS"
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize(
    ("body", "status"),
    [({}, 422), ({"email": 7, "password": "x"}, 422), ({"email": "a", "password": "b", "c": 1}, 422)],
)
def test_a_bad_body_is_refused(visitor: httpx.Client, body: dict[str, object], status: int) -> None:
    answer = visitor.post("/api/admin/auth/login", json=body)
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, "INVALID")


@pytest.mark.parametrize(
    ("onward", "lands"),
    [
        ("/admin/bookings/1", "/admin/bookings/1"),
        ("", "/admin"),
        ("https://evil.example/admin", "/admin"),
        ("//evil.example/admin", "/admin"),
        ("/admin.evil.example", "/admin"),
        ("/admin\\@evil.example", "/admin"),
        ("/admin/sign-in", "/admin"),
    ],
)
def test_a_form_goes_on_to_our_own_pages_only(visitor: httpx.Client, password: str, onward: str, lands: str) -> None:
    form = {"email": OWNER, "password": password, "next": onward}
    answer = visitor.post("/api/admin/auth/login", data=form)
    assert (answer.status_code, answer.headers["location"]) == (303, lands)


def test_a_wrong_form_comes_back_to_the_page(visitor: httpx.Client, password: str) -> None:
    answer = visitor.post("/api/admin/auth/login", data={"email": OWNER, "password": "wrong", "next": "/admin"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/admin/sign-in?error=1&next=%2Fadmin")


def test_signing_out_ends_the_session(stack: Stack, visitor: httpx.Client, password: str) -> None:
    visitor.post("/api/admin/auth/login", json={"email": OWNER, "password": password})
    assert visitor.get("/admin").status_code == 200
    copied = dict(visitor.cookies)
    out = visitor.post("/api/admin/auth/logout", headers={"Origin": stack.url})
    assert out.json() == {"admin": None}
    stolen = httpx.get(f"{stack.url}/admin", cookies=copied, trust_env=False)
    assert stolen.status_code == 302
    assert stolen.headers["location"].startswith("/admin/sign-in")


def test_a_foreign_page_cannot_sign_anybody_in_or_out(visitor: httpx.Client, password: str) -> None:
    for path in ("login", "logout"):
        answer = visitor.post(
            f"/api/admin/auth/{path}",
            data={"email": OWNER, "password": password},
            headers={"Origin": "https://evil.example"},
        )
        assert (answer.status_code, answer.json()["error"]["code"]) == (403, "ORIGIN_REFUSED")
