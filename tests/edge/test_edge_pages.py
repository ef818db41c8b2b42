import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from truflow.edge.env_chunk import rewritten

Make = Callable[..., Any]


def test_pages_are_found_without_a_slash_and_without_a_redirect(visitor: Make, inside: Any) -> None:
    someone = visitor()
    for path in ("/book", "/book/success", "/admin/sign-in"):
        someone.get(path)
        assert inside.scopes[-1]["path"] == path + "/"
        assert inside.scopes[-1]["raw_path"] == path.encode() + b"/"
    someone.post("/book")
    assert inside.scopes[-1]["path"] == "/book"
    someone.get("/api/services")
    assert inside.scopes[-1]["path"] == "/api/services"


def test_the_api_without_a_path_is_not_found_in_json(visitor: Make) -> None:
    answer = visitor().get("/api")
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "NOT_FOUND")


def test_the_browser_takes_the_address_it_came_from(visitor: Make, tmp_path: Path) -> None:
    answer = visitor().get("/assets/reflex-env-BVGF6eGS.js")
    assert answer.headers["content-type"].startswith("text/javascript")
    assert "localhost" not in answer.text
    assert "immutable" in answer.headers["cache-control"]
    bun = Path(".venv/bin/bun")
    if not bun.exists():
        pytest.skip("needs the project's bun")
    (tmp_path / "env.mjs").write_text('globalThis.location={origin:"https://book.example:444"};' + answer.text)
    (tmp_path / "run.mjs").write_text('import {t} from "./env.mjs"; console.log(JSON.stringify(t))')
    told = json.loads(subprocess.run([bun.resolve(), "run.mjs"], cwd=tmp_path, capture_output=True, check=True).stdout)
    assert told["EVENT"] == "wss://book.example:444/_event"
    assert told["PING"] == "https://book.example:444/ping"
    assert told["TRANSPORT"] == "websocket"
    assert told["TEST_MODE"] is False


def test_only_addresses_are_rewritten() -> None:
    chunk = 'var e={A:"https://x.example:1/a",B:`ws://h/_event`,C:`plain`,D:"http://h"}'
    here = "globalThis.location.origin"
    assert rewritten(chunk) == (
        f'var e={{A:`${{{here}}}/a`,B:`${{{here}.replace(/^http/,"ws")}}/_event`,C:`plain`,D:`${{{here}}}`}}'
    )


# The way to the sign-in


@pytest.mark.parametrize(
    ("path", "cookie", "target"),
    [
        ("/admin", None, "/admin/sign-in?next=/admin"),
        ("/admin/bookings/1?tab=a&b=//evil", None, "/admin/sign-in?next=/admin/bookings/1%3Ftab%3Da%26b%3D//evil"),
        ("/admin", "bad", "/admin/sign-in?next=/admin"),
        ("/admin", "good", None),
        ("/admin", "boom", None),
        ("/admin/sign-in", None, None),
        ("/administer", None, None),
        ("/api/admin/bookings", None, None),
    ],
)
def test_an_admin_page_without_a_session_leads_to_the_sign_in(
    visitor: Make, path: str, cookie: str | None, target: str | None
) -> None:
    answer = visitor().get(path, headers={"cookie": f"truflow_admin={cookie}"} if cookie else {})
    assert (answer.status_code, answer.headers.get("location")) == ((302, target) if target else (200, None))
    assert answer.headers["cache-control"] in ("no-store", "no-cache")


def test_under_https_only_the_strict_cookie_counts(visitor: Make) -> None:
    someone = visitor(public_url="https://book.example")
    plain = someone.get("/admin", scheme="https", headers={"cookie": "truflow_admin=good"})
    strict = someone.get("/admin", scheme="https", headers={"cookie": "__Host-truflow_admin=good"})
    assert (plain.status_code, strict.status_code) == (302, 200)


# Services


def test_a_services_page_has_its_title_and_description_before_any_script(visitor: Make, inside: Any) -> None:
    answer = visitor().get("/book/deep-tissue")
    assert answer.status_code == 200
    assert "<title>Deep &lt;tissue&gt; · Stillwater</title>" in answer.text
    assert '<meta name="description" content="Slow &quot;work&quot; on the back.">' in answer.text
    assert answer.headers["cache-control"] == "no-cache"
    assert "script-src" in answer.headers["content-security-policy"]
    assert answer.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in visitor().get("/book/deep-tissue", headers={"accept-encoding": "gzip;q=0"}).headers
    assert inside.scopes == []


@pytest.mark.parametrize("slug", ["nope", "Nope", "a%20b", "x" * 101, "%3Cscript%3E", "-"])
def test_a_service_there_is_not_is_404_with_the_page(visitor: Make, slug: str) -> None:
    answer = visitor().get(f"/book/{slug}")
    assert answer.status_code == 404
    assert "one()" in answer.text
    assert "script>" not in answer.text.split("</head>")[0].replace("<script>one()</script>", "")


def test_an_id_leads_to_the_slug(visitor: Make) -> None:
    answer = visitor().get("/book/3?day=2026-12-01")
    assert (answer.status_code, answer.headers["location"]) == (302, "/book/deep-tissue?day=2026-12-01")


def test_other_pages_under_book_are_left_alone(visitor: Make, inside: Any) -> None:
    someone = visitor()
    someone.get("/book/success")
    someone.get("/book/success/")
    someone.get("/book")
    someone.post("/book/deep-tissue")
    assert len(inside.scopes) == 4


def test_a_service_is_asked_for_once_in_five_seconds(visitor: Make) -> None:
    class Clock:
        now = 0.0

        def __call__(self) -> float:
            return self.now

    clock, asked = Clock(), []
    someone = visitor(clock=clock)
    someone.edge.service_pages._find = lambda slug: asked.append(slug)
    for moment in (0.0, 4.9, 5.1):
        clock.now = moment
        assert someone.get("/book/deep-tissue").status_code == 404
    assert len(asked) == 2


def test_without_a_database_the_page_comes_all_the_same(visitor: Make, inside: Any) -> None:
    def broken(slug: str) -> None:
        raise OSError("down")

    someone = visitor()
    someone.edge.service_pages._find = broken
    assert someone.get("/book/deep-tissue").text == "inside"


def test_the_sitemap_lists_the_public_pages_at_our_own_address(visitor: Make) -> None:
    answer = visitor().get("/sitemap.xml", headers={"host": "evil.example"})
    assert answer.headers["content-type"].startswith("application/xml")
    assert "<loc>http://book.example/book/deep-tissue</loc>" in answer.text
    assert "evil" not in answer.text
    assert "admin" not in answer.text


def test_the_sitemap_comes_without_a_database_too(visitor: Make) -> None:
    def broken() -> list[str]:
        raise OSError("down")

    someone = visitor()
    someone.edge.sitemap._find = broken
    assert "<loc>http://book.example/book</loc>" in someone.get("/sitemap.xml").text
