"""The practice edits what it sells; what is booked stays as it was agreed."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import Engine

from tests.kit.clock import Clock, local
from tests.kit.looking import one
from tests.kit.till import Till
from tests.kit.wishes import ALICE, HOUR_MASSAGE, booked
from truflow.errors import Invalid, NotFound, Refusal, ServiceInUse
from truflow.integrations import mail
from truflow.services import bookings, catalogue, catalogue_editing, desk_mails, payments, rescheduling, verify
from truflow.services.desk_views import OfferView

ANNA = "admin:1"
SLOT = local(3, "10:00")
FOOT: dict[str, Any] = {"name": "Foot massage", "durationMin": 20, "priceCents": 4000}


def add(clock: Clock, **changes: Any) -> OfferView:
    return catalogue_editing.add_service({**FOOT, **changes}, actor=ANNA, now=clock.now)


def change(clock: Clock, service_id: int = HOUR_MASSAGE, **given: Any) -> OfferView:
    return catalogue_editing.change_service(service_id, given, actor=ANNA, now=clock.now)


def fields_of(refusal: pytest.ExceptionInfo[Invalid]) -> list[str]:
    return sorted(refusal.value.fields)


def test_a_new_service_can_be_booked_at_once(practice: Engine, clock: Clock) -> None:
    made = add(clock)
    assert (made.slug, made.active, made.position, made.practitioner_ids) == ("foot-massage", True, 6, [1])
    assert [each.slug for each in catalogue.list_services()][-1] == "foot-massage"
    booking = booked(SLOT, clock.now, service_id=made.id).booking
    assert (booking.status, booking.price_cents) == ("CONFIRMED", 4000)
    assert (booking.end_time - booking.start_time).total_seconds() == 20 * 60


@pytest.mark.parametrize(
    ("given", "wrong"),
    [
        ({"name": "  "}, ["name"]),
        ({"name": "x" * 121}, ["name"]),
        ({"name": "a\x00b"}, ["name"]),
        ({"name": "\u043c\u0430\u0441\u0441\u0430\u0436"}, ["slug"]),
        ({"description": "x" * 2001}, ["description"]),
        ({"description": "\x00"}, ["description"]),
        ({"slug": "Not A Slug"}, ["slug"]),
        ({"slug": "a--b"}, ["slug"]),
        ({"slug": "12"}, ["slug"]),
        ({"slug": "success"}, ["slug"]),
        ({"slug": "deep-tissue"}, ["slug"]),
        ({"durationMin": 4}, ["durationMin"]),
        ({"durationMin": 721}, ["durationMin"]),
        ({"priceCents": -1}, ["priceCents"]),
        ({"priceCents": 100_000_000}, ["priceCents"]),
        ({"downpaymentCents": 4001}, ["downpaymentCents"]),
        ({"downpaymentCents": 49}, ["downpaymentCents"]),
        ({"position": -1}, ["position"]),
        ({"practitionerIds": [1, 99]}, ["practitionerIds"]),
        ({"durationMin": 0, "priceCents": -5, "slug": "/"}, ["durationMin", "priceCents", "slug"]),
    ],
)
def test_each_wrong_field_is_named_with_a_sentence(
    practice: Engine, clock: Clock, given: dict[str, Any], wrong: list[str]
) -> None:
    with pytest.raises(Invalid) as refusal:
        add(clock, **given)
    assert fields_of(refusal) == wrong
    assert all(sentence.endswith(".") for sentences in refusal.value.fields.values() for sentence in sentences)
    assert one(practice, "select count(*) from service") == 5


def test_a_deposit_above_a_lowered_price_is_refused_and_nothing_changes(practice: Engine, clock: Clock) -> None:
    with pytest.raises(Invalid) as refusal:
        change(clock, name="Cheaper", priceCents=2999)
    assert fields_of(refusal) == ["downpaymentCents"]
    assert catalogue.get_service(HOUR_MASSAGE).name == "Deep tissue"
    assert change(clock, priceCents=3000).price_cents == 3000


def test_a_service_goes_off_sale_and_comes_back(practice: Engine, clock: Clock) -> None:
    made = booked(SLOT, clock.now)
    assert change(clock, active=False).active is False
    assert HOUR_MASSAGE not in [each.id for each in catalogue.list_services()]
    with pytest.raises(NotFound):
        booked(local(4, "10:00"), clock.now, guest="Bob")
    assert bookings.get_booking(made.booking.id, made.manage_token, client=ALICE).status == "PENDING"
    listed = catalogue_editing.list_offers(page=1, limit=100)
    assert (listed.total, listed.items[-1].id, listed.items[-1].active) == (5, HOUR_MASSAGE, False)
    assert change(clock, active=True).active is True
    assert booked(local(4, "10:00"), clock.now, guest="Bob").booking.status == "PENDING"


def test_what_is_booked_keeps_its_price_its_length_and_its_terms(till: Till) -> None:
    made = till.paid()
    before = till.booking(made)
    change(till.clock, durationMin=90, priceCents=20_000, downpaymentCents=10_000)
    catalogue_editing.change_service(HOUR_MASSAGE, {"active": False}, actor=ANNA, now=till.now)
    assert till.booking(made) == before
    desk_mails.resend_newest(made.booking.id, version=None, actor=ANNA, now=till.now)
    till.deliver()
    told = [each for each in mail.captured() if each.to == "alice@example.com"]
    assert ["60 minutes" in each.text for each in told] == [True, True]
    assert verify.verify(now=till.now, with_stripe=False).findings == []


def test_a_moved_booking_keeps_the_length_that_was_booked(till: Till) -> None:
    made = till.paid()
    change(till.clock, durationMin=120)
    last = local(4, "17:00")  # an hour before closing: two would not fit
    moved = rescheduling.reschedule(
        made.booking.id, made.manage_token, start_time=last, practitioner_id=None, client=ALICE, now=till.now
    )
    assert (moved.start_time, moved.end_time) == (last, local(4, "18:00"))


def test_a_hold_is_paid_at_the_price_it_was_made_with(till: Till) -> None:
    made = booked(SLOT, till.now)
    change(till.clock, priceCents=20_000, downpaymentCents=10_000)
    token = till.box.sdk().v1.test_helpers.confirmation_tokens.create({"payment_method": "pm_card_visa"}).id
    paid = payments.pay(made.booking.id, made.manage_token, token, client=ALICE, now=till.now).booking
    assert (paid.status, paid.paid_cents, paid.balance_cents) == ("CONFIRMED", 3000, 6500)


def test_what_was_ever_booked_is_not_deleted(practice: Engine, clock: Clock) -> None:
    booked(SLOT, clock.now)
    with pytest.raises(ServiceInUse):
        catalogue_editing.delete_service(HOUR_MASSAGE, actor=ANNA)
    gone = catalogue_editing.delete_service(add(clock).id, actor=ANNA)
    assert gone.slug == "foot-massage"
    for unknown in (gone.id, 0, -1, 2**31, 2**70):
        with pytest.raises(NotFound):
            catalogue_editing.delete_service(unknown, actor=ANNA)
        with pytest.raises(NotFound):
            change(clock, unknown, name="X")


@pytest.mark.parametrize("round_", range(5))
def test_a_booking_and_a_deletion_at_once_end_in_one_of_them(practice: Engine, clock: Clock, round_: int) -> None:
    made = add(clock)

    def attempt(verb: Callable[[], Any]) -> str:
        try:
            verb()
        except Refusal as refusal:
            return refusal.code
        return "done"

    def book() -> Any:
        return booked(SLOT, clock.now, service_id=made.id)

    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(attempt, [book, lambda: catalogue_editing.delete_service(made.id, actor=ANNA)]))
    assert answers in (["done", "IN_USE"], ["NOT_FOUND", "done"], ["SLOT_TAKEN", "done"])


def test_two_services_of_one_name_at_once_are_one(practice: Engine, clock: Clock) -> None:
    def attempt(_: int) -> str:
        try:
            return add(clock).slug
        except Invalid as refusal:
            return ",".join(refusal.fields)

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(attempt, range(4)))
    assert sorted(answers) == ["foot-massage", "slug", "slug", "slug"]


def test_who_gives_a_service_can_be_changed(practice: Engine, clock: Clock) -> None:
    assert change(clock, practitionerIds=[]).practitioner_ids == []
    with pytest.raises(Refusal):
        booked(SLOT, clock.now)
    assert change(clock, practitionerIds=[1, 1]).practitioner_ids == [1]
    assert booked(SLOT, clock.now).booking.practitioner_id == 1
