"""Cancelling, moving and paying the rest, for programs."""

import pytest

from tests.kit.guests import bearer, book, card, free_times
from tests.kit.stack import Stack


def confirmed(stack: Stack, guest: str, *, skip: int, slot: int = 0) -> tuple[str, dict[str, str], str]:
    """The path of a confirmed booking, its header and its start."""
    start = free_times(stack, skip=skip)[slot]
    made = book(stack, start, guest).json()
    path = f"/api/bookings/{made['booking']['id']}"
    paid = stack.http.post(f"{path}/pay", json={"confirmationToken": card(stack)}, headers=bearer(made))
    assert paid.json()["booking"]["status"] == "CONFIRMED"
    return path, bearer(made), start


def test_what_cancelling_gives_back_is_said_before_and_done_once(stack: Stack) -> None:
    path, who, _ = confirmed(stack, "canceller", skip=12)
    shown = stack.http.get(f"{path}/cancellation", headers=who).json()
    assert set(shown) == {"tiers", "refundCents", "canCancel", "canReschedule"}
    assert shown["refundCents"] == shown["tiers"][0]["refundCents"] == 3000
    done = stack.http.post(f"{path}/cancel", headers=who).json()
    assert (done["booking"]["status"], done["refundCents"]) == ("CANCELLED", 3000)
    again = stack.http.post(f"{path}/cancel", headers=who)
    assert (again.status_code, again.json()["error"]["code"]) == (409, "ALREADY_CANCELLED")


def test_a_booking_moves_and_its_old_time_is_free(stack: Stack) -> None:
    path, who, start = confirmed(stack, "mover", skip=13)
    later = free_times(stack, skip=13)[-1]
    moved = stack.http.post(f"{path}/reschedule", json={"startTime": later}, headers=who).json()
    assert (moved["booking"]["startTime"], moved["refundCents"]) == (later, 0)
    assert start in free_times(stack, skip=13)
    off = stack.http.post(f"{path}/reschedule", json={"startTime": "2020-01-01T10:00:00Z"}, headers=who)
    assert (off.status_code, off.json()["error"]["code"]) == (422, "SLOT_NOT_OFFERED")


def test_the_rest_is_paid_by_card(stack: Stack) -> None:
    path, who, _ = confirmed(stack, "balancer", skip=14)
    made = stack.http.post(f"{path}/balance", headers=who).json()
    assert made["clientSecret"].startswith("pi_")
    paid = stack.http.post(f"{path}/pay", json={"confirmationToken": card(stack)}, headers=who).json()
    assert (paid["booking"]["paymentStatus"], paid["booking"]["balanceCents"]) == ("PAID", 0)


@pytest.mark.parametrize("path", ["cancellation", "cancel", "balance"])
def test_without_the_token_there_is_nothing(stack: Stack, path: str) -> None:
    booking, _, _ = confirmed(
        stack, f"nobody{path}", skip=15, slot=["cancellation", "cancel", "balance"].index(path) * 5
    )
    method = "GET" if path == "cancellation" else "POST"
    assert stack.http.request(method, f"{booking}/{path}").status_code == 404


def test_only_an_admin_marks_paid(stack: Stack) -> None:
    path, who, _ = confirmed(stack, "desk", skip=16)
    mark = path.replace("/api/bookings", "/api/admin/bookings") + "/mark-paid"
    refused = stack.http.post(mark, json={"method": "CASH", "version": 2}, headers=who)
    assert (refused.status_code, refused.json()["error"]["code"]) == (401, "NOT_SIGNED_IN")
    password = stack.run("create-admin", "desk@stillwater.example").stdout.rsplit(None, 1)[-1]
    signed_in = stack.http.post(
        "/api/admin/auth/login", json={"email": "desk@stillwater.example", "password": password}
    )
    cookie = {"Cookie": signed_in.headers["set-cookie"].split(";")[0], "Origin": stack.url}
    stack.http.cookies.clear()
    stale = stack.http.post(mark, json={"method": "CASH", "version": 1}, headers=cookie)
    assert (stale.status_code, stale.json()["error"]["code"]) == (409, "STALE_VERSION")
    wrong = stack.http.post(mark, json={"method": "SHELLS", "version": 2}, headers=cookie)
    assert (wrong.status_code, list(wrong.json()["error"]["fields"])) == (422, ["method"])
    done = stack.http.post(mark, json={"method": "CASH", "version": 2}, headers=cookie).json()
    assert done["booking"]["paymentStatus"] == "PAID"
