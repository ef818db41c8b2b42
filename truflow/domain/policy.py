"""The cancellation policy: ordered tiers, frozen into each booking, and the sentence the guest agrees to."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from truflow.texts import t


@dataclass(frozen=True)
class Tier:
    """Until `hours_before` the start, `refund_percent` of what was paid comes back."""

    hours_before: int
    refund_percent: int


DEFAULT_TIERS = (Tier(24, 100), Tier(0, 0))


def to_json(tiers: Sequence[Tier]) -> list[dict[str, int]]:
    """The tiers as they are kept with a booking."""
    return [asdict(tier) for tier in tiers]


def from_json(rows: Sequence[dict[str, int]]) -> tuple[Tier, ...]:
    """The tiers, the earliest first."""
    return tuple(sorted((Tier(**row) for row in rows), key=lambda tier: -tier.hours_before))


def in_words(tiers: Sequence[Tier]) -> str:
    """The policy as one plain sentence."""
    parts = [
        _tier_in_words(tier) for tier in sorted(tiers, key=lambda tier: -tier.hours_before) if tier.refund_percent > 0
    ]
    return t("policy.tiers", tiers=t("policy.and").join(parts)) if parts else t("policy.nothing_back")


def _tier_in_words(tier: Tier) -> str:
    until = "start" if tier.hours_before == 0 else "before"
    how_much = "whole" if tier.refund_percent == 100 else "part"
    return t(f"policy.{until}_{how_much}", span=_span(tier.hours_before), percent=tier.refund_percent)


def _span(hours: int) -> str:
    if hours % 24 == 0 and hours >= 48:
        return t("policy.days", count=hours // 24)
    return t("policy.hour") if hours == 1 else t("policy.hours", count=hours)


def agreement(now_text: str, later_text: str, tiers: Sequence[Tier]) -> str:
    """The one sentence above the pay button: what is paid now and later, and what happens on cancelling.

    The texts are sums of money already written out, empty when nothing is due then.
    """
    if now_text:
        key = "policy.now_and_later" if later_text else "policy.all_now"
        return f"{t(key, now=now_text, later=later_text)} {in_words(tiers)}"
    return t("policy.all_later", later=later_text) if later_text else t("policy.free")


@dataclass(frozen=True)
class QuotedTier:
    """Until when cancelling gives back how much, in cents."""

    until: dt.datetime
    refund_cents: int


@dataclass(frozen=True)
class Quote:
    """What cancelling now would give back, and whether the guest may still cancel or move by herself."""

    tiers: tuple[QuotedTier, ...]
    refund_cents: int
    can_cancel: bool
    can_reschedule: bool


def quote(tiers: Sequence[Tier], *, starts_at: dt.datetime, refundable_cents: int, now: dt.datetime) -> Quote:
    """The one function behind page, mail, API and admin; `refundable_cents` is what was paid and not returned.

    Moving is free of charge only while cancelling would be: else a move would be a way round the policy.
    """
    ordered = from_json(to_json(tiers))
    quoted = tuple(
        QuotedTier(starts_at - dt.timedelta(hours=tier.hours_before), share(refundable_cents, tier.refund_percent))
        for tier in ordered
    )
    in_force = next(
        (tier for tier, line in zip(ordered, quoted, strict=True) if now <= line.until and now < starts_at), None
    )
    best = max((tier.refund_percent for tier in ordered), default=0)
    return Quote(
        tiers=quoted,
        refund_cents=share(refundable_cents, in_force.refund_percent) if in_force else 0,
        can_cancel=now < starts_at,
        can_reschedule=now < starts_at and (in_force.refund_percent if in_force else 0) == best,
    )


def share(cents: int, percent: int) -> int:
    """A percentage of a sum, the half cent to the guest."""
    return (cents * percent * 2 + 100) // 200
