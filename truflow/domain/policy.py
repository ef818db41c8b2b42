"""The cancellation policy: ordered tiers, frozen into each booking, and the sentence the guest agrees to."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import asdict, dataclass


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
    return tuple(sorted((Tier(**row) for row in rows), key=lambda t: -t.hours_before))


def in_words(tiers: Sequence[Tier]) -> str:
    """The policy as one plain sentence."""
    parts = [_tier_in_words(tier) for tier in sorted(tiers, key=lambda t: -t.hours_before) if tier.refund_percent > 0]
    if not parts:
        return "What you pay now is not returned when you cancel."
    return "You can cancel " + ", and ".join(parts) + "; after that it is kept."


def _tier_in_words(tier: Tier) -> str:
    back = "what you paid comes back whole" if tier.refund_percent == 100 else f"{tier.refund_percent}% comes back"
    if tier.hours_before == 0:
        return f"until it begins and {back}"
    return f"up to {_span(tier.hours_before)} before and {back}"


def _span(hours: int) -> str:
    if hours % 24 == 0 and hours >= 48:
        return f"{hours // 24} days"
    return "1 hour" if hours == 1 else f"{hours} hours"


def agreement(now_text: str, later_text: str, tiers: Sequence[Tier]) -> str:
    """The one sentence above the pay button: what is paid now and later, and what happens on cancelling.

    The texts are sums of money already written out, empty when nothing is due then.
    """
    if now_text and later_text:
        pays = f"You pay {now_text} now and {later_text} at your visit."
    elif now_text:
        pays = f"You pay {now_text} now, and nothing more at your visit."
    elif later_text:
        return f"You pay nothing now and {later_text} at your visit. Please cancel in good time if you cannot come."
    else:
        return "There is nothing to pay. Please cancel in good time if you cannot come."
    return f"{pays} {in_words(tiers)}"


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
