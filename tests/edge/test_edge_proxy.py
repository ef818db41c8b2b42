import asyncio
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from truflow.edge.proxy import routes
from truflow.settings import Settings


@pytest.fixture
def sandbox() -> Iterator[str]:
    """A sandbox that answers with what it was asked."""

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
            asked = {"method": self.command, "path": self.path, "body": body, "headers": dict(self.headers.items())}
            data = json.dumps(asked).encode()
            self.send_response(302 if "moved" in self.path else 201)
            self.send_header("Location", "/elsewhere")
            self.send_header("Connection", "close, x-hop")
            self.send_header("X-Hop", "1")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_POST = do_DELETE = answer  # noqa: N815

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()
    thread.join(5)


def settings(base: str, env: str = "demo", **more: Any) -> Settings:
    return Settings(env=env, stripe_api_base=base, mail_url="capture://", **more)  # type: ignore[arg-type]


def ask(app: Starlette, method: str, path: str, **more: Any) -> httpx.Response:
    async def asked() -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://book.example") as http:
            return await http.request(method, path, **more)

    return asyncio.run(asked())


def test_a_request_goes_through_as_it_is(sandbox: str) -> None:
    app = Starlette(routes=routes(settings(sandbox + "/sandbox/stripe")))
    headers = {"Authorization": "Bearer sk", "Idempotency-Key": "k", "Connection": "x-mine", "X-Mine": "1"}
    answer = ask(app, "POST", "/sandbox/stripe/v1/payment_intents?a=%20b&c", content=b"amount=1", headers=headers)
    assert answer.status_code == 201
    asked = answer.json()
    assert (asked["method"], asked["path"]) == ("POST", "/sandbox/stripe/v1/payment_intents?a=%20b&c")
    assert asked["body"] == "amount=1"
    got = {name.lower(): value for name, value in asked["headers"].items()}
    assert (got["authorization"], got["idempotency-key"]) == ("Bearer sk", "k")
    assert got["host"] == "book.example"
    assert got["x-forwarded-proto"] == "http"
    assert "x-mine" not in got
    assert "x-hop" not in answer.headers


def test_a_redirect_is_the_browsers_to_follow(sandbox: str) -> None:
    answer = ask(Starlette(routes=routes(settings(sandbox))), "GET", "/sandbox/stripe/moved")
    assert (answer.status_code, answer.headers["location"]) == (302, "/elsewhere")


def test_a_sandbox_that_is_down_is_said_in_json() -> None:
    answer = ask(Starlette(routes=routes(settings("http://127.0.0.1:1"))), "GET", "/sandbox/stripe/v3.js")
    assert (answer.status_code, answer.json()["error"]["code"]) == (502, "SANDBOX_UNREACHABLE")


@pytest.mark.parametrize(
    ("base", "port"),
    [
        ("https://api.stripe.com", 8000),
        ("http://192.0.2.1:9000", 8000),
        ("http://169.254.169.254", 8000),
        ("http://127.0.0.1:8000/sandbox/stripe", 8000),
    ],
)
def test_nothing_but_a_sandbox_of_this_machine_is_reached(base: str, port: int) -> None:
    js = "https://js.stripe.com/v3/"
    assert routes(settings(base, port=port, stripe_js_url=js)) == []
