"""Messages that repeat and processes that die: over HTTP, with the real worker."""

import hashlib
import hmac
import json
import socketserver
import threading
import time
from collections import Counter
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.kit.guests import bearer, book, card, free_times
from tests.kit.stack import PATH_TOKEN, Stack
from tests.races.test_same_slot import together
from tests.sandbox.kit import SIGNING, until

pytestmark = pytest.mark.races
LETTERBOX = f"/api/webhooks/stripe/{PATH_TOKEN}"
CANARY = "canary-7c1f"


def signed(body: bytes, at: float | None = None, secret: str = SIGNING) -> dict[str, str]:
    stamp = int(at or time.time())
    mac = hmac.new(secret.encode(), f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()
    return {"Stripe-Signature": f"t={stamp},v1={mac}", "Content-Type": "application/json"}


def letter(intent: str, event_id: str) -> bytes:
    about = {"id": intent, "object": "payment_intent", "description": CANARY}
    return json.dumps(
        {
            "id": event_id,
            "object": "event",
            "type": "payment_intent.succeeded",
            "created": int(time.time()),
            "livemode": False,
            "data": {"object": about},
        }
    ).encode()


def test_the_same_letter_a_hundred_times_in_parallel_confirms_once_and_mails_once(stack: Stack) -> None:
    made = book(stack, free_times(stack, skip=5)[0], "letters").json()
    intent = made["clientSecret"].split("_secret_")[0]
    stack.sandbox.sdk().v1.payment_intents.confirm(intent, {"confirmation_token": card(stack)})
    body = letter(intent, "evt_a_hundred_times")
    clients = [httpx.Client(base_url=stack.url, timeout=60, trust_env=False) for _ in range(100)]
    answers = together(100, lambda i: clients[i].post(LETTERBOX, content=body, headers=signed(body)))
    assert Counter(answer.status_code for answer in answers) == {200: 100}
    stack.until_mails(lambda mails: [mail for mail in mails if mail["to"] == "letters@example.com"])
    events = stack.sql(
        "select what, to_status from booking_event where booking_id = :id order by id", id=made["booking"]["id"]
    )
    assert [event["to_status"] for event in events] == [None, "CONFIRMED"]
    until(lambda: stack.sql("select 1 from stripe_event where event_id = 'evt_a_hundred_times' and status = 'HANDLED'"))
    assert len([mail for mail in stack.mails() if mail["to"] == "letters@example.com"]) == 1


Headers = dict[str, str] | list[tuple[str, str]]


def under(signature: str) -> dict[str, str]:
    return {"Stripe-Signature": signature, "Content-Type": "application/json"}


def forged() -> list[tuple[str, int, str, bytes, Headers]]:
    good = letter("pi_1", "evt_forged")
    other = letter("pi_2", "evt_forged_too")
    live = good.replace(b'"livemode": false', b'"livemode": true')
    assert live != good
    now = time.time()
    right, wrong = signed(good)["Stripe-Signature"], signed(good, secret="whsec_wrong")["Stripe-Signature"]
    return [
        ("a wrong signature", 400, LETTERBOX, good, signed(good, secret="whsec_wrong")),
        ("no signature", 400, LETTERBOX, good, {}),
        ("a wrong path", 404, "/api/webhooks/stripe/wrong", good, signed(good)),
        ("a stale stamp", 400, LETTERBOX, good, signed(good, now - 400)),
        ("a future stamp", 400, LETTERBOX, good, signed(good, now + 400)),
        ("one byte more", 400, LETTERBOX, good + b" ", signed(good)),
        ("not JSON", 400, LETTERBOX, CANARY.encode(), signed(CANARY.encode())),
        ("a list", 400, LETTERBOX, b"[]", signed(b"[]")),
        ("not UTF-8", 400, LETTERBOX, b"\xff\xfe" + CANARY.encode(), signed(b"\xff\xfe" + CANARY.encode())),
        ("the signature of another letter", 400, LETTERBOX, other, signed(good)),
        ("two stamps", 400, LETTERBOX, good, under(f"{right},t={int(now)}")),
        ("a stamp moved by a second", 400, LETTERBOX, good, under(f"t={int(now) - 1},{right.partition(',')[2]}")),
        ("the old scheme alone", 400, LETTERBOX, good, under(right.replace("v1=", "v0="))),
        ("a good old scheme beside a wrong new one", 400, LETTERBOX, good, under(f"{wrong},v0={right[-64:]}")),
        ("an empty signature", 400, LETTERBOX, good, under(f"t={int(now)},v1=")),
        ("no stamp", 400, LETTERBOX, good, under(right.partition(",")[2])),
        ("two headers", 400, LETTERBOX, good, [("Stripe-Signature", wrong), ("Stripe-Signature", right)]),
        ("of the other mode", 400, LETTERBOX, live, signed(live)),
        ("a path with our token and more", 404, LETTERBOX + "x", good, signed(good)),
        ("two megabytes", 413, LETTERBOX, CANARY.encode() * 180_000, signed(CANARY.encode() * 180_000)),
    ]


def test_forged_letters_store_nothing_and_log_nothing_of_the_body(stack: Stack) -> None:
    before = stack.sql("select count(*) as n from stripe_event")
    assert len({why for why, *_ in forged()}) >= 12
    for why, status, path, body, headers in forged():
        with httpx.Client(base_url=stack.url, timeout=30, trust_env=False) as client:
            answer = client.post(path, content=body, headers=headers)
        assert answer.status_code == status, why
        assert set(answer.json()["error"]) == {"code", "message", "fields"}, why
    assert stack.sql("select count(*) as n from stripe_event") == before
    for name in ("web", "worker"):
        assert CANARY not in stack.log(name)
        assert PATH_TOKEN not in stack.log(name)


class Slow(socketserver.StreamRequestHandler):
    """An SMTP server that takes the letter and thinks for ever before it says so."""

    def handle(self) -> None:
        self.wfile.write(b"220 slow\r\n")
        while line := self.rfile.readline():
            verb = line[:4].upper()
            if verb == b"DATA":
                self.server.thinking.set()  # type: ignore[attr-defined]
                time.sleep(60)
                return
            self.wfile.write(b"250 ok\r\n")


@pytest.fixture
def slow_mail_server() -> Iterator[Any]:
    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Slow)
    server.daemon_threads = True
    server.thinking = threading.Event()  # type: ignore[attr-defined]
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def test_a_worker_killed_while_it_sends_loses_no_mail(stack: Stack, slow_mail_server: Any) -> None:
    port = slow_mail_server.server_address[1]
    stack.kill("worker")
    stack.start("worker", TRUFLOW_MAIL_URL=f"smtp://127.0.0.1:{port}")
    guests = [f"killed{n}" for n in range(3)]
    times = free_times(stack, service=1, skip=6)
    for guest, start in zip(guests, times[::4], strict=False):
        made = book(stack, start, guest, serviceId=1).json()
        path = f"/api/bookings/{made['booking']['id']}/pay"
        paid = stack.http.post(path, json={"confirmationToken": card(stack)}, headers=bearer(made))
        assert paid.json()["booking"]["status"] == "CONFIRMED"
    assert slow_mail_server.thinking.wait(30)
    stack.kill("worker")
    assert stack.sql("select 1 from outbox where kind = 'mail' and status = 'LEASED'")
    stack.sql("update outbox set lease_until = now() - interval '1 second' where status = 'LEASED'")  # two minutes pass
    stack.start("worker")
    stack.until_mails(lambda mails: {f"{g}@example.com" for g in guests} <= {mail["to"] for mail in mails}, 60)
    until(lambda: not stack.sql("select 1 from outbox where kind = 'mail' and status in ('READY', 'LEASED')"), 30)
    theirs = stack.sql(
        "select m.status from email_message m join booking b on b.id = m.booking_id "
        "join customer c on c.id = b.customer_id where c.email like 'killed%@example.com'"
    )
    assert [mail["status"] for mail in theirs] == ["SENT"] * 6, "each guest's, and the practice's of each"
    sent = Counter(mail["messageId"] for mail in stack.mails())
    assert max(sent.values()) == 1, "the one in flight never reached a mailbox, the others went once"


def test_a_web_killed_before_stripes_answer_goes_on_with_the_same_key(stack: Stack) -> None:
    start = free_times(stack, skip=7)[0]
    stack.sandbox.control(
        "POST", "/faults", match={"method": "POST", "path": "/v1/payment_intents"}, fault="hang", seconds=8, times=1
    )
    lost = threading.Thread(target=_post_and_lose, args=(stack, start))
    lost.start()
    until(lambda: stack.sql("select 1 from booking where request_key = 'killed-in-between'"), 15)
    stack.kill("web")
    lost.join(30)
    stack.sandbox.control("DELETE", "/faults")
    assert stack.sql("select p.stripe_intent_id from payment p join booking b on b.id = p.booking_id "
                     "where request_key = 'killed-in-between'") == [{"stripe_intent_id": None}]  # fmt: skip
    stack.start("web")
    until(stack.answers, 60)

    def goes_on() -> Any:
        """Stripe may still be busy with the lost request: 503 then, and the same key goes on."""
        answer = book(stack, start, "twice", key="killed-in-between")
        assert answer.status_code in (201, 503)
        return answer if answer.status_code == 201 else None

    made = until(goes_on, 30)
    assert made.json()["clientSecret"]
    intents = [
        each
        for each in stack.sandbox.ledger["payment_intents"]
        if each["metadata"].get("booking_id") == made.json()["booking"]["id"]
    ]
    assert len(intents) == 1


def _post_and_lose(stack: Stack, start: str) -> None:
    try:
        with httpx.Client(base_url=stack.url, timeout=30, trust_env=False) as client:
            from tests.kit.guests import body

            client.post("/api/bookings", json=body(start, "twice"), headers={"Idempotency-Key": "killed-in-between"})
    except httpx.HTTPError:
        pass
