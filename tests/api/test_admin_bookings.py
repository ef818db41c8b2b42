"""Bookings at the desk, over HTTP: what an admin sees and does, and every way in which it is refused."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.kit.admin import paid_booking, refusal, signed_in
from tests.kit.guests import bearer, body, book, free_times
from tests.kit.stack import Stack
from tests.sandbox.kit import until

LIST = "/api/admin/bookings"
VERBS: dict[str, dict[str, Any]] = {
    "mark-paid": {"method": "CASH"},
    "cancel": {"refund": "NONE"},
    "reschedule": {"startTime": "2020-01-01T10:00:00Z"},
    "refund": {"amountCents": 1},
    "resend-email": {},
    "complete": {},
    "no-show": {},
}
BOTH = ["customer.name", "customer.phone"]
DAY = 30
"""Open days from now on that are these tests' own."""


@pytest.fixture(scope="module")
def admin(stack: Stack) -> Iterator[httpx.Client]:
    with signed_in(stack, "maya.bookings@stillwater.example") as client:
        yield client


@pytest.fixture
def made(stack: Stack, admin: httpx.Client) -> Iterator[dict[str, Any]]:
    """A paid booking of nobody else's, whose time is free again afterwards."""
    booking = paid_booking(stack, free_times(stack, skip=DAY)[0], f"desk{uuid4().hex[:8]}")
    yield booking
    give_up(admin, booking)


def give_up(admin: httpx.Client, booking: dict[str, Any]) -> None:
    version = admin.get(at(booking)).json()["booking"]["version"]
    admin.post(at(booking, "cancel"), json={"refund": "NONE", "notify": False, "version": version})


def at(booking: dict[str, Any], verb: str = "") -> str:
    return f"{LIST}/{booking['id']}{'/' + verb if verb else ''}"


# --- who may not ---


def test_without_a_session_nothing_is_read_or_done(stack: Stack, made: dict[str, Any]) -> None:
    asked = [stack.http.get(LIST), stack.http.get(at(made)), stack.http.get("/api/admin/audit/payments")]
    asked += [stack.http.post(LIST, json=body(made["startTime"]))]
    asked += [stack.http.post(at(made, verb), json={**given, "version": 2}) for verb, given in VERBS.items()]
    asked += [stack.http.post(at(made, verb), json={"nonsense": 1}) for verb in VERBS]
    asked += [stack.http.get(f"{LIST}/x"), stack.http.get(at(made), headers=bearer(made))]
    assert {refusal(answer)[:2] for answer in asked} == {(401, "NOT_SIGNED_IN")}


# --- reading ---


def test_the_list_has_the_shape_of_all_lists(admin: httpx.Client, made: dict[str, Any]) -> None:
    seen = admin.get(LIST, params={"q": made["reference"].lower()}).json()
    assert {name: seen[name] for name in ("page", "limit", "total", "totalPages")} == {
        "page": 1,
        "limit": 25,
        "total": 1,
        "totalPages": 1,
    }
    (item,) = seen["items"]
    assert item == {name: value for name, value in made.items() if name != "manageToken"}
    assert item["customer"]["email"].startswith("desk")


def test_the_list_is_narrowed_sorted_and_paged(admin: httpx.Client, stack: Stack, made: dict[str, Any]) -> None:
    other = paid_booking(stack, free_times(stack, skip=DAY)[-1], "deskother")
    admin.post(at(other, "cancel"), json={"refund": "NONE", "notify": False, "version": 2})
    day = {"from": made["startTime"][:10], "to": made["startTime"][:10]}
    ids = {
        sort: [each["id"] for each in admin.get(LIST, params={**day, "limit": 100, "sort": sort}).json()["items"]]
        for sort in ("startTime", "-startTime")
    }
    assert {made["id"], other["id"]} <= set(ids["startTime"])
    starts = [each["startTime"] for each in admin.get(LIST, params={**day, "sort": "startTime"}).json()["items"]]
    assert starts == sorted(starts)
    some = admin.get(LIST, params=[*day.items(), ("status", "CANCELLED"), ("status", "EXPIRED")]).json()
    assert {each["status"] for each in some["items"]} <= {"CANCELLED", "EXPIRED"}
    assert other["id"] in [each["id"] for each in some["items"]]
    pages = [admin.get(LIST, params={"limit": 1, "page": page, "sort": "createdAt"}).json() for page in (1, 2)]
    assert pages[0]["items"][0]["id"] != pages[1]["items"][0]["id"]
    assert pages[0]["totalPages"] == pages[0]["total"] >= 2


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"page": "0"}, "page"),
        ({"limit": "101"}, "limit"),
        ({"limit": "ten"}, "limit"),
        ({"status": "LOST"}, "status.0"),
        ({"from": "1.3.2027"}, "from"),
        ({"from": "2027-02-30"}, "from"),
        ({"from": "2027-03-02", "to": "2027-03-01"}, "to"),
        ({"sort": "customer"}, "sort"),
        ({"q": "x" * 101}, "q"),
        ({"q": "a\x00b"}, "q"),
    ],
)
def test_a_question_that_cannot_be_answered_names_its_field(
    admin: httpx.Client, query: dict[str, str], field: str
) -> None:
    assert refusal(admin.get(LIST, params=query)) == (422, "INVALID", [field])


def test_the_detail_tells_all_that_happened(admin: httpx.Client, stack: Stack, made: dict[str, Any]) -> None:
    until(lambda: any(mail["status"] == "SENT" for mail in admin.get(at(made)).json()["mails"]))
    seen = admin.get(at(made)).json()
    assert set(seen) == {"booking", "payments", "refunds", "events", "mails"}
    assert seen["booking"]["id"] == made["id"]
    assert seen["booking"]["notes"] is None
    (payment,) = seen["payments"]
    assert (payment["purpose"], payment["method"], payment["status"]) == ("DEPOSIT", "CARD", "SUCCEEDED")
    assert {event["toStatus"] for event in seen["events"]} >= {"CONFIRMED"}
    assert {mail["template"] for mail in seen["mails"]} == {"confirmation", "practice_notice"}


# --- refusals that all verbs share ---


@pytest.mark.parametrize("verb", VERBS)
def test_an_old_version_is_refused_before_anything_changes(
    admin: httpx.Client, made: dict[str, Any], verb: str
) -> None:
    given = dict(VERBS[verb])
    if verb == "reschedule":
        given["startTime"] = made["startTime"]
    assert refusal(admin.post(at(made, verb), json={**given, "version": 1})) == (409, "STALE_VERSION", [])
    assert admin.get(at(made)).json()["booking"]["version"] == 2


@pytest.mark.parametrize("verb", VERBS)
def test_an_unknown_booking_is_not_found_but_a_bad_body_comes_first(admin: httpx.Client, verb: str) -> None:
    path = f"{LIST}/{uuid4()}/{verb}"
    assert refusal(admin.post(path, json={**VERBS[verb], "version": 1}))[:2] == (404, "NOT_FOUND")
    assert refusal(admin.post(path, json={**VERBS[verb], "version": 1, "more": 1})) == (422, "INVALID", ["more"])
    assert refusal(admin.post(f"{LIST}/not-an-id/{verb}", json={"version": 1}))[0] == 404


@pytest.mark.parametrize("verb", [verb for verb in VERBS if verb != "resend-email"])
@pytest.mark.parametrize("version", ["2", 0, -1, 2**31, 1.5, None, True])
def test_a_version_is_a_whole_number(admin: httpx.Client, made: dict[str, Any], verb: str, version: object) -> None:
    answer = admin.post(at(made, verb), json={**VERBS[verb], "version": version})
    assert refusal(answer) == (422, "INVALID", ["version"])


@pytest.mark.parametrize(
    ("verb", "given", "field"),
    [
        ("mark-paid", {"method": "SHELLS"}, "method"),
        ("mark-paid", {"method": "CASH", "amountCents": 0}, "amountCents"),
        ("cancel", {"refund": "HALF"}, "refund"),
        ("cancel", {"refund": None}, "refund"),
        ("cancel", {"notify": "yes"}, "notify"),
        ("cancel", {"reason": "x" * 501}, "reason"),
        ("cancel", {"reason": "a\x00"}, "reason"),
        ("reschedule", {}, "startTime"),
        ("reschedule", {"startTime": "2027-03-01T10:00:00"}, "startTime"),
        ("reschedule", {"startTime": "tomorrow"}, "startTime"),
        ("reschedule", {"startTime": "2027-03-01T10:00:00Z", "practitionerId": 0}, "practitionerId"),
        ("refund", {}, "amountCents"),
        ("refund", {"amountCents": 0}, "amountCents"),
        ("refund", {"amountCents": -100}, "amountCents"),
        ("refund", {"amountCents": 10.5}, "amountCents"),
        ("refund", {"amountCents": "100"}, "amountCents"),
        ("refund", {"amountCents": 3001}, "amountCents"),
        ("complete", {"reason": 5}, "reason"),
        ("no-show", {"paidCents": 5}, "paidCents"),
    ],
)
def test_a_bad_body_is_refused_at_its_field(
    admin: httpx.Client, made: dict[str, Any], verb: str, given: dict[str, Any], field: str
) -> None:
    assert refusal(admin.post(at(made, verb), json={**given, "version": 2})) == (422, "INVALID", [field])
    assert admin.get(at(made)).json()["booking"]["version"] == 2


# --- the verbs ---


@pytest.mark.parametrize(("back", "cents"), [("POLICY", 3000), ("FULL", 3000), ("NONE", 0)])
def test_cancelling_gives_back_what_is_said(
    admin: httpx.Client, stack: Stack, made: dict[str, Any], back: str, cents: int
) -> None:
    done = admin.post(at(made, "cancel"), json={"refund": back, "reason": "Maya is ill.", "version": 2}).json()
    assert (done["booking"]["status"], done["refundCents"]) == ("CANCELLED", cents)
    assert refusal(admin.post(at(made, "cancel"), json={"version": 3}))[:2] == (409, "ALREADY_CANCELLED")
    address = made["customer"]["email"]
    sent = stack.until_mails(lambda mails: [m for m in mails if m["to"] == address and "cancelled" in m["subject"]])
    assert "Maya is ill." in sent[0]["text"]


def test_cancelling_may_be_silent(admin: httpx.Client, made: dict[str, Any]) -> None:
    assert admin.post(at(made, "cancel"), json={"notify": False, "version": 2}).status_code == 200
    assert "cancellation" not in {mail["template"] for mail in admin.get(at(made)).json()["mails"]}


def test_a_booking_is_moved(admin: httpx.Client, stack: Stack, made: dict[str, Any]) -> None:
    later = free_times(stack, skip=DAY + 1)[0]
    seen = admin.post(at(made, "reschedule"), json={"startTime": later, "version": 2}).json()["booking"]
    assert (seen["startTime"], seen["version"], seen["paidCents"]) == (later, 3, 3000)
    past = admin.post(at(made, "reschedule"), json={"startTime": "2020-01-01T10:00:00Z", "version": 3})
    assert refusal(past)[:2] == (422, "SLOT_NOT_OFFERED")
    other = paid_booking(stack, free_times(stack, skip=DAY + 1)[-1], "deskmover")
    taken = admin.post(at(made, "reschedule"), json={"startTime": other["startTime"], "version": 3})
    assert refusal(taken)[:2] == (409, "SLOT_TAKEN")
    give_up(admin, other)
    admin.post(at(made, "cancel"), json={"notify": False, "version": 3})
    assert refusal(admin.post(at(made, "reschedule"), json={"startTime": later, "version": 4}))[:2] == (
        409,
        "POLICY_REFUSES",
    )


def test_a_part_goes_back_and_is_written_down(admin: httpx.Client, stack: Stack, made: dict[str, Any]) -> None:
    done = admin.post(at(made, "refund"), json={"amountCents": 1200, "reason": "Cold.", "version": 2}).json()
    assert (done["refundCents"], done["booking"]["version"], done["booking"]["status"]) == (1200, 3, "CONFIRMED")
    until(lambda: admin.get(at(made)).json()["booking"]["refundedCents"] == 1200)
    lines = admin.get("/api/admin/audit/payments", params={"bookingId": made["id"], "limit": 100}).json()
    assert lines["total"] == len(lines["items"])
    (asked,) = [line for line in lines["items"] if line["refundId"] and line["action"] == "made"]
    assert (asked["amountCents"], asked["toStatus"], asked["actor"].split(":")[0]) == (1200, "QUEUED", "admin")
    assert "refund" in {event["what"] for event in admin.get(at(made)).json()["events"]}


def test_many_refunds_at_once_never_give_back_more_than_was_paid(
    admin: httpx.Client, stack: Stack, made: dict[str, Any]
) -> None:
    def attempt(version: int) -> int:
        given = {"amountCents": 1600, "version": version}
        return admin.post(at(made, "refund"), json=given).status_code

    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(attempt, [2, 3] * 10))
    assert answers.count(200) == 1, answers
    assert set(answers) <= {200, 409, 422}
    (row,) = stack.sql("select sum(amount_cents) as cents from refund where booking_id = :id", id=made["id"])
    assert row["cents"] == 1600


@pytest.mark.parametrize("query", [{"bookingId": "x"}, {"from": "x"}, {"to": "x"}, {"page": 0}])
def test_a_question_to_the_journal_names_its_field(admin: httpx.Client, query: dict[str, Any]) -> None:
    answer = admin.get("/api/admin/audit/payments", params=query)
    assert refusal(answer) == (422, "INVALID", list(query))


def test_the_guests_mail_goes_out_again(admin: httpx.Client, stack: Stack, made: dict[str, Any]) -> None:
    until(lambda: any(mail["status"] == "SENT" for mail in admin.get(at(made)).json()["mails"]))
    again = admin.post(at(made, "resend-email"))
    assert (again.status_code, again.json()["email"]["template"]) == (200, "confirmation")
    address = made["customer"]["email"]
    stack.until_mails(lambda mails: len([mail for mail in mails if mail["to"] == address]) == 2)


def test_a_visit_that_has_not_begun_is_neither_over_nor_missed(admin: httpx.Client, made: dict[str, Any]) -> None:
    for verb in ("complete", "no-show"):
        assert refusal(admin.post(at(made, verb), json={"version": 2}))[:2] == (409, "POLICY_REFUSES")


def test_what_became_of_a_visit_can_be_corrected_with_a_reason(
    admin: httpx.Client, stack: Stack, made: dict[str, Any]
) -> None:
    stack.sql(
        "update booking set starts_at = now() - interval '2 days', ends_at = now() - interval '47 hours' "
        "where id = :id",
        id=made["id"],
    )
    seen = admin.post(at(made, "no-show"), json={"version": 2}).json()["booking"]
    assert (seen["status"], seen["version"]) == ("NO_SHOW", 3)
    assert refusal(admin.post(at(made, "complete"), json={"version": 3})) == (422, "INVALID", ["reason"])
    seen = admin.post(at(made, "complete"), json={"version": 3, "reason": "She was late."}).json()["booking"]
    assert seen["status"] == "COMPLETED"
    stack.sql(
        "update diary_entry set during = (select tstzrange(starts_at, ends_at + make_interval(mins => "
        "buffer_minutes)) from booking where id = :id) where booking_id = :id",
        id=made["id"],
    )


# --- booking for a guest ---


def test_the_practice_books_for_a_guest(admin: httpx.Client, stack: Stack) -> None:
    start = free_times(stack, skip=DAY + 2)[0]
    given = body(start, "phoned", notes="By phone")
    answer = admin.post(LIST, json=given, headers={"Idempotency-Key": "desk-key-1"})
    assert answer.status_code == 201, answer.text
    assert set(answer.json()) == {"booking"}
    seen = answer.json()["booking"]
    assert (seen["status"], seen["downpaymentCents"], seen["balanceCents"]) == ("CONFIRMED", 0, 9500)
    assert (seen["notes"], seen["customer"]["email"]) == ("By phone", "phoned@example.com")
    again = admin.post(LIST, json=given, headers={"Idempotency-Key": "desk-key-1"})
    assert (again.status_code, again.json()["booking"]["id"]) == (201, seen["id"])
    other = admin.post(LIST, json=body(start, "other"), headers={"Idempotency-Key": "desk-key-1"})
    assert refusal(other)[:2] == (422, "KEY_REUSED")
    assert refusal(admin.post(LIST, json=body(start, "late")))[:2] == (409, "SLOT_TAKEN")
    assert book(stack, start, "guestlate").status_code == 409
    stack.until_mails(lambda mails: [mail for mail in mails if mail["to"] == "phoned@example.com"])


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"serviceId": 999}, (404, "NOT_FOUND", [])),
        ({"serviceId": "3"}, (422, "INVALID", ["serviceId"])),
        ({"startTime": "2020-01-01T10:00:00Z"}, (422, "SLOT_NOT_OFFERED", [])),
        ({"customer": {"name": "", "email": "a@b.example", "phone": "5"}}, (422, "INVALID", BOTH)),
        ({"priceCents": 1}, (422, "INVALID", ["priceCents"])),
        ({"practitionerId": 99}, (404, "NOT_FOUND", [])),
    ],
)
def test_a_wish_that_cannot_be_met_is_refused(
    admin: httpx.Client, stack: Stack, changes: dict[str, Any], expected: tuple[int, str, list[str]]
) -> None:
    start = free_times(stack, skip=DAY + 3)[0]
    assert refusal(admin.post(LIST, json=body(start, "wisher", **changes))) == expected
