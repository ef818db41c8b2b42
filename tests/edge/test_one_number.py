"""The number that an answer carries is the one in our rows and in Stripe's books, by whatever door one comes."""

import asyncio

from tests.kit.guests import bearer, body, card, free_times
from tests.kit.sockets import Tab
from tests.kit.stack import Stack

BOOK = "reflex___state____state.truflow___state___details____details.book"


def told(stack: Stack, email: str) -> list[tuple[str, str]]:
    """Of each payment of this guest: the request in our row, and the one that Stripe was told."""
    rows = stack.sql(
        "select p.request_id, p.stripe_intent_id from payment p join booking b on b.id = p.booking_id "
        "join customer c on c.id = b.customer_id where c.email = :email order by p.created_at",
        email=email,
    )
    intents = stack.sandbox.sdk().v1.payment_intents
    return [(row["request_id"], intents.retrieve(row["stripe_intent_id"]).metadata["request_id"]) for row in rows]


def test_over_http_the_number_of_the_answer_is_stripes_too(stack: Stack) -> None:
    answer = stack.http.post("/api/bookings", json=body(free_times(stack, skip=23)[0], "numbered"))
    number = answer.headers["x-request-id"]
    assert told(stack, "numbered@example.com") == [(number, number)]
    path, token = f"/api/bookings/{answer.json()['booking']['id']}", bearer(answer.json())
    paid = stack.http.post(f"{path}/pay", json={"confirmationToken": card(stack)}, headers=token)
    given = stack.http.post(f"{path}/cancel", headers=token)
    promised = {row["kind"]: row["request_id"] for row in stack.sql("select kind, request_id from outbox order by id")}
    assert promised["refund"] == given.headers["x-request-id"]
    assert number != paid.headers["x-request-id"]


def test_over_one_socket_each_event_has_a_number_of_its_own(stack: Stack) -> None:
    times = free_times(stack, skip=24)

    async def books() -> None:
        async with Tab(stack.url) as tab:
            for start in (times[0], times[-1]):
                form = {"name": "Numa", "email": "numa@example.com", "phone": "+1 212 555 0100", "start": start}
                await tab.say(BOOK, "/book/classic-massage", form=form)
                await tab.until("/booking/")
                tab.frames = []

    asyncio.run(books())
    pairs = told(stack, "numa@example.com")
    assert all(ours == stripes for ours, stripes in pairs)
    assert len({ours for ours, _ in pairs} - {""}) == 2
