"""Sign-in, sessions, people and passwords as programs and forms meet them: edge and API over real tables."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import Engine
from starlette.applications import Starlette
from starlette.routing import Mount

from tests.kit.browsers import FIREFOX, Browser
from truflow.api.app import create_api
from truflow.edge import Edge
from truflow.integrations import mail_folder
from truflow.services import admins, effects
from truflow.settings import get_settings

MAYA, PASSWORD, NEW = "maya@example.com", "correct horse battery staple", "a quiet field of oats"
COOKIE = "truflow_admin"
Come = Callable[..., Browser]


@pytest.fixture
def browser(practice: Engine, tmp_path: Path) -> Come:
    """Browsers, each with cookies of its own, whose pages send our Origin."""
    get_settings.cache_clear()
    edge = Edge(Starlette(routes=[Mount("/api", create_api())]), get_settings(), tmp_path)

    def another(address: str = "198.51.100.7", agent: str = FIREFOX) -> Browser:
        return Browser(edge, address, agent)

    admins.create_admin(MAYA, "Maya Weaver", PASSWORD)
    return another


def sign_in(browser: Browser, email: str = MAYA, password: str = PASSWORD) -> Browser:
    answer = browser.post("/api/admin/auth/login", json={"email": email, "password": password})
    assert answer.status_code == 200, answer.text
    return browser


def is_in(browser: Browser) -> bool:
    return browser.get("/api/admin/sessions").status_code == 200


def link() -> str:
    """What the newest mail's link carries."""
    effects.deliver_due()
    mail = mail_folder.read(get_settings().data_dir / "mail")[0]
    found = re.search(r"/admin/password-reset/new\?t=([\w-]+)", mail.text)
    assert found
    return found.group(1)


def test_a_cookie_that_somebody_else_put_there_is_not_the_one_after_sign_in(browser: Come) -> None:
    victim, thief = browser(), browser()
    planted = sign_in(thief).cookie(COOKIE)
    for preset in ("planted-by-somebody", planted):
        victim.put(COOKIE, str(preset))
        sign_in(victim)
        assert victim.cookie(COOKIE) != preset
        assert is_in(victim)
    assert not is_in(thief)


def test_a_copied_cookie_dies_at_sign_out(browser: Come) -> None:
    owner, thief = sign_in(browser()), browser("203.0.113.9")
    thief.put(COOKIE, str(owner.cookie(COOKIE)))
    assert is_in(thief)
    answer = owner.post("/api/admin/auth/logout")
    assert answer.json() == {"admin": None}
    assert owner.cookie(COOKIE) is None
    assert not is_in(thief)


def test_sessions_are_listed_and_ended(browser: Come) -> None:
    here = sign_in(browser())
    there = sign_in(browser("203.0.113.9", agent="Mozilla/5.0 (iPhone; CPU) Version/17 Safari/604.1"))
    listed = here.get("/api/admin/sessions").json()
    assert {(each["device"], each["current"]) for each in listed["items"]} == {
        ("Firefox on Linux", True),
        ("Safari on iPhone", False),
    }
    assert (listed["page"], listed["total"], listed["totalPages"]) == (1, 2, 1)
    other = next(each["id"] for each in listed["items"] if not each["current"])
    assert here.delete(f"/api/admin/sessions/{other}").json()["session"]["device"] == "Safari on iPhone"
    assert (is_in(here), is_in(there)) == (True, False)
    for gone in (other, "nonsense"):
        assert here.delete(f"/api/admin/sessions/{gone}").status_code == 404
    third = sign_in(browser())
    answer = here.delete("/api/admin/sessions")
    assert (answer.status_code, answer.json()) == (200, {"admin": None})
    assert here.cookie(COOKIE) is None
    assert not is_in(third)


def test_people_are_added_listed_and_removed(browser: Come) -> None:
    maya = sign_in(browser())
    body = {"email": "ben@example.com", "name": "Ben Okoro", "password": NEW}
    made = maya.post("/api/admin/admins", json=body)
    assert (made.status_code, made.json()) == (
        201,
        {"admin": {"id": 2, "email": "ben@example.com", "name": "Ben Okoro"}},
    )
    assert list(maya.post("/api/admin/admins", json=body).json()["error"]["fields"]) == ["email"]
    ben = sign_in(browser(), "ben@example.com", NEW)
    assert [each["name"] for each in ben.get("/api/admin/admins").json()["items"]] == ["Maya Weaver", "Ben Okoro"]
    assert maya.delete("/api/admin/admins/2").status_code == 200
    assert not is_in(ben)
    last = maya.delete("/api/admin/admins/1")
    assert (last.status_code, last.json()["error"]["code"]) == (409, "IN_USE")
    for gone in ("2", "0", "x", "99999999999999"):
        assert maya.delete(f"/api/admin/admins/{gone}").status_code == 404


def test_who_is_added_without_a_password_chooses_one(browser: Come) -> None:
    sign_in(browser()).post("/api/admin/admins", json={"email": "ben@example.com", "name": "Ben"})
    ben = browser()
    body = {"token": link(), "password": NEW}
    assert ben.post("/api/admin/auth/password-reset/confirm", json=body).json()["admin"]["name"] == "Ben"
    assert is_in(sign_in(ben, "ben@example.com", NEW))


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/admins"), ("POST", "/admins"), ("DELETE", "/admins/1"),
        ("GET", "/sessions"), ("DELETE", "/sessions"), ("DELETE", "/sessions/1"),
    ],
)  # fmt: skip
def test_without_a_session_there_is_nothing(browser: Come, method: str, path: str) -> None:
    answer = browser().ask(method, f"/api/admin{path}")
    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "NOT_SIGNED_IN")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"email": "x", "name": "Ben", "password": NEW}, "email"),
        ({"email": "ben@example.com", "name": " ", "password": NEW}, "name"),
        ({"email": "ben@example.com", "name": "Ben", "password": "short"}, "password"),
        ({"email": "ben@example.com", "name": "Ben", "password": "password1234"}, "password"),
        ({"email": "ben@example.com", "name": "Ben", "role": "owner"}, "role"),
        ({"name": "Ben"}, "email"),
    ],
)
def test_a_wrong_person_is_refused_by_field(browser: Come, body: dict[str, Any], field: str) -> None:
    answer = sign_in(browser()).post("/api/admin/admins", json=body)
    assert (answer.status_code, list(answer.json()["error"]["fields"])) == (422, [field])


# Passwords


def test_asking_for_a_password_says_the_same_to_everybody(browser: Come) -> None:
    answers = [
        browser().post("/api/admin/auth/password-reset/request", json={"email": email})
        for email in (MAYA, "nobody@example.com")
    ]
    seen = [(each.status_code, each.content, sorted(set(each.headers) - {"x-request-id"})) for each in answers]
    assert seen[0] == seen[1]
    assert answers[0].json() == {"admin": None}


def test_the_flood_ends_at_five(browser: Come) -> None:
    visitor = browser()
    path = "/api/admin/auth/password-reset/request"
    answers = [visitor.post(path, json={"email": MAYA}) for _ in range(51)]
    assert [each.status_code for each in answers] == [200] * 5 + [429] * 46
    assert int(answers[-1].headers["retry-after"]) > 0
    effects.deliver_due()
    assert len(mail_folder.read(get_settings().data_dir / "mail")) == 5


def test_a_new_password_signs_everybody_out(browser: Come) -> None:
    signed_in, visitor = sign_in(browser()), browser("203.0.113.9")
    visitor.post("/api/admin/auth/password-reset/request", json={"email": MAYA})
    body = {"token": link(), "password": NEW}
    assert visitor.post("/api/admin/auth/password-reset/confirm", json=body).json()["admin"]["email"] == MAYA
    assert not is_in(signed_in)
    again = visitor.post("/api/admin/auth/password-reset/confirm", json=body)
    assert (again.status_code, again.json()["error"]["code"]) == (404, "NOT_FOUND")
    assert not is_in(visitor)
    sign_in(visitor, password=NEW)


def query(location: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(location).query).items()}


def test_forms_lead_from_page_to_page(browser: Come) -> None:
    visitor = browser()
    onward = {"next": "/admin/bookings/1"}
    asked = visitor.post("/api/admin/auth/password-reset/request", data={"email": MAYA, **onward})
    assert asked.status_code == 303
    assert (urlsplit(asked.headers["location"]).path, query(asked.headers["location"])) == (
        "/admin/password-reset",
        {"sent": "1", **onward},
    )
    token = link()
    weak = visitor.post("/api/admin/auth/password-reset/confirm", data={"token": token, "password": "short", **onward})
    assert urlsplit(weak.headers["location"]).path == "/admin/password-reset/new"
    assert query(weak.headers["location"]) == {"error": "fields", "t": token, **onward}
    done = visitor.post("/api/admin/auth/password-reset/confirm", data={"token": token, "password": NEW, **onward})
    assert (done.status_code, urlsplit(done.headers["location"]).path) == (303, "/admin/sign-in")
    assert query(done.headers["location"]) == {"changed": "1", **onward}
    spent = visitor.post("/api/admin/auth/password-reset/confirm", data={"token": token, "password": NEW, **onward})
    assert spent.headers["location"] == "/admin/password-reset?error=link&next=%2Fadmin%2Fbookings%2F1"
    signed_in = visitor.post("/api/admin/auth/login", data={"email": MAYA, "password": NEW, **onward})
    assert (signed_in.status_code, signed_in.headers["location"]) == (303, "/admin/bookings/1")


@pytest.mark.parametrize("path", ["request", "confirm"])
def test_forms_never_lead_to_another_site(browser: Come, path: str) -> None:
    for there in ("https://evil.example", "//evil.example", "/admin\\@evil.example", "/admin" + "x" * 999):
        form = {"email": MAYA, "token": "x", "password": NEW, "next": there}
        answer = browser().post(f"/api/admin/auth/password-reset/{path}", data=form)
        assert answer.headers["location"].startswith("/admin/password-reset?")
        assert query(answer.headers["location"])["next"] == "/admin"


def test_no_log_holds_an_address_a_token_or_a_cookie(browser: Come, capfd: pytest.CaptureFixture[str]) -> None:
    visitor = sign_in(browser())
    cookie = visitor.cookie(COOKIE)
    visitor.post("/api/admin/auth/login", json={"email": MAYA, "password": "not this one at all"})
    visitor.post("/api/admin/auth/password-reset/request", json={"email": MAYA})
    token = link()
    visitor.post("/api/admin/auth/password-reset/confirm", json={"token": token, "password": NEW})
    told = "".join(capfd.readouterr())
    assert "signed_in" in told
    assert [word for word in (MAYA, cookie, token, PASSWORD, NEW, "Maya") if word in told] == []
