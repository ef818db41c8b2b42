import base64
import hashlib
from collections.abc import Callable
from typing import Any

import pytest

Make = Callable[..., Any]


def sources(policy: str, name: str) -> list[str]:
    return next(part.split()[1:] for part in policy.split("; ") if part.split()[0] == name)


def test_pages_run_their_own_inline_scripts_and_no_others(visitor: Make) -> None:
    policy = visitor().get("/").headers["content-security-policy"]
    scripts = sources(policy, "script-src")
    for code in (b"one()", b'import "/x.js"'):
        assert f"'sha256-{base64.b64encode(hashlib.sha256(code).digest()).decode()}'" in scripts
    assert len([s for s in scripts if s.startswith("'sha256")]) == 2
    assert "unsafe-eval" not in policy
    assert "'unsafe-inline'" not in scripts


@pytest.mark.parametrize("path", ["/booking/TF-7K2M?t=secret", "/es/booking/TF-7K2M"])
def test_stripe_is_allowed_where_somebody_pays(visitor: Make, path: str) -> None:
    headers = visitor().get(path).headers
    policy = headers["content-security-policy"]
    assert 'payment=(self "https://js.stripe.com"' in headers["permissions-policy"]
    assert "https://js.stripe.com" in sources(policy, "script-src")
    assert "https://api.stripe.com" in sources(policy, "connect-src")
    assert "https://hooks.stripe.com" in sources(policy, "frame-src")


@pytest.mark.parametrize(
    "path",
    [
        *("/", "/book", "/es/book", "/book/massage", "/book/success", "/plain/booking/X", "/terms", "/bookings"),
        *("/nothing", "/admin", "/admin/sign-in", "/admin/bookings/1", "/api/docs"),
    ],
)
def test_no_page_on_which_nobody_pays_lets_stripe_in(visitor: Make, path: str) -> None:
    headers = visitor().get(path, headers={"cookie": "truflow_admin=good"}).headers
    assert "default-src 'self'" in headers["content-security-policy"]
    assert "stripe.com" not in str(headers)
    assert headers["permissions-policy"].endswith("payment=()")


def test_the_sandbox_needs_nobody_else(visitor: Make) -> None:
    policy = visitor(stripe_js_url="/sandbox/stripe/v3.js").get("/booking/X").headers["content-security-policy"]
    assert "stripe.com" not in policy
    own = "http://book.example/sandbox/stripe/v3.js"
    assert "stripe.com" not in visitor(stripe_js_url=own).get("/booking/X").headers["content-security-policy"]


def test_a_sandbox_elsewhere_is_allowed_by_its_origin(visitor: Make) -> None:
    policy = visitor(stripe_js_url="http://127.0.0.1:9100/v3.js").get("/booking/X").headers["content-security-policy"]
    assert "http://127.0.0.1:9100" in sources(policy, "script-src")


def test_sockets_of_our_own_address_may_connect(visitor: Make) -> None:
    policy = visitor(public_url="https://book.example").get("/", scheme="https").headers["content-security-policy"]
    assert "wss://book.example" in sources(policy, "connect-src")


def test_what_is_no_page_may_do_nothing(visitor: Make, inside: Any) -> None:
    inside.headers = {"content-type": "application/json"}
    policy = visitor().get("/api/services").headers["content-security-policy"]
    assert policy == "default-src 'none'; frame-ancestors 'none'"


def test_embedding_is_for_named_origins_and_public_pages(visitor: Make) -> None:
    someone = visitor(embed_origins="https://studio.example/x, javascript:alert(1) https://b.example;script-src")
    assert sources(someone.get("/book").headers["content-security-policy"], "frame-ancestors") == [
        "'self'",
        "https://studio.example",
    ]
    admin = someone.get("/admin/sign-in").headers
    assert sources(admin["content-security-policy"], "frame-ancestors") == ["'none'"]
    assert admin["x-frame-options"] == "DENY"


def test_the_sandbox_keeps_its_own_policy_and_nobody_else_does(visitor: Make, inside: Any) -> None:
    inside.headers["content-security-policy"] = "default-src *"
    someone = visitor()
    assert someone.get("/sandbox/mail/1.html").headers["content-security-policy"] == "default-src *"
    assert "default-src *" not in someone.get("/book").headers["content-security-policy"]


@pytest.mark.parametrize(
    ("path", "cache", "referrer", "hidden"),
    [
        ("/", "no-cache", "strict-origin-when-cross-origin", False),
        ("/book/deep-tissue", "no-cache", "strict-origin-when-cross-origin", False),
        ("/assets/root-DqJgo7ME.js", "public, max-age=31536000, immutable", "strict-origin-when-cross-origin", False),
        ("/look.css", "no-cache", "strict-origin-when-cross-origin", False),
        ("/booking/TF-7K2M?t=secret", "no-store", "same-origin", True),
        ("/book/success", "no-store", "same-origin", True),
        ("/de/booking/TF-7K2M?t=secret", "no-store", "same-origin", True),
        ("/plain/booking/TF-7K2M?t=secret", "no-store", "same-origin", True),
        ("/fr/book", "no-cache", "strict-origin-when-cross-origin", False),
        ("/admin/sign-in", "no-store", "same-origin", True),
        ("/account/bookings", "no-store", "same-origin", True),
        ("/api/services", "no-store", "strict-origin-when-cross-origin", True),
        ("/sandbox/mail", "no-store", "strict-origin-when-cross-origin", True),
        ("/bookings-are-fun", "no-cache", "strict-origin-when-cross-origin", False),
    ],
)
def test_each_place_has_its_caching_referrer_and_indexing(
    visitor: Make, path: str, cache: str, referrer: str, hidden: bool
) -> None:
    headers = visitor().get(path).headers
    assert headers["cache-control"] == cache
    assert headers["referrer-policy"] == referrer
    assert ("x-robots-tag" in headers) is hidden
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cross-origin-opener-policy"] == "same-origin-allow-popups"
    assert "camera=()" in headers["permissions-policy"]


@pytest.mark.parametrize("url", ["https://book.example", "http://127.0.0.1:8000"])
def test_private_pages_tell_nobody_where_one_came_from(visitor: Make, url: str) -> None:
    headers = visitor(public_url=url).get("/booking/TF-7K2M?t=secret", scheme=url.partition(":")[0]).headers
    assert headers["referrer-policy"] == "no-referrer"


def test_errors_carry_the_headers_too_and_are_not_kept(visitor: Make, inside: Any) -> None:
    inside.status = 404
    headers = visitor().get("/assets/gone-DqJgo7ME.js").headers
    assert headers["cache-control"] == "no-cache"
    assert "default-src" in headers["content-security-policy"]


def test_hsts_only_on_https(visitor: Make) -> None:
    assert "strict-transport-security" not in visitor().get("/").headers
    secure = visitor(public_url="https://book.example").get("/", scheme="https").headers
    assert secure["strict-transport-security"].startswith("max-age=31536000")


def test_what_the_edge_answers_itself_carries_the_headers_too(visitor: Make) -> None:
    someone = visitor(public_url="https://book.example")
    secure = {"scheme": "https", "headers": {"origin": "https://evil.example"}}
    given = {
        301: someone.get("/book"),
        403: someone.ask("POST", "/api/bookings", **secure),
        302: someone.get("/admin", scheme="https"),
        404: someone.get("/api", scheme="https"),
        413: someone.post("/api/bookings", scheme="https", content=b"x" * 70_000),
    }
    for status, answer in given.items():
        headers = answer.headers
        assert answer.status_code == status
        assert headers["strict-transport-security"] == "max-age=31536000; includeSubDomains"
        assert headers["content-security-policy"].startswith("default-src 'none'")
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cache-control"] in ("no-cache", "no-store")


def test_every_answer_has_a_number_of_its_own(visitor: Make, inside: Any) -> None:
    someone = visitor()
    first, second = (someone.get("/terms").headers["x-request-id"] for _ in range(2))
    assert first != second
    assert inside.scopes[1]["state"]["request_id"] == second


def test_nothing_tells_what_runs_here(visitor: Make, inside: Any) -> None:
    inside.headers |= {"server": "x/1.2", "x-powered-by": "x", "access-control-allow-credentials": "true"}
    headers = visitor().get("/").headers
    assert headers.get_list("server") == ["truflow"], "where we said nothing, the server would say its own name"
    assert not {"x-powered-by", "access-control-allow-credentials"} & set(headers)
