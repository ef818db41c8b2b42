"""A real sandbox process and a real letterbox for webhooks."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import stripe

ROOT = Path(__file__).resolve().parents[2]
SECRET, PUBLISHABLE, SIGNING = "sk_test_of_the_tests", "pk_test_of_the_tests", "whsec_of_the_tests"


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def until(what: Callable[[], Any], seconds: float = 10) -> Any:
    """Waits for something to become true, and gives it back."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := what():
            return found
        time.sleep(0.03)
    raise AssertionError(f"it did not become true within {seconds} s")


class Sandbox:
    """One process over one folder; it can be killed and started again on the same port."""

    def __init__(self, folder: Path, webhook_url: str = "") -> None:
        self.folder, self.port, self.webhook_url = folder, free_port(), webhook_url
        self.url = f"http://127.0.0.1:{self.port}/sandbox/stripe"
        self.process: subprocess.Popen[bytes] | None = None
        self._clients: dict[str, stripe.StripeClient] = {}
        self.http = httpx.Client(base_url=self.url, timeout=15, trust_env=False)

    def start(self) -> "Sandbox":
        environment = os.environ | {
            "SANDBOX_SECRET_KEY": SECRET,
            "SANDBOX_PUBLISHABLE_KEY": PUBLISHABLE,
            "SANDBOX_WEBHOOK_SECRET": SIGNING,
            "SANDBOX_WEBHOOK_URL": self.webhook_url,
        }
        command = [sys.executable, "-m", "stripe_sandbox", "--port", str(self.port), "--data", str(self.folder)]
        self.process = subprocess.Popen(command, cwd=ROOT, env=environment)
        until(self.answers, 15)
        return self

    def answers(self) -> bool:
        with contextlib.suppress(httpx.HTTPError):
            return self.http.get("/healthz").status_code == 200
        return False

    def stop(self, number: int = signal.SIGTERM) -> int:
        assert self.process
        self.process.send_signal(number)
        return self.process.wait(10)

    def sdk(self, key: str = SECRET) -> stripe.StripeClient:
        """Stripe's own client, kept: a new one would connect anew."""
        if key not in self._clients:
            self._clients[key] = self._client(key)
        return self._clients[key]

    def _client(self, key: str) -> stripe.StripeClient:
        return stripe.StripeClient(
            key,
            base_addresses={"api": self.url},
            max_network_retries=0,
            http_client=stripe.RequestsClient(timeout=10),
        )

    def control(self, method: str, path: str, **given: Any) -> Any:
        answer = self.http.request(
            method, f"/_control{path}", json=given or None, headers={"Authorization": f"Bearer {SECRET}"}
        )
        assert answer.status_code == 200, answer.text
        return answer.json()

    def order(self, fault: str, **more: Any) -> Any:
        return self.control("POST", "/faults", fault=fault, **more)

    def advance(self, seconds: float) -> None:
        self.control("POST", "/clock", advance=seconds)

    @property
    def ledger(self) -> dict[str, Any]:
        return self.control("GET", "/ledger")


class Letterbox:
    """Takes webhooks; `answer` is the status it gives."""

    def __init__(self) -> None:
        self.letters: list[tuple[bytes, str]] = []
        self.answer = 200
        box = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                box.letters.append((body, self.headers["stripe-signature"]))
                self.send_response(box.answer)
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, *_: Any) -> None: ...

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/letters"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    def events(self, type_: str = "") -> list[stripe.Event]:
        """The letters that came, opened with the signing secret."""
        opened = [stripe.Webhook.construct_event(body, signature, SIGNING) for body, signature in list(self.letters)]
        return [event for event in opened if not type_ or event.type == type_]

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
