"""What the guest's handlers make of the address and of the form, on the real services."""

import json
from typing import Any

import pytest
from sqlalchemy import Engine, text

from tests.kit.looking import one
from tests.sandbox.kit import Sandbox
from tests.state.visitors import Visitor, redirect_of
from truflow.state.booking import Booking
from truflow.state.catalogue import Catalogue
from truflow.state.choose import Choose
from truflow.state.details import Details

pytestmark = pytest.mark.anyio
GUEST = {
    "name": "Maya Ortiz",
    "email": "maya@example.com",
    "phone": "+1 718 555 0199",
    "notes": "A sore left shoulder.",
}


async def at_details(service: str = "deep-tissue", number: int = 0) -> tuple[Visitor, dict[str, Any]]:
    """A visitor who has chosen a time, and the form as her browser would send it."""
    visitor = Visitor(f"/book/{service}")
    await visitor.call(Choose.load)
    choose = await visitor.state(Choose)
    times = [time for group in choose.groups for time in group.times]
    visitor.go(f"/book/{service}{times[number].link}")
    await visitor.call(Choose.load)
    return visitor, {**GUEST, "start": choose.start, "key": f"web-{service}-{number}-0123456789"}


async def test_the_catalogue_says_price_deposit_and_length(practice: Engine) -> None:
    visitor = Visitor("/book")
    await visitor.call(Catalogue.load)
    catalogue = await visitor.state(Catalogue)
    card = next(card for card in catalogue.services if card.slug == "deep-tissue")
    assert (card.price, card.deposit, card.lasts) == ("$95.00", "$30.00 deposit now", "60 minutes")


async def test_the_first_free_day_shows_its_times_at_once(practice: Engine) -> None:
    visitor = Visitor("/book/deep-tissue")
    await visitor.call(Choose.load)
    choose = await visitor.state(Choose)
    assert (choose.stage, choose.step) == ("ready", "day")
    assert choose.groups
    assert choose.soonest[0].link == choose.groups[0].times[0].link


async def test_an_id_leads_to_the_slug(practice: Engine) -> None:
    assert redirect_of(await Visitor("/book/3").call(Choose.load)) == "/book/deep-tissue"


async def test_an_unknown_service_is_said_kindly(practice: Engine) -> None:
    visitor = Visitor("/book/no-such-massage")
    await visitor.call(Choose.load)
    assert (await visitor.state(Choose)).stage == "missing"


@pytest.mark.parametrize("query", ["?date=nonsense", "?date=2026-02-30&time=x", "?month=9999-99", "?date=9999-12-31"])
async def test_a_broken_address_still_shows_a_calendar(practice: Engine, query: str) -> None:
    visitor = Visitor(f"/book/deep-tissue{query}")
    await visitor.call(Choose.load)
    assert (await visitor.state(Choose)).weeks


async def test_the_address_alone_rebuilds_the_chosen_time(practice: Engine) -> None:
    visitor, _ = await at_details()
    chosen = (await visitor.state(Choose)).chosen_label
    again = Visitor(str(visitor.root.router.url)[len("http://127.0.0.1:8000") :])
    await again.call(Choose.load)
    rebuilt = await again.state(Choose)
    assert (rebuilt.step, rebuilt.chosen_label) == ("details", chosen)


async def test_booking_leads_to_the_payment_page(practice: Engine) -> None:
    visitor, form = await at_details()
    target = redirect_of(await visitor.call(Details.book, form))
    visitor.go(target)
    await visitor.call(Booking.load)
    booking = await visitor.state(Booking)
    assert booking.stage == "PENDING"
    assert booking.card.terms.startswith("You pay $30.00 now and $65.00 at your visit.")
    assert (booking.amount, booking.currency) == (3000, "usd")
    assert 0 < booking.hold_seconds <= 600


async def test_pressing_twice_makes_one_booking(practice: Engine) -> None:
    visitor, form = await at_details()
    first = redirect_of(await visitor.call(Details.book, form))
    assert redirect_of(await visitor.call(Details.book, form)) == first


async def test_each_wrong_field_is_told_at_the_field(practice: Engine) -> None:
    visitor, form = await at_details()
    await visitor.call(Details.book, {**form, "name": " ", "email": "maya", "phone": "x"})
    details = await visitor.state(Details)
    assert details.name_error
    assert details.email_error
    assert details.phone_error
    assert details.notice == "Please check 3 fields below."
    assert not details.busy


@pytest.mark.parametrize(
    "broken", [{"start": "nonsense"}, {"start": ""}, {"start": "2020-01-01T10:00Z"}, {"start": {"a": 1}}]
)
async def test_a_time_that_is_not_offered_leads_back_to_the_times(practice: Engine, broken: dict[str, Any]) -> None:
    visitor, form = await at_details()
    assert redirect_of(await visitor.call(Details.book, {**form, **broken})).startswith("/book/deep-tissue?date=")
    assert (await visitor.state(Choose)).notice


async def test_a_taken_time_keeps_the_guest_in_the_flow(practice: Engine) -> None:
    visitor, form = await at_details()
    other, same = await at_details()
    await other.call(Details.book, {**same, "email": "other@example.com", "key": "web-other-0123456789"})
    redirect_of(await visitor.call(Details.book, form))
    assert (await visitor.state(Choose)).notice.startswith("This time has just been taken.")


async def test_from_a_day_that_is_full_the_nearest_free_ones_are_a_tap_away(practice: Engine) -> None:
    with practice.begin() as connection:
        connection.execute(text("update system_settings set max_bookings_per_day = 1"))
    visitor, form = await at_details()
    other, same = await at_details()
    await other.call(Details.book, {**same, "email": "other@example.com", "key": "web-other-0123456789"})
    full = redirect_of(await visitor.call(Details.book, form))
    visitor.go(full)
    await visitor.call(Choose.load)
    choose = await visitor.state(Choose)
    assert (choose.groups, choose.day_nothing[:15]) == ([], "Nothing is free")
    assert len(choose.near) == 3
    assert full.removeprefix("/book/deep-tissue") not in [day.link for day in choose.near]
    visitor.go(f"/book/deep-tissue{choose.near[0].link}")
    await visitor.call(Choose.load)
    assert choose.groups
    assert choose.near == []


async def test_no_state_keeps_what_the_guest_typed_or_her_token(practice: Engine) -> None:
    visitor, form = await at_details()
    target = redirect_of(await visitor.call(Details.book, form))
    visitor.go(target)
    await visitor.call(Booking.load)
    visitor.go("/")
    kept = json.dumps(visitor.root.dict(), default=str) + str(vars(await visitor.state(Booking)))
    for secret in (*GUEST.values(), target.rsplit("t=", 1)[1]):
        assert secret not in kept


@pytest.mark.parametrize("address", ["/booking/XXXX-XXXX?t=nope", "/booking/XXXX-XXXX", "/book/success"])
async def test_a_wrong_link_finds_nothing(practice: Engine, address: str) -> None:
    visitor = Visitor(address)
    await visitor.call(Booking.load)
    assert (await visitor.state(Booking)).stage == "missing"


async def test_a_declined_card_is_said_and_a_good_one_then_confirms(practice: Engine, token: Any) -> None:
    visitor, form = await at_details()
    visitor.go(redirect_of(await visitor.call(Details.book, form)))
    await visitor.call(Booking.load)
    await visitor.call(Booking.pay, token("pm_card_visa_chargeDeclined"))
    booking = await visitor.state(Booking)
    assert booking.stage == "PENDING"
    assert "Nothing was charged" in booking.notice
    assert redirect_of(await visitor.call(Booking.pay, token())).startswith("/book/success?reference=")
    assert booking.stage == "CONFIRMED"
    assert (booking.card.paid, booking.card.due) == ("$30.00", "$65.00")


async def test_the_banks_question_reaches_the_page(practice: Engine, token: Any) -> None:
    visitor, form = await at_details()
    visitor.go(redirect_of(await visitor.call(Details.book, form)))
    await visitor.call(Booking.load)
    await visitor.call(Booking.pay, token("pm_card_authenticationRequired"))
    assert (await visitor.state(Booking)).next_action


async def test_a_bank_that_takes_its_time_is_waited_for(practice: Engine, token: Any, sandbox_process: Sandbox) -> None:
    visitor, form = await at_details()
    visitor.go(redirect_of(await visitor.call(Details.book, form)))
    await visitor.call(Booking.load)
    booking = await visitor.state(Booking)
    await visitor.call(Booking.pay, token("pm_sandbox_processing"))
    assert booking.stage == "PROCESSING"
    await visitor.call(Booking.load)
    assert booking.stage == "PROCESSING", "a reload knows it too"
    intent = one(practice, "select stripe_intent_id from payment")
    sandbox_process.control("POST", f"/payment_intents/{intent}/settle", outcome="success")
    assert redirect_of(await visitor.call(Booking.check)).startswith("/book/success?reference=")
    assert (booking.stage, booking.polls) == ("CONFIRMED", 1)
