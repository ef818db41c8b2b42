"""The desk, for programs: only for a signed-in admin."""

from collections.abc import Iterator
from uuid import uuid4

import httpx
import pytest

from tests.kit.stack import Stack
from tests.kit.troubles import Trouble, password_of, plant
from tests.sandbox.kit import until

OWNER = "maya.api@stillwater.example"
READS = ["/api/admin/alerts", "/api/admin/dashboard/today"]
WRITES = ["/api/admin/alerts/1/resolve", f"/api/admin/refunds/{uuid4()}/retry", f"/api/admin/emails/{uuid4()}/resend"]


@pytest.fixture(scope="module")
def admin(stack: Stack) -> Iterator[httpx.Client]:
    """Somebody who is signed in, as a program on our own origin."""
    with httpx.Client(base_url=stack.url, trust_env=False, timeout=30, headers={"Origin": stack.url}) as client:
        given = {"email": OWNER, "password": password_of(stack, OWNER)}
        assert client.post("/api/admin/auth/login", json=given).status_code == 200
        yield client


@pytest.fixture(scope="module")
def trouble(stack: Stack) -> Trouble:
    return plant(stack, "apialice", skip=10)


def test_without_a_session_nothing_is_read_or_done(stack: Stack, trouble: Trouble) -> None:
    origin = {"Origin": stack.url}
    real = [f"/api/admin/refunds/{trouble.refund_id}/retry", f"/api/admin/emails/{trouble.mail_id}/resend"]
    answers = [stack.http.get(path) for path in READS]
    answers += [stack.http.post(path, headers=origin) for path in WRITES + real]
    answers += [stack.http.get(READS[1], cookies={"truflow_admin": "made-up"})]
    assert {(answer.status_code, answer.json()["error"]["code"]) for answer in answers} == {(401, "NOT_SIGNED_IN")}
    assert stack.sql("select 1 from refund where retry_of = :id", id=trouble.refund_id) == []


def test_another_site_cannot_use_the_session(admin: httpx.Client, trouble: Trouble) -> None:
    for path in WRITES:
        answer = admin.post(path, headers={"Origin": "https://evil.example"})
        assert (answer.status_code, answer.json()["error"]["code"]) == (403, "ORIGIN_REFUSED")


@pytest.mark.parametrize("path", [*WRITES[1:], "/api/admin/alerts/99999999/resolve"])
def test_what_is_not_there_is_not_found(admin: httpx.Client, path: str) -> None:
    assert admin.post(path).json()["error"]["code"] == "NOT_FOUND"


@pytest.mark.parametrize("kind", ["alerts/{}/resolve", "refunds/{}/retry", "emails/{}/resend"])
@pytest.mark.parametrize("id_", ["x", "-1", "9" * 40, "0x10", "%00", "1.5"])
def test_what_cannot_be_an_id_is_not_found(admin: httpx.Client, kind: str, id_: str) -> None:
    assert admin.post("/api/admin/" + kind.format(id_)).status_code == 404


def test_the_day_tells_what_needs_somebody(admin: httpx.Client, trouble: Trouble) -> None:
    today = admin.get("/api/admin/dashboard/today").json()
    lists, counts = {"bookings", "alerts", "failedEmails", "failedRefunds"}, {"failedEmailsCount", "failedRefundsCount"}
    assert set(today) == {"date", "timezone", "verification"} | lists | counts
    assert today["failedEmailsCount"] >= len(today["failedEmails"]) > 0
    mail = next(each for each in today["failedEmails"] if each["id"] == trouble.mail_id)
    assert (mail["recipient"], mail["reference"], mail["uncertain"]) == (trouble.address, trouble.reference, 1)
    refund = next(each for each in today["failedRefunds"] if each["id"] == trouble.refund_id)
    assert (refund["amountCents"], refund["status"], refund["bookingId"]) == (3000, "FAILED", trouble.booking_id)
    assert {mail["alertId"], refund["alertId"]} <= {alert["id"] for alert in today["alerts"]}


def test_alerts_come_in_pages(admin: httpx.Client, trouble: Trouble) -> None:
    first = admin.get("/api/admin/alerts", params={"limit": 2}).json()
    assert (first["page"], first["limit"], len(first["items"])) == (1, 2, 2)
    assert first["total"] >= 3
    assert first["totalPages"] == -(-first["total"] // 2)
    second = admin.get("/api/admin/alerts", params={"limit": 2, "page": 2}).json()
    assert not {each["id"] for each in first["items"]} & {each["id"] for each in second["items"]}
    assert admin.get("/api/admin/alerts", params={"limit": 0}).status_code == 422


def test_each_button_works_once(stack: Stack, admin: httpx.Client, trouble: Trouble) -> None:
    again = admin.post(f"/api/admin/emails/{trouble.mail_id}/resend")
    assert again.status_code == 200, again.text
    assert (again.json()["email"]["status"], again.json()["email"]["recipient"]) == ("QUEUED", trouble.address)
    until(
        lambda: stack.sql("select 1 from email_message where resend_of = :id and status = 'SENT'", id=trouble.mail_id)
    )

    new = admin.post(f"/api/admin/refunds/{trouble.refund_id}/retry")
    assert new.status_code == 200, new.text
    assert new.json()["refund"]["amountCents"] == 3000
    twice = admin.post(f"/api/admin/refunds/{trouble.refund_id}/retry")
    assert (twice.status_code, twice.json()["error"]["code"]) == (409, "IN_USE")

    items = admin.get("/api/admin/alerts", params={"limit": 100}).json()["items"]
    alert = next(each for each in items if each["message"] == trouble.alert)
    for _ in range(2):
        assert admin.post(f"/api/admin/alerts/{alert['id']}/resolve").json()["alert"]["id"] == alert["id"]
    left = admin.get("/api/admin/alerts", params={"limit": 100}).json()["items"]
    assert trouble.booking_id not in [each["bookingId"] for each in left]
