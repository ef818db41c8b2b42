"""One guest with unique words goes down every road and into every ditch; afterwards no log and no queue knows her."""

import asyncio
import json
import re
from collections.abc import Iterator

import httpx
import pytest

from tests.kit import canary
from tests.kit.canary import EMAIL, NAME, NOTES, PHONE, told
from tests.kit.guests import bearer, body, card, free_times
from tests.kit.sockets import NAMESPACE, Tab
from tests.kit.stack import PATH_TOKEN, Stack
from tests.races.test_letters_and_kills import LETTERBOX, signed
from tests.sandbox.kit import SECRET, SIGNING, free_port, until

ROOT = "reflex___state____state"
JSON = {"Content-Type": "application/json"}
PASSWORD = "quill-password-7c1f-swan"
JUNK = f"{NAME} {EMAIL} {PHONE} {NOTES} {canary.CARD}"
QUEUES = ("outbox", "huey_task", "huey_schedule", "huey_kv", "admin_alert", "stripe_event", "booking_event")


@pytest.fixture
def no_mail_goes_out(stack: Stack) -> Iterator[None]:
    stack.kill("worker")
    stack.start("worker", TRUFLOW_MAIL_URL=f"smtp://127.0.0.1:{free_port()}")
    yield
    stack.kill("worker")
    stack.start("worker")


def secrets_of(stack: Stack) -> list[str]:
    values = stack._env({})
    return [PASSWORD, PATH_TOKEN, SECRET, SIGNING, values["TRUFLOW_SECRET_KEY"]]


def written(stack: Stack) -> dict[str, str]:
    """Every log of the product and of its database, and the tables that carry work and warnings."""
    logs = {name: stack.log(name) for name in ("web", "worker")}
    for path in (stack.folder / "data").glob("logs/*"):
        logs[path.name] = path.read_text(errors="replace")
    present = {row["tablename"] for row in stack.sql("select tablename from pg_tables where schemaname = 'public'")}
    for table in present & set(QUEUES):
        logs[table] = "\n".join(row["line"] for row in stack.sql(f'select t::text as line from "{table}" t'))
    assert {"outbox", "admin_alert", "huey_task"} <= present
    return logs


def leaks(stack: Stack, *more: str) -> dict[str, list[str]]:
    return {name: found for name, text in written(stack).items() if (found := told(text, *secrets_of(stack), *more))}


def books_pays_moves_and_cancels(stack: Stack) -> list[str]:
    """The good road, with a declined card on it; returns her secrets."""
    times = free_times(stack, skip=18)
    made = canary.books(stack, times[0])
    path, token = f"/api/bookings/{made['booking']['id']}", bearer(made)
    declined = card(stack, "pm_card_visa_chargeDeclined")
    assert stack.http.post(f"{path}/pay", json={"confirmationToken": declined}, headers=token).status_code == 402
    canary.pays(stack, made)
    moved = stack.http.post(f"{path}/reschedule", json={"startTime": times[-1]}, headers=token)
    assert moved.status_code == 200, moved.text
    assert stack.http.post("/api/bookings/find", json={"email": EMAIL}).status_code == 200
    assert stack.http.get(f"{path}?t={made['manageToken']}", headers=token).status_code == 200
    assert stack.http.post(f"{path}/cancel", headers=token).status_code == 200
    return [made["manageToken"], made["clientSecret"]]


def falls_into_every_ditch(stack: Stack) -> None:
    """Refusals, bad requests and errors, each with her words in it."""
    http, start = stack.http, free_times(stack, skip=19)[0]
    customer = {"name": NAME, "email": EMAIL, "phone": PHONE}
    sent = [
        http.post(
            "/api/bookings", content=f'{{"customer": "{JUNK}"'.encode(), headers={"Content-Type": "application/json"}
        ),
        http.post("/api/bookings", json={"customer": {**customer, "card": canary.CARD}, JUNK: JUNK}),
        http.post("/api/bookings", json=body(start, customer={**customer, "email": f"{EMAIL}, x@y"})),
        http.post("/api/bookings", json=body(start, customer=customer, serviceId=999_999, notes=NOTES)),
        http.post("/api/bookings", json=body("2001-01-01T10:00:00Z", customer=customer, notes=NOTES)),
        http.get(f"/api/bookings/{EMAIL}", headers={"Authorization": f"Bearer {NOTES}"}),
        http.get(f"/{NAME}/{EMAIL}", params={"q": JUNK, "t": PHONE}),
        http.get(f"/book/{EMAIL}"),
        http.get(f"/plain/booking/{EMAIL}", params={"t": NOTES, "date": PHONE}),
        http.post(f"/plain/booking/{EMAIL}/cancel", data={"t": NOTES, "back": PHONE}),
        http.post("/plain/find", data={"email": f"{EMAIL}, x@y", "language": NAME}),
        http.get(f"/admin/bookings/{EMAIL}", params={"q": NOTES}, headers={"Cookie": f"truflow_admin={NOTES}"}),
        http.get("/api/admin/bookings", params={"q": EMAIL}, headers={"Cookie": f"truflow_admin={NOTES}"}),
        http.post("/api/admin/auth/login", json={"email": EMAIL, "password": PASSWORD}),
        http.post("/api/admin/auth/login", json={"email": {"x": EMAIL}, "password": [PASSWORD]}),
        http.post("/api/admin/auth/password-reset/request", json={"email": EMAIL}),
        http.post("/api/admin/auth/password-reset/confirm", json={"token": NOTES, "password": PASSWORD}),
        http.request(f"{NAME[:8]}", "/api/services"),
    ]
    sent.append(httpx.post(f"{stack.url}/api/bookings", content=JUNK.encode() * 2000, trust_env=False))
    assert {401, 404, 405, 413, 422, 400} <= {answer.status_code for answer in sent}
    assert all(answer.status_code < 500 for answer in sent)
    for content in (JUNK.encode(), f'{{"id": "{JUNK}", "object": "event"}}'.encode()):
        assert http.post(LETTERBOX, content=content, headers=signed(content)).status_code == 400
        assert http.post(LETTERBOX + NOTES[-4:], content=content, headers={"Stripe-Signature": JUNK}).status_code == 404


async def says_it_by_socket(stack: Stack) -> None:
    """Frames that are refused, malformed or unknown, each with her words in it."""
    form = {"name": NAME, "email": EMAIL, "phone": PHONE, "notes": NOTES, "start": "soon"}
    states = f"{ROOT}.truflow___state___"
    async with Tab(stack.url) as tab:
        for name, payload in (
            (f"{states}details____details.book", {"form": form}),
            (f"{states}details____details.book", {"form": JUNK}),
            (f"{states}details____details.book", {JUNK: JUNK}),
            (f"{states}booking____booking.pay", {"confirmation_token": {"x": JUNK}}),
            (f"{states}admin____desk.resolve", {"alert_id": JUNK}),
            (f"{states}{EMAIL}", {"x": JUNK}),
            (f"{ROOT}.set_is_hydrated", {"value": JUNK}),
            (f"{ROOT}.reflex___state____frontend_event_exception_state.handle_frontend_exception",
             {"info": f"TypeError: {JUNK}", "component_stack": JUNK}),
        ):  # fmt: skip
            await tab.say(name, f"/booking/{EMAIL}?t={NOTES}", **payload)
        await tab.say(f"{states}notices____notices.tell", "/", code="the-end-now")
        await tab.until("the-end-now")
        for odd in (JUNK, {"name": 5, "payload": JUNK}, [JUNK]):
            await tab.io.emit("event", odd, namespace=NAMESPACE)
        await tab.io.emit("client_error", {"message": JUNK, "stack": JUNK}, namespace=NAMESPACE)
        await asyncio.sleep(1)


def meets_a_stripe_that_fails(stack: Stack) -> None:
    """Half of Stripe's answers get lost; her card was in none of our hands, her name was."""
    stack.sandbox.order("save_500", match={"method": "POST", "path": "/v1/payment_intents"}, times=1)
    customer = {"name": NAME, "email": EMAIL, "phone": PHONE}
    wish = body(free_times(stack, skip=20)[0], customer=customer, notes=NOTES)
    assert stack.http.post("/api/bookings", json=wish).status_code == 503
    stack.sandbox.control("DELETE", "/faults")


def test_her_words_are_in_no_log_no_queue_and_no_alert(stack: Stack, no_mail_goes_out: None) -> None:
    secrets = books_pays_moves_and_cancels(stack)
    falls_into_every_ditch(stack)
    asyncio.run(says_it_by_socket(stack))
    meets_a_stripe_that_fails(stack)
    failed = "select 1 from email_message where recipient = :to and attempts > 0 and status <> 'SENT'"
    until(lambda: stack.sql(failed, to=EMAIL), 60)
    until(lambda: "outbox_failed" in stack.log("worker"), 30)
    assert leaks(stack, *secrets) == {}
    assert "handler_failed" in stack.log("web"), "it did log"
    assert "page_failed" in stack.log("web")


def test_the_worker_names_the_request_that_it_works_for(stack: Stack) -> None:
    lines = [json.loads(line) for line in stack.log("worker").splitlines() if '"outbox_failed"' in line]
    assert lines, "the test before this one has seen to it"
    for line in lines:
        (row,) = stack.sql("select request_id from outbox where id = :id", id=line["outbox_id"])
        assert line["request_id"] == row["request_id"] != ""


def test_the_search_would_find_her(stack: Stack) -> None:
    (row,) = stack.sql("select count(*) as n from customer where email = :email", email=EMAIL)
    assert row["n"] >= 1, "she is known where she belongs"
    stack.sql(
        "insert into admin_alert (rule, object_ref, message, opened_at, closed_at) values ('x', 'x', :m, now(), now())",
        m=JUNK,
    )
    assert set(leaks(stack)) == {"admin_alert"}
    stack.sql("delete from admin_alert where rule = 'x'")


def test_one_number_leads_from_the_answer_to_the_log(stack: Stack) -> None:
    with httpx.Client(base_url=stack.url, trust_env=False) as client:
        content = b"{}"
        answer = client.post(LETTERBOX, content=content, headers=signed(content))
    number = answer.headers["x-request-id"]
    (line,) = [line for line in stack.log("web").splitlines() if number in line]
    assert re.search(r'"event": ?"letter_refused"', line)
