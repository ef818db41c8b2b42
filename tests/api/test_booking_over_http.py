"""The road of a program: services, availability, booking, paying, the calendar file."""

import datetime as dt
from typing import Any

import icalendar
import pytest

from tests.kit.guests import bearer, book, card, free_times
from tests.kit.stack import Stack
from tests.sandbox.kit import until

BOOKING_FIELDS = {
    "id", "reference", "kind", "status", "paymentStatus", "serviceId", "serviceName", "practitionerId", "startTime",
    "endTime", "timezone", "holdExpiresAt", "priceCents", "downpaymentCents", "paidCents", "refundedCents",
    "balanceCents", "currency", "version", "createdAt", "customer", "notes",
}  # fmt: skip


def error(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]


def test_services_come_as_a_page_and_one_by_one(stack: Stack) -> None:
    page = stack.http.get("/api/services").json()
    assert (page["page"], page["limit"], page["total"], page["totalPages"]) == (1, 25, 5, 1)
    assert [service["durationMin"] for service in page["items"]] == [30, 45, 60, 90, 120]
    first = page["items"][0]
    assert set(first) == {
        "id", "slug", "name", "description", "durationMin", "priceCents", "downpaymentCents", "currency",
    }  # fmt: skip
    assert stack.http.get(f"/api/services/{first['id']}").json() == first
    second = stack.http.get("/api/services", params={"page": 2, "limit": 2}).json()
    assert [service["durationMin"] for service in second["items"]] == [60, 90]


def test_availability_in_both_forms(stack: Stack) -> None:
    today = dt.datetime.now(dt.UTC).date()
    query = {"startDate": str(today - dt.timedelta(days=1)), "endDate": str(today + dt.timedelta(days=60))}
    answer = stack.http.get("/api/availability/3", params=query).json()
    assert answer["timezone"] == "America/New_York"
    assert len(answer["dates"]) == 62
    assert answer["dates"][0] == {"date": query["startDate"], "available": False, "slots": 0}
    busy = next(day for day in answer["dates"] if day["available"])
    day = stack.http.get("/api/availability/3", params={"date": busy["date"]}).json()
    assert len(day["slots"]) == busy["slots"]
    assert set(day["slots"][0]) == {"startTime", "endTime", "practitionerId"}
    assert day["slots"] == sorted(day["slots"], key=lambda slot: slot["startTime"])


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, (422, "INVALID")),
        ({"date": "tomorrow"}, (422, "INVALID")),
        ({"date": "2027-02-30"}, (422, "INVALID")),
        ({"date": "20270301"}, (422, "INVALID")),
        ({"startDate": "2027-03-01"}, (422, "INVALID")),
        ({"startDate": "2027-03-02", "endDate": "2027-03-01"}, (422, "INVALID")),
        ({"startDate": "2027-03-01", "endDate": "2027-05-02"}, (422, "RANGE_TOO_LONG")),
        ({"startDate": "0001-01-01", "endDate": "9999-12-31"}, (422, "RANGE_TOO_LONG")),
    ],
)
def test_a_bad_range_is_refused(stack: Stack, query: dict[str, str], expected: tuple[int, str]) -> None:
    assert error(stack.http.get("/api/availability/3", params=query)) == expected


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_the_ends_of_time_are_simply_not_available(stack: Stack, day: str) -> None:
    assert stack.http.get("/api/availability/3", params={"date": day}).json()["slots"] == []
    whole = stack.http.get("/api/availability/3", params={"startDate": day, "endDate": day}).json()
    assert whole["dates"] == [{"date": day, "available": False, "slots": 0}]


@pytest.mark.parametrize("path", ["/api/services/99", "/api/services/x", "/api/availability/99?date=2027-03-01"])
def test_an_unknown_service_is_not_found(stack: Stack, path: str) -> None:
    assert error(stack.http.get(path)) == (404, "NOT_FOUND")


def test_book_pay_and_fetch_the_calendar_file(stack: Stack) -> None:
    start = free_times(stack, skip=0)[0]
    answer = book(stack, start, notes="A quiet room, please.")
    assert answer.status_code == 201
    made = answer.json()
    assert set(made) == {"booking", "clientSecret", "publishableKey", "manageToken"}
    assert set(made["booking"]) == BOOKING_FIELDS
    assert made["booking"]["startTime"] == start
    assert made["booking"]["status"] == "PENDING"
    path = f"/api/bookings/{made['booking']['id']}"
    assert error(stack.http.get(path)) == (404, "NOT_FOUND")
    assert stack.http.get(path, headers=bearer(made)).json() == {"booking": made["booking"]}

    declined = stack.http.post(
        f"{path}/pay", json={"confirmationToken": card(stack, "pm_card_visa_chargeDeclined")}, headers=bearer(made)
    )
    assert error(declined) == (402, "PAYMENT_DECLINED")
    assert declined.json()["error"]["declineCode"] == "generic_decline"
    paid = stack.http.post(f"{path}/pay", json={"confirmationToken": card(stack)}, headers=bearer(made)).json()
    assert paid["nextAction"] is None
    assert (paid["booking"]["status"], paid["booking"]["paymentStatus"]) == ("CONFIRMED", "DEPOSIT_PAID")
    again = stack.http.post(f"{path}/confirm", headers=bearer(made)).json()
    assert again["booking"]["status"] == "CONFIRMED"
    assert error(stack.http.post(f"{path}/pay", json={"confirmationToken": card(stack)}, headers=bearer(made))) == (
        409,
        "ALREADY_PAID",
    )

    file = stack.http.get(f"{path}/calendar.ics", headers=bearer(made))
    assert file.headers["content-type"] == "text/calendar; charset=utf-8"
    event = icalendar.Calendar.from_ical(file.text).walk("VEVENT")[0]
    assert event.start == dt.datetime.fromisoformat(start)
    assert error(stack.http.get(f"{path}/calendar.ics?t=wrong")) == (404, "NOT_FOUND")


def test_a_bank_that_asks_is_told_as_next_action(stack: Stack) -> None:
    made = book(stack, free_times(stack, skip=0)[-1], "bank").json()
    path = f"/api/bookings/{made['booking']['id']}"
    token = card(stack, "pm_card_authenticationRequired")
    paid = stack.http.post(f"{path}/pay", json={"confirmationToken": token}, headers=bearer(made)).json()
    assert paid["nextAction"] == {"clientSecret": made["clientSecret"]}
    intent = made["clientSecret"].split("_secret_")[0]
    stack.sandbox.control("POST", f"/payment_intents/{intent}/authenticate", outcome="success")

    def confirmed() -> bool:
        status: str = stack.http.get(path, headers=bearer(made)).json()["booking"]["status"]
        return status == "CONFIRMED"

    until(confirmed, 20)  # by the webhook alone


NAME, EMAIL, PHONE = "customer.name", "customer.email", "customer.phone"
GOOD = {"name": "Alice", "email": "alice@example.com", "phone": "+1 212 555 0100"}
LONG = "x" * 10_000


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"customer": {**GOOD, "name": ""}}, "INVALID", NAME),
        ({"customer": {**GOOD, "name": LONG}}, "INVALID", NAME),
        ({"customer": {**GOOD, "name": None}}, "INVALID", NAME),
        ({"customer": {**GOOD, "name": "\ud800"}}, "INVALID", NAME),
        ({"customer": {**GOOD, "name": "a\u0000b"}}, "INVALID", NAME),
        ({"customer": {**GOOD, "email": ""}}, "INVALID", EMAIL),
        ({"customer": {**GOOD, "email": "not-an-address"}}, "INVALID", EMAIL),
        ({"customer": {**GOOD, "email": LONG}}, "INVALID", EMAIL),
        ({"customer": {**GOOD, "email": 7}}, "INVALID", EMAIL),
        ({"customer": {**GOOD, "phone": ""}}, "INVALID", PHONE),
        ({"customer": {**GOOD, "phone": LONG}}, "INVALID", PHONE),
        ({"customer": {**GOOD, "phone": "none"}}, "INVALID", PHONE),
        ({"customer": {**GOOD, "vip": True}}, "INVALID", "customer.vip"),
        ({"customer": {}}, "INVALID", NAME),
        ({"customer": "Alice"}, "INVALID", "customer"),
        ({"notes": LONG}, "INVALID", "notes"),
        ({"priceCents": 1}, "INVALID", "priceCents"),
        ({"serviceId": "three"}, "INVALID", "serviceId"),
        ({"serviceId": None}, "INVALID", "serviceId"),
        ({"serviceId": 10**30}, "INVALID", "serviceId"),
        ({"serviceId": 999}, "NOT_FOUND", None),
        ({"practitionerId": 999}, "NOT_FOUND", None),
        ({"startTime": ""}, "INVALID", "startTime"),
        ({"startTime": 1_800_000_000}, "INVALID", "startTime"),
        ({"startTime": "2027-03-02T10:00:00"}, "INVALID", "startTime"),
        ({"startTime": LONG}, "INVALID", "startTime"),
        ({"startTime": "2020-01-01T15:00:00Z"}, "SLOT_NOT_OFFERED", None),
        ({"startTime": "9999-12-31T23:59:00Z"}, "SLOT_NOT_OFFERED", None),
        ({"startTime": "0001-01-01T00:00:00Z"}, "SLOT_NOT_OFFERED", None),
    ],
)
def test_bad_input_has_a_code_and_a_field_and_stores_nothing(
    stack: Stack, changes: dict[str, Any], code: str, field: str | None
) -> None:
    before = stack.sql("select (select count(*) from booking) + (select count(*) from customer) as n")
    import json

    from tests.kit.guests import body

    raw = json.dumps({**body(free_times(stack, skip=1)[0]), **changes})
    answer = stack.http.post("/api/bookings", content=raw, headers={"Content-Type": "application/json"})
    found = answer.json()["error"]
    assert found["code"] == code, found
    assert answer.status_code == (404 if code == "NOT_FOUND" else 422)
    if field is not None:
        assert field in found["fields"], found
        assert found["fields"][field][0].endswith((".", "com", "0100.", "Z."))
    assert stack.sql("select (select count(*) from booking) + (select count(*) from customer) as n") == before


def test_a_time_off_the_grid_is_not_offered(stack: Stack) -> None:
    start = dt.datetime.fromisoformat(free_times(stack, skip=1)[0]) + dt.timedelta(minutes=5)
    assert error(book(stack, start.isoformat())) == (422, "SLOT_NOT_OFFERED")


@pytest.mark.parametrize("raw", [b"", b"{", b"nonsense", b"\xff\xfe", b'{"a":1', b"NaN,"])
def test_what_is_not_json_is_malformed(stack: Stack, raw: bytes) -> None:
    answer = stack.http.post("/api/bookings", content=raw, headers={"Content-Type": "application/json"})
    assert error(answer) in ((400, "MALFORMED"), (422, "INVALID"))
    assert error(answer)[0] == (422 if raw == b"" else 400)


@pytest.mark.parametrize("raw", [b"[]", b'"text"', b"7", b"null"])
def test_json_that_is_no_object_is_invalid(stack: Stack, raw: bytes) -> None:
    answer = stack.http.post("/api/bookings", content=raw, headers={"Content-Type": "application/json"})
    assert error(answer) == (422, "INVALID")


@pytest.mark.parametrize("key", ["short", "x" * 256, "with space", "tab\there", "k\x7fkkkkkkkk"])
def test_a_key_that_cannot_be_one_is_invalid(stack: Stack, key: str) -> None:
    import http.client
    import json

    from tests.kit.guests import body

    connection = http.client.HTTPConnection("127.0.0.1", stack.port)
    raw = json.dumps(body(free_times(stack, skip=1)[0]))
    connection.request("POST", "/api/bookings", raw, {"Content-Type": "application/json", "Idempotency-Key": key})
    answer = connection.getresponse()
    assert answer.status in (400, 422)
    connection.close()


def test_a_key_goes_on_and_another_body_is_refused(stack: Stack) -> None:
    first, second = free_times(stack, skip=2)[0], free_times(stack, skip=2)[-1]
    made = book(stack, first, "key", key="the-key-of-this-test")
    assert made.status_code == 201
    assert book(stack, first, "key", key="the-key-of-this-test").json() == made.json()
    assert error(book(stack, second, "key", key="the-key-of-this-test")) == (422, "KEY_REUSED")


@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [
        ("GET", "/api/nothing", (404, "NOT_FOUND")),
        ("GET", "/api/bookings/nothing", (404, "NOT_FOUND")),
        ("DELETE", "/api/services", (405, "METHOD_NOT_ALLOWED")),
        ("GET", "/api/bookings", (405, "METHOD_NOT_ALLOWED")),
        ("POST", "/api/webhooks/stripe/wrong", (404, "NOT_FOUND")),
    ],
)
def test_unknown_paths_and_methods_answer_in_the_same_shape(
    stack: Stack, method: str, path: str, expected: tuple[int, str]
) -> None:
    answer = stack.http.request(method, path)
    assert error(answer) == expected
    assert set(answer.json()["error"]) == {"code", "message", "fields"}


def test_health(stack: Stack) -> None:
    assert stack.http.get("/healthz").json() == {"status": "ok"}
    assert stack.http.get("/readyz").json()["parts"] == {"database": "ok", "worker": "ok"}


def test_the_contract_describes_itself_offline(stack: Stack) -> None:
    contract = stack.http.get("/api/openapi.json").json()
    assert set(contract["components"]["securitySchemes"]) == {"manageToken", "cookieAuth"}
    assert contract["servers"] == [{"url": "/api"}]
    page = stack.http.get("/api/docs")
    assert page.status_code == 200
    for file in ("swagger-ui.css", "swagger-ui-bundle.js", "start.js"):
        assert f"/api/docs/{file}" in page.text
        assert stack.http.get(f"/api/docs/{file}").status_code == 200
