"""Services, hours, dates and settings, over HTTP: what an admin changes, and every way in which it is refused."""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.kit.admin import refusal, signed_in
from tests.kit.guests import book, free_times
from tests.kit.stack import Stack

SERVICES, WEEK = "/api/admin/services", "/api/admin/business-hours"
DATES, SETTINGS = "/api/admin/date-overrides", "/api/admin/settings"


@pytest.fixture(scope="module")
def admin(stack: Stack) -> Iterator[httpx.Client]:
    """An admin, and a practice that is afterwards as it was."""
    with signed_in(stack, "maya.practice@stillwater.example") as client:
        settings, week = client.get(SETTINGS).json(), client.get(WEEK).json()["items"]
        yield client
        assert client.put(SETTINGS, json=settings).status_code == 200
        assert client.put(WEEK, json={"items": week}).status_code == 200


def offer(**changes: Any) -> dict[str, Any]:
    name = f"Foot massage {uuid4().hex[:8]}"
    return {"name": name, "durationMin": 20, "priceCents": 4000, "downpaymentCents": 1000, **changes}


@pytest.fixture
def service(admin: httpx.Client) -> Iterator[dict[str, Any]]:
    """A service of its own, off sale afterwards."""
    made = admin.post(SERVICES, json=offer())
    assert made.status_code == 201, made.text
    yield made.json()["service"]
    admin.patch(f"{SERVICES}/{made.json()['service']['id']}", json={"active": False})


def test_without_a_session_nothing_is_read_or_changed(stack: Stack) -> None:
    before = stack.sql("select count(*) as n from service")
    asked = [stack.http.get(path) for path in (SERVICES, WEEK, DATES, SETTINGS)]
    asked += [stack.http.post(SERVICES, json=offer()), stack.http.patch(f"{SERVICES}/1", json={"name": "X"})]
    asked += [stack.http.delete(f"{SERVICES}/1"), stack.http.patch(f"{SERVICES}/x", json={"nonsense": 1})]
    asked += [stack.http.put(WEEK, json={"items": []}), stack.http.put(SETTINGS, json={"name": "Mine"})]
    asked += [stack.http.post(DATES, json={"date": "2027-12-24"}), stack.http.delete(f"{DATES}/1")]
    asked += [stack.http.delete(DATES, params={"date": "2027-12-25"})]
    assert {refusal(answer)[:2] for answer in asked} == {(401, "NOT_SIGNED_IN")}
    assert stack.sql("select count(*) as n from service") == before


def test_another_site_cannot_use_the_session(admin: httpx.Client) -> None:
    evil = {"Origin": "https://evil.example"}
    asked = [admin.put(WEEK, json={"items": []}, headers=evil), admin.put(SETTINGS, json={"name": "X"}, headers=evil)]
    asked += [admin.delete(f"{SERVICES}/1", headers=evil), admin.patch(f"{SERVICES}/1", json={}, headers=evil)]
    assert {refusal(answer)[:2] for answer in asked} == {(403, "ORIGIN_REFUSED")}


# --- services ---


def test_a_service_is_made_seen_changed_and_deleted(admin: httpx.Client, stack: Stack) -> None:
    given = offer()
    answer = admin.post(SERVICES, json=given)
    assert answer.status_code == 201
    made = answer.json()["service"]
    assert {name: made[name] for name in given} == given
    assert (made["slug"], made["active"], made["currency"]) == (given["name"].lower().replace(" ", "-"), True, "usd")
    public = stack.http.get(f"/api/services/{made['id']}").json()
    assert public == {name: made[name] for name in public}
    path = f"{SERVICES}/{made['id']}"
    changed = admin.patch(path, json={"priceCents": 4500, "slug": f"foot-{made['id']}"}).json()["service"]
    assert changed == {**made, "priceCents": 4500, "slug": f"foot-{made['id']}"}
    assert admin.patch(path, json={}).json()["service"] == changed
    gone = admin.delete(path)
    assert (gone.status_code, gone.json()["service"]["id"]) == (200, made["id"])
    assert refusal(admin.delete(path))[:2] == (404, "NOT_FOUND")
    assert stack.http.get(f"/api/services/{made['id']}").status_code == 404


def test_what_is_booked_is_taken_off_sale_but_not_deleted(
    admin: httpx.Client, stack: Stack, service: dict[str, Any]
) -> None:
    path = f"{SERVICES}/{service['id']}"
    start = free_times(stack, service=service["id"], skip=36)[0]
    made = book(stack, start, "offsale", serviceId=service["id"]).json()
    assert refusal(admin.delete(path))[:2] == (409, "IN_USE")
    admin.patch(path, json={"priceCents": 9000, "durationMin": 90, "active": False})
    seen = stack.http.get(
        f"/api/bookings/{made['booking']['id']}", headers={"Authorization": f"Bearer {made['manageToken']}"}
    ).json()["booking"]
    assert seen == made["booking"]
    assert book(stack, start, "late", serviceId=service["id"]).status_code == 404
    listed = admin.get(SERVICES, params={"limit": 100}).json()
    assert listed["total"] == len(listed["items"])
    assert [each["active"] for each in listed["items"] if each["id"] == service["id"]] == [False]


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"name": None}, ["name"]),
        ({"name": " "}, ["name"]),
        ({"name": 5}, ["name"]),
        ({"slug": "No Slug"}, ["slug"]),
        ({"slug": "deep-tissue"}, ["slug"]),
        ({"durationMin": 0}, ["durationMin"]),
        ({"durationMin": "30"}, ["durationMin"]),
        ({"durationMin": 30.5}, ["durationMin"]),
        ({"priceCents": -1}, ["priceCents"]),
        ({"priceCents": 10**12}, ["priceCents"]),
        ({"downpaymentCents": 999_999}, ["downpaymentCents"]),
        ({"active": "no"}, ["active"]),
        ({"active": None}, ["active"]),
        ({"position": -1}, ["position"]),
        ({"practitionerIds": [77]}, ["practitionerIds"]),
        ({"practitionerIds": ["1"]}, ["practitionerIds.0"]),
        ({"currency": "eur"}, ["currency"]),
        ({"id": 1}, ["id"]),
    ],
)
def test_a_bad_service_is_refused_at_its_field_new_or_changed(
    admin: httpx.Client, service: dict[str, Any], changes: dict[str, Any], fields: list[str]
) -> None:
    assert refusal(admin.post(SERVICES, json=offer(**changes))) == (422, "INVALID", fields)
    assert refusal(admin.patch(f"{SERVICES}/{service['id']}", json=changes)) == (422, "INVALID", fields)


@pytest.mark.parametrize("missing", ["name", "durationMin", "priceCents"])
def test_a_new_service_needs_its_name_length_and_price(admin: httpx.Client, missing: str) -> None:
    given = offer()
    del given[missing]
    assert refusal(admin.post(SERVICES, json=given)) == (422, "INVALID", [missing])


@pytest.mark.parametrize("id_", ["0", "-1", "x", "1.0", "99999999", "9" * 40, "%00"])
def test_what_cannot_be_a_service_or_a_date_is_not_found(admin: httpx.Client, id_: str) -> None:
    assert refusal(admin.patch(f"{SERVICES}/{id_}", json={"name": "X"}))[:2] == (404, "NOT_FOUND")
    assert refusal(admin.delete(f"{SERVICES}/{id_}"))[:2] == (404, "NOT_FOUND")
    assert refusal(admin.delete(f"{DATES}/{id_}"))[:2] == (404, "NOT_FOUND")


# --- hours and dates ---


def test_the_week_is_put_as_it_is_read(admin: httpx.Client) -> None:
    before = admin.get(WEEK).json()
    assert set(before) == {"items", "page", "limit", "total", "totalPages"}
    wanted = [{"weekday": 7, "opens": "10:00", "closes": "12:00"}, {"weekday": 1, "opens": "09:00", "closes": "24:00"}]
    put = admin.put(WEEK, json={"items": wanted})
    assert (put.status_code, put.json()["items"]) == (200, wanted[::-1])
    assert admin.get(WEEK).json()["items"] == wanted[::-1]
    assert admin.put(WEEK, json={"items": before["items"]}).json()["items"] == before["items"]


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({}, ["items"]),
        ({"items": None}, ["items"]),
        ({"items": [{"weekday": 0, "opens": "09:00", "closes": "18:00"}]}, ["items.0.weekday"]),
        ({"items": [{"weekday": 8, "opens": "09:00", "closes": "18:00"}]}, ["items.0.weekday"]),
        ({"items": [{"weekday": 1, "opens": "9", "closes": "18:00"}]}, ["items.0.opens"]),
        ({"items": [{"weekday": 1, "opens": "18:00", "closes": "09:00"}]}, ["items.0.closes"]),
        ({"items": [{"weekday": 1, "opens": "09:00"}]}, ["items.0.closes"]),
        ({"items": [{"weekday": 1, "opens": "09:00", "closes": "18:00", "room": 1}]}, ["items.0.room"]),
        ({"items": [{"weekday": 1, "opens": "09:00", "closes": "18:00"}] * 2}, ["items.1.opens"]),
        ({"items": [{"weekday": 1, "opens": "09:00", "closes": "18:00"}] * 101}, ["items"]),
    ],
)
def test_a_bad_week_is_refused_at_its_place(admin: httpx.Client, body: dict[str, Any], fields: list[str]) -> None:
    before = admin.get(WEEK).json()
    assert refusal(admin.put(WEEK, json=body)) == (422, "INVALID", fields)
    assert admin.get(WEEK).json() == before


def test_a_date_is_closed_and_opened_again(admin: httpx.Client, stack: Stack) -> None:
    day = free_times(stack, skip=37)[0][:10]
    asked = {"startDate": day, "endDate": day}
    made = admin.post(DATES, json={"date": day, "closed": True, "note": "Inventory"})
    assert made.status_code == 201, made.text
    override = made.json()["dateOverride"]
    assert (override["date"], override["closed"], override["hours"]) == (day, True, [])
    assert stack.http.get("/api/availability/3", params=asked).json()["dates"][0]["available"] is False
    assert override in admin.get(DATES, params={"limit": 100}).json()["items"]
    assert refusal(admin.post(DATES, json={"date": day})) == (422, "INVALID", ["date"])
    assert admin.delete(f"{DATES}/{override['id']}").json()["dateOverride"] == override
    assert stack.http.get("/api/availability/3", params=asked).json()["dates"][0]["available"] is True
    short = {"date": day, "hours": [{"opens": "10:00", "closes": "11:00"}]}
    assert admin.post(DATES, json=short).json()["dateOverride"]["closed"] is False
    assert stack.http.get("/api/availability/3", params=asked).json()["dates"][0]["slots"] == 1
    assert admin.delete(DATES, params={"date": day}).status_code == 200
    assert refusal(admin.delete(DATES, params={"date": day}))[:2] == (404, "NOT_FOUND")
    assert refusal(admin.delete(DATES)) == (422, "INVALID", ["date"])


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({}, ["date"]),
        ({"date": "24.12.2027"}, ["date"]),
        ({"date": "2027-02-30"}, ["date"]),
        ({"date": "2020-01-01"}, ["date"]),
        ({"date": "2026-12-31", "closed": False}, ["hours"]),
        ({"date": "2026-12-31", "closed": True, "hours": [{"opens": "09:00", "closes": "10:00"}]}, ["hours"]),
        ({"date": "2026-12-31", "hours": [{"opens": "09:00", "closes": "08:00"}]}, ["hours.0.closes"]),
        ({"date": "2026-12-31", "hours": "none"}, ["hours"]),
        ({"date": "2026-12-31", "note": "x" * 201}, ["note"]),
        ({"date": "2026-12-31", "why": ""}, ["why"]),
    ],
)
def test_a_bad_date_is_refused_at_its_field(admin: httpx.Client, body: dict[str, Any], fields: list[str]) -> None:
    assert refusal(admin.post(DATES, json=body)) == (422, "INVALID", fields)


# --- settings ---


def test_settings_are_put_as_they_are_read_whole_or_in_part(admin: httpx.Client) -> None:
    before = admin.get(SETTINGS).json()
    assert admin.put(SETTINGS, json=before).json() == before
    tiers = [{"hoursBefore": 48, "refundPercent": 100}, {"hoursBefore": 0, "refundPercent": 50}]
    seen = admin.put(SETTINGS, json={"bufferMinutes": 30, "cancellationTiers": tiers}).json()
    assert seen == {**before, "bufferMinutes": 30, "cancellationTiers": tiers}
    assert admin.get(SETTINGS).json() == seen
    assert admin.put(SETTINGS, json={"cancellationTiers": []}).json()["cancellationTiers"] == []
    assert admin.put(SETTINGS, json=before).json() == before
    assert admin.put(SETTINGS, json={}).json() == before


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({"name": ""}, ["name"]),
        ({"name": None}, ["name"]),
        ({"email": "nobody"}, ["email"]),
        ({"logoUrl": "javascript:alert(1)"}, ["logoUrl"]),
        ({"timezone": "Mars/Olympus"}, ["timezone"]),
        ({"currency": "xxx"}, ["currency"]),
        ({"bufferMinutes": 999}, ["bufferMinutes"]),
        ({"bufferMinutes": "15"}, ["bufferMinutes"]),
        ({"maxBookingsPerDay": 0}, ["maxBookingsPerDay"]),
        ({"holdMinutes": None}, ["holdMinutes"]),
        ({"cancellationTiers": [{"hoursBefore": 24}]}, ["cancellationTiers.0.refundPercent"]),
        ({"cancellationTiers": [{"hoursBefore": 0, "refundPercent": 101}]}, ["cancellationTiers.0.refundPercent"]),
        ({"cancellationTiers": [{"hoursBefore": 9, "refundPercent": 1}] * 2}, ["cancellationTiers"]),
        ({"id": 1}, ["id"]),
    ],
)
def test_bad_settings_are_refused_at_their_field(admin: httpx.Client, body: dict[str, Any], fields: list[str]) -> None:
    before = admin.get(SETTINGS).json()
    assert refusal(admin.put(SETTINGS, json=body)) == (422, "INVALID", fields)
    assert admin.get(SETTINGS).json() == before


# --- lost links ---


def test_lost_links_are_mailed_and_the_answer_never_tells(stack: Stack) -> None:
    made = book(stack, free_times(stack, skip=38)[0], "forgetful").json()
    asked = ({"email": f"{who}@example.com"} for who in ("forgetful", "nobody.at.all"))
    answers = [stack.http.post("/api/bookings/find", json=each) for each in asked]
    assert {(answer.status_code, answer.text) for answer in answers} == {(200, '{"received":true}')}
    (sent,) = stack.until_mails(
        lambda mails: [m for m in mails if m["to"] == "forgetful@example.com" and "Your bookings" in m["subject"]]
    )
    assert f"/booking/{made['booking']['reference']}?t={made['manageToken']}" in sent["text"]


@pytest.mark.parametrize("body", [{}, {"email": ""}, {"email": 5}, {"email": "a, b@example.com"}, {"email": "x"}])
def test_what_is_no_address_is_refused(stack: Stack, body: dict[str, Any]) -> None:
    assert refusal(stack.http.post("/api/bookings/find", json=body)) == (422, "INVALID", ["email"])
