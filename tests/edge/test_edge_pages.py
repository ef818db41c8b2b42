import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from truflow.edge.env_chunk import rewritten

Make = Callable[..., Any]


@pytest.mark.parametrize("path", ["/book", "/book/", "/admin/sign-in", "/admin/sign-in/"])
def test_a_page_is_found_with_a_slash_and_without_and_never_redirected(visitor: Make, inside: Any, path: str) -> None:
    assert visitor().get(path).status_code == 200
    assert inside.scopes == []


def test_what_is_no_page_goes_on_to_the_rooms_behind(visitor: Make, inside: Any) -> None:
    someone = visitor()
    someone.post("/book/deep-tissue")
    someone.get("/nothing-here")
    someone.get("/api/services")
    assert [scope["path"] for scope in inside.scopes] == ["/book/deep-tissue", "/nothing-here", "/api/services"]


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
