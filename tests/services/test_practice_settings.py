"""The owner changes who she is and by which rules she is booked; what is booked keeps the rules it was made with."""

from typing import Any

import pytest
from sqlalchemy import Engine
from structlog.testing import capture_logs

from tests.kit.clock import Clock, local
from tests.kit.till import Till
from tests.kit.wishes import ALICE, booked
from truflow.errors import DayFull, Invalid, SlotNotOffered
from truflow.services import cancelling, catalogue, practice_settings, verify
from truflow.services.desk_views import SettingsView, TierRuleView

ANNA = "admin:1"
SLOT = local(3, "10:00")


def change(*tiers: tuple[int, int], **given: Any) -> SettingsView:
    rules = [TierRuleView(*each) for each in tiers] if tiers else None
    return practice_settings.change(given, rules, actor=ANNA)


def test_what_is_sent_changes_and_the_rest_stays(practice: Engine) -> None:
    before = practice_settings.read()
    seen = change(name="  Still   Water ", phone="", logoUrl="https://example.com/logo.svg", currency="EUR")
    assert (seen.name, seen.phone, seen.logo_url, seen.currency) == (
        "Still Water",
        "",
        "https://example.com/logo.svg",
        "eur",
    )
    assert (seen.address, seen.email, seen.hold_minutes) == (before.address, before.email, before.hold_minutes)
    assert practice_settings.read() == seen
    assert catalogue.get_practice().name == "Still Water"
    assert change() == seen


def test_new_rules_hold_for_new_bookings(practice: Engine, clock: Clock) -> None:
    change(maxBookingsPerDay=1, slotStepMinutes=60, minimumNoticeMinutes=0, horizonDays=2)
    booked(local(1, "09:00"), clock.now)
    with pytest.raises(DayFull):
        booked(local(1, "13:00"), clock.now, guest="Bob")
    for start in (local(2, "10:15"), local(4, "10:00")):
        with pytest.raises(SlotNotOffered):
            booked(start, clock.now, guest="Bob")
    change(maxBookingsPerDay=None)
    assert booked(local(1, "13:00"), clock.now, guest="Bob").booking.status == "PENDING"


def test_what_is_booked_keeps_its_policy_its_zone_its_currency_and_its_buffer(till: Till) -> None:
    made = till.paid()
    before = till.booking(made)
    change((0, 0), timezone="Europe/Berlin", currency="eur", bufferMinutes=120, holdMinutes=1, maxBookingsPerDay=1)
    assert till.booking(made) == before
    quoted = cancelling.cancellation(made.booking.id, made.manage_token, client=ALICE, now=till.now)
    assert quoted.refund_cents == 3000
    assert verify.verify(now=till.now, with_stripe=False).findings == []
    till.deliver()
    done = cancelling.cancel(made.booking.id, made.manage_token, client=ALICE, now=till.now)
    assert (done.refund_cents, done.booking.currency) == (3000, "usd")
    till.deliver()
    assert [each.currency for each in till.at_stripe(made)] == ["usd"]


def test_tiers_are_kept_in_order_and_frozen_into_the_next_booking(practice: Engine, clock: Clock) -> None:
    seen = change((0, 0), (48, 100), (24, 50))
    assert [(t.hours_before, t.refund_percent) for t in seen.cancellation_tiers] == [(48, 100), (24, 50), (0, 0)]
    made = booked(SLOT, clock.now)
    assert "2 days before" in made.booking.terms


@pytest.mark.parametrize(
    ("given", "wrong"),
    [
        ({"name": ""}, ["name"]),
        ({"name": "x" * 121}, ["name"]),
        ({"name": "a\x00"}, ["name"]),
        ({"address": "x" * 501}, ["address"]),
        ({"phone": "call me"}, ["phone"]),
        ({"email": "a@b, c@d"}, ["email"]),
        ({"logoUrl": "javascript:alert(1)"}, ["logoUrl"]),
        ({"logoUrl": "//evil.example/x.svg"}, ["logoUrl"]),
        ({"logoUrl": 'https://x.example/"onerror='}, ["logoUrl"]),
        ({"taxLine": "x" * 301}, ["taxLine"]),
        ({"terms": "x" * 20_001}, ["terms"]),
        ({"timezone": "New York"}, ["timezone"]),
        ({"timezone": "../../etc/passwd"}, ["timezone"]),
        ({"timezone": ""}, ["timezone"]),
        ({"currency": "doubloons"}, ["currency"]),
        ({"currency": "xyz"}, ["currency"]),
        ({"bufferMinutes": 241}, ["bufferMinutes"]),
        ({"bufferMinutes": -1}, ["bufferMinutes"]),
        ({"maxBookingsPerDay": 0}, ["maxBookingsPerDay"]),
        ({"slotStepMinutes": 4}, ["slotStepMinutes"]),
        ({"minimumNoticeMinutes": 43_201}, ["minimumNoticeMinutes"]),
        ({"horizonDays": 0}, ["horizonDays"]),
        ({"horizonDays": 731}, ["horizonDays"]),
        ({"holdMinutes": 31}, ["holdMinutes"]),
        ({"name": "", "email": "x", "holdMinutes": 0}, ["email", "holdMinutes", "name"]),
    ],
)
def test_each_wrong_field_is_named_and_nothing_changes(
    practice: Engine, given: dict[str, Any], wrong: list[str]
) -> None:
    before = practice_settings.read()
    with pytest.raises(Invalid) as refusal:
        change(**given)
    assert sorted(refusal.value.fields) == wrong
    assert practice_settings.read() == before


@pytest.mark.parametrize(
    ("tiers", "wrong"),
    [
        ([(24, 101)], ["cancellationTiers.0.refundPercent"]),
        ([(24, 50), (-1, 0)], ["cancellationTiers.1.hoursBefore"]),
        ([(24, 50), (24, 0)], ["cancellationTiers"]),
        ([(48, 50), (24, 100)], ["cancellationTiers"]),
        ([(hours, 0) for hours in range(11)], ["cancellationTiers"]),
    ],
)
def test_tiers_that_make_no_policy_are_refused(
    practice: Engine, tiers: list[tuple[int, int]], wrong: list[str]
) -> None:
    with pytest.raises(Invalid) as refusal:
        change(*tiers)
    assert sorted(refusal.value.fields) == wrong


def test_the_log_says_who_changed_which_field_and_no_value(practice: Engine) -> None:
    with capture_logs() as lines:
        change(phone="+1 718 555 0199", bufferMinutes=30)
    (line,) = [each for each in lines if each["event"] == "settings_changed"]
    assert (line["actor"], line["fields"]) == (ANNA, ["bufferMinutes", "phone"])
    assert "0199" not in str(lines)
