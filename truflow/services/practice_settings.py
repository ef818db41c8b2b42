"""What the owner decides: who she is, and the rules of booking. Bookings keep the rules they were made with."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields as fields_of
from functools import lru_cache
from typing import Any
from zoneinfo import available_timezones

import structlog

from truflow.db import lock_one, transaction
from truflow.domain import fields
from truflow.domain.contact import parse_email, parse_phone
from truflow.domain.currencies import currency
from truflow.domain.policy import from_json, to_json
from truflow.errors import NotFound
from truflow.models import SystemSettings
from truflow.services import rules
from truflow.services.desk_views import SettingsView, TierRuleView

log = structlog.get_logger(__name__)

MOST_TIERS, LONGEST_TIER_HOURS = 10, 8760


def read() -> SettingsView:
    """The settings as they are; refuses with NotFound before the practice is set up."""
    with transaction() as session:
        return _view(rules.practice(session))


def change(given: Mapping[str, Any], tiers: Sequence[TierRuleView] | None, *, actor: str) -> SettingsView:
    """Change what is `given`, by its JSON names, and the cancellation tiers unless they are None; the rest stays.

    Refuses with Invalid.
    """
    problems = fields.Problems()
    values = {name: problems.check(name, parse, given[name]) for name, parse in PARSERS.items() if name in given}
    if tiers is not None:
        _check_tiers(tiers, problems)
    problems.refuse()
    with transaction() as session:
        row = lock_one(session, SystemSettings, 1)
        if row is None:
            raise NotFound("practice")
        for name, value in values.items():
            setattr(row, COLUMNS.get(name, name), value)
        if tiers is not None:
            row.cancellation_tiers = to_json(from_json([_tier(tier) for tier in tiers]))
        session.add(row)
        changed = sorted([*values, *([] if tiers is None else ["cancellationTiers"])])
        log.info("settings_changed", actor=actor, fields=changed)
        return _view(row)


def _check_tiers(tiers: Sequence[TierRuleView], problems: fields.Problems) -> None:
    """Each tier within bounds, each hour once, and never more money back for cancelling later."""
    if len(tiers) > MOST_TIERS:
        problems.add("cancellationTiers", f"Please use at most {MOST_TIERS} tiers.")
    for place, tier in enumerate(tiers):
        at = f"cancellationTiers.{place}."
        problems.check(f"{at}hoursBefore", fields.whole(0, LONGEST_TIER_HOURS), tier.hours_before)
        problems.check(f"{at}refundPercent", fields.whole(0, 100), tier.refund_percent)
    if len({tier.hours_before for tier in tiers}) < len(tiers):
        problems.add("cancellationTiers", "Please use each number of hours once.")
    percents = [tier.refund_percent for tier in sorted(tiers, key=lambda tier: -tier.hours_before)]
    if percents != sorted(percents, reverse=True):
        problems.add("cancellationTiers", "Cancelling later must not give back more than cancelling earlier.")


def _tier(tier: TierRuleView) -> dict[str, int]:
    return {"hours_before": tier.hours_before, "refund_percent": tier.refund_percent}


@lru_cache
def _zones() -> frozenset[str]:
    return frozenset(zone for zone in available_timezones() if "/" in zone or zone == "UTC")


def _zone(given: str) -> str:
    if given not in _zones():
        raise ValueError("Please enter a time zone, for example America/New_York.")
    return given


def _or_nothing(parse: Callable[[str], str]) -> Callable[[str], str]:
    return lambda given: parse(given) if given.strip() else ""


def _cap(given: int | None) -> int | None:
    return given if given is None else fields.whole(1, 1000)(given)


PARSERS: dict[str, Any] = {
    "name": fields.line(120, needed=True),
    "address": fields.text(500),
    "phone": _or_nothing(parse_phone),
    "email": _or_nothing(parse_email),
    "logoUrl": fields.web_address,
    "taxLine": fields.line(300),
    "taxName": fields.line(60),
    "taxRateMilli": fields.whole(0, 100_000),
    "terms": fields.text(20_000),
    "timezone": _zone,
    "currency": currency,
    "bufferMinutes": fields.whole(0, 240),
    "maxBookingsPerDay": _cap,
    "slotStepMinutes": fields.whole(5, 240),
    "minimumNoticeMinutes": fields.whole(0, 43_200),
    "horizonDays": fields.whole(1, 730),
    "holdMinutes": fields.whole(1, 30),
}
COLUMNS = {
    "logoUrl": "logo_url",
    "taxLine": "tax_line",
    "taxName": "tax_name",
    "taxRateMilli": "tax_rate_milli",
    "bufferMinutes": "buffer_minutes",
    "maxBookingsPerDay": "max_bookings_per_day",
    "slotStepMinutes": "slot_step_minutes",
    "minimumNoticeMinutes": "minimum_notice_minutes",
    "horizonDays": "horizon_days",
    "holdMinutes": "hold_minutes",
}


def _view(row: SystemSettings) -> SettingsView:
    values: dict[str, Any] = {each.name: getattr(row, each.name) for each in fields_of(SettingsView)}
    tiers = [TierRuleView(tier.hours_before, tier.refund_percent) for tier in from_json(row.cancellation_tiers)]
    return SettingsView(**{**values, "cancellation_tiers": tiers})
