"""Every address there is, asked as a stranger would: what each answer carries, whatever it is."""

import json
import re
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.hostile.conftest import Prey
from tests.kit.canary import told
from tests.kit.stack import PATH_TOKEN, Stack
from tests.kit.troubles import password_of
from tests.sandbox.kit import SECRET, SIGNING
from truflow.edge.headers import PRIVATE
from truflow.pages.table import PAGES

BUILT = Path(__file__).resolve().parents[2] / ".web" / "build" / "client"
OTHERS = (
    *("/healthz", "/readyz", "/metrics", "/sitemap.xml", "/robots.txt", "/look.css", "/icon.svg", "/api", "/api/"),
    *("/api/docs", "/api/docs/start.js", "/api/docs/swagger-ui-bundle.js", "/api/openapi.json", "/api/nothing"),
    *("/nothing", "/nothing/", "/assets/nothing-12345678.js", "/book/no-such-service", "/book/3", "/book/", "//evil"),
    *("/ping", "/_health", "/_upload", "/_all_routes", "/_event", "/_event/?EIO=4&transport=polling", "/.env"),
    *("/..%2f..%2fetc/passwd", "/%00", "/%ff", "/a" * 500, "/admin/%0d%0aSet-Cookie:x=1", "/protected/x"),
)
FOREIGN = {"Origin": "https://evil.example"}
ODD = ("/api/services%0a", "/book%0a", "/foo%0d%0abar", "/api/%00")
PREFLIGHT = {**FOREIGN, "Access-Control-Request-Method": "POST"}


def pages() -> list[str]:
    return [re.sub(r"\[\w+\]", "ABCD-1234", page.route) for page in PAGES if page.route.startswith("/")]


def files() -> list[str]:
    """One built file of each kind."""
    kinds = {path.suffix: path for path in sorted(BUILT.rglob("*.*")) if path.suffix not in (".html", ".gz", ".br")}
    return [f"/{path.relative_to(BUILT).as_posix()}" for path in kinds.values()]


def operations(stack: Stack) -> list[tuple[str, str]]:
    paths = stack.http.get("/api/openapi.json").json()["paths"]
    return [
        (method.upper(), "/api" + re.sub(r"\{\w+\}", "1", path))
        for path, methods in paths.items()
        for method in methods
        if method in ("get", "post", "put", "patch", "delete")
    ]


def answers(stack: Stack) -> list[httpx.Response]:
    with httpx.Client(base_url=stack.url, trust_env=False, timeout=30) as stranger:
        asked = [stranger.get(path) for path in (*pages(), *files(), *OTHERS, *ODD)]
        asked += [stranger.head(path) for path in ("/", "/book", "/admin", "/nothing")]
        asked += [stranger.request(method, path, json={}) for method, path in operations(stack)]
        asked += [stranger.post("/api/bookings", content=b"{", headers={"Content-Type": "application/json"})]
        asked += [
            stranger.post("/api/bookings", headers=FOREIGN),
        ]
        asked += [
            stranger.request(method, "/api/services") for method in ("DELETE", "PATCH", "OPTIONS", "TRACE", "BREW")
        ]
        asked += [stranger.post(path) for path in ("/", "/admin", "/nothing", "/healthz", "/look.css")]
    asked += [httpx.post(f"{stack.url}/api/bookings", content=b"x" * 70_000, trust_env=False)]  # ends its connection
    return asked


def wrong_with(answer: httpx.Response) -> list[str]:
    """What this answer lacks."""
    headers, path = answer.headers, answer.request.url.path
    policy = headers.get("content-security-policy", "")
    own_policy = path.startswith("/sandbox/")
    scripts = next((part for part in policy.split("; ") if part.startswith("script-src")), "")
    private = any(path == place or path.startswith(f"{place}/") for place in PRIVATE)
    checks = {
        "nosniff": headers.get("x-content-type-options") == "nosniff",
        "referrer": headers.get("referrer-policy") in ("no-referrer", "strict-origin-when-cross-origin"),
        "permissions": "camera=()" in headers.get("permissions-policy", ""),
        "opener": headers.get("cross-origin-opener-policy", "").startswith("same-origin"),
        "number": len(headers.get_list("x-request-id")) == 1,
        "a policy": own_policy or "default-src 'self'" in policy or "default-src 'none'" in policy,
        "one policy": len(headers.get_list("content-security-policy")) == 1,
        "no eval": "unsafe-eval" not in policy and "unsafe-inline" not in scripts and "*" not in scripts.split(),
        "frames": "frame-ancestors" in policy,
        "caching": len(headers.get_list("cache-control")) == 1,
        "private": not private or "no-store" in headers.get("cache-control", "") or path.startswith("/api/docs"),
        "noindex": not private or headers.get("x-robots-tag") == "noindex, nofollow",
        "nobody's name": "x-powered-by" not in headers and headers.get_list("server") == ["truflow"],
        "no open door": headers.get("access-control-allow-origin") in (None, str(answer.request.url).split(path)[0]),
        "our 5xx": answer.status_code < 500,
        "our error": not path.startswith("/api/") or answer.status_code < 400 or _is_ours(answer),
        "no cookie": all(not morsel.value for morsel in cookies(answer)),
    }
    return [what for what, holds in checks.items() if not holds]


def _is_ours(answer: httpx.Response) -> bool:
    if not answer.content:
        return answer.request.method == "HEAD"
    error = answer.json().get("error", {})
    return {"code", "message", "fields"} <= set(error)


def test_every_answer_carries_its_headers(stack: Stack) -> None:
    given = answers(stack)
    lacking = {
        f"{each.request.method} {each.request.url.path[:60]} {each.status_code}": wrong
        for each in given
        if (wrong := wrong_with(each))
    }
    assert lacking == {}
    assert {200, 302, 404, 405, 401, 403, 413, 422} <= {each.status_code for each in given}, (
        "it met all sorts of answers"
    )


def test_no_answer_to_a_stranger_holds_anything_of_anybody(stack: Stack, prey: Prey) -> None:
    secrets = (*prey.words, SECRET, SIGNING, PATH_TOKEN, prey.made["booking"]["reference"])
    talkative = {
        str(each.request.url): words
        for each in answers(stack)
        if (words := told(each.text.replace(str(each.request.url), ""), *secrets))
    }
    assert talkative == {}


def test_the_built_pages_hold_no_secret_and_nothing_of_the_desk(stack: Stack, prey: Prey) -> None:
    values = stack._env({})
    secrets = [values[f"TRUFLOW_{name}"] for name in ("SECRET_KEY", "STRIPE_SECRET_KEY", "STRIPE_WEBHOOK_SECRET")]
    names = ("TRUFLOW_", "DATABASE_URL", "sk_test_", "sk_live_", "whsec_", "postgresql://", "BEGIN PRIVATE KEY")
    built = [path for path in BUILT.rglob("*") if path.suffix in (".js", ".html", ".json", ".css", ".map", ".txt")]
    assert len(built) > 20
    talkative = {
        path.name: words
        for path in built
        if (words := _found(path.read_text(errors="replace"), *prey.words, *secrets, *names, PATH_TOKEN))
    }
    assert talkative == {}
    assert not [path for path in built if path.suffix == ".map"], "no source maps go out"


def _found(text: str, *names: str) -> list[str]:
    return told(text) + [name for name in names if name in text]


def test_private_pages_say_noindex_themselves(stack: Stack) -> None:
    said = re.compile(r'<meta[^>]*name="robots"[^>]*content="noindex"|<meta[^>]*content="noindex"[^>]*name="robots"')
    for page in PAGES:
        if page.route.startswith("/") and "[" not in page.route:
            html = (BUILT / page.route.lstrip("/") / "index.html").read_text()
            assert bool(said.search(html)) is page.private, page.route


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://localhost.evil.example"])
@pytest.mark.parametrize("path", ["/api/services", "/_event/?EIO=4&transport=polling", "/", "/ping"])
def test_no_other_origin_may_read(stack: Stack, origin: str, path: str) -> None:
    for method in ("GET", "OPTIONS"):
        asked = {"Origin": origin, "Access-Control-Request-Method": "POST"}
        answer = stack.http.request(method, path, headers=asked)
        assert "access-control-allow-origin" not in answer.headers
        assert "access-control-allow-credentials" not in answer.headers


def cookies(answer: httpx.Response) -> list[Any]:
    return [morsel for line in answer.headers.get_list("set-cookie") for morsel in SimpleCookie(line).values()]


def test_the_only_cookie_is_the_sessions_and_no_script_can_read_it(stack: Stack) -> None:
    address = f"cookies-{uuid4()}@desk-7c1f.example"
    owner = {"email": address, "password": password_of(stack, address)}
    with httpx.Client(base_url=stack.url, trust_env=False, timeout=30, headers={"Origin": stack.url}) as browser:
        given = browser.post("/api/admin/auth/login", json=owner)
        (morsel,) = cookies(given)
        assert (morsel.key, morsel["httponly"], morsel["samesite"].lower()) == ("truflow_admin", True, "strict")
        assert (morsel["path"], morsel["domain"], len(morsel.value) >= 43) == ("/", "", True)
        assert morsel.value not in json.dumps(given.json())
        assert [cookies(browser.get(path)) for path in ("/admin", "/api/admin/bookings", "/", "/book")] == [[]] * 4
        (gone,) = cookies(browser.post("/api/admin/auth/logout"))
        assert (gone.key, gone.value, gone["httponly"]) == ("truflow_admin", "", True)
