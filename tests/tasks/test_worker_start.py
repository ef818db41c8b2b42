"""A worker that starts while the database is away: it waits and works later, for nobody may start it a second time."""

from tests.kit.guests import bearer, book, card, free_times
from tests.kit.stack import Stack
from tests.sandbox.kit import until


def test_a_worker_that_finds_no_database_waits_for_it(stack: Stack) -> None:
    stack.kill("worker")
    stack.server.stop()
    try:
        before = len(stack.log("worker"))
        stack.start("worker")
        worker = stack.processes["worker"]
        until(lambda: "database_away" in stack.log("worker")[before:] or worker.poll() is not None, 60)
    finally:
        stack.server.ensure()
    made = book(stack, free_times(stack, skip=3)[0], "patient").json()
    path = f"/api/bookings/{made['booking']['id']}/pay"
    stack.http.post(path, json={"confirmationToken": card(stack)}, headers=bearer(made))
    try:
        stack.until_mails(lambda mails: [mail for mail in mails if mail["to"] == "patient@example.com"], 30)
        assert worker.poll() is None
    finally:
        if worker.poll() is not None:
            stack.kill("worker")
            stack.start("worker")
