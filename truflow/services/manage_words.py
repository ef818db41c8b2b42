"""A booking in the words that its pages and mails share."""

import datetime as dt
from urllib.parse import quote
from zoneinfo import ZoneInfo

from truflow.domain.formats import format_day, format_money, format_time
from truflow.services.views import BookingView, CancellationView
from truflow.texts import t

MAPS = "https://www.google.com/maps/dir/?api=1&destination="
"""Opens the map app of a phone, and a page elsewhere; nothing but the practice's own address is in it."""


def directions(address: str) -> str:
    """Where the way to the practice is shown; empty without an address."""
    return MAPS + quote(", ".join(address.split("\n")), safe="") if address else ""


def quote_words(view: BookingView, quoted: CancellationView, *, now: dt.datetime) -> tuple[str, ...]:
    """What cancelling gives back, a sentence for each time that still lies ahead; nothing once it cannot be done."""
    if not quoted.can_cancel:
        return ()
    if view.paid_cents == view.refunded_cents:
        return (t("manage.cancel_free"),)
    steps = [(tier.until, tier.refund_cents) for tier in quoted.tiers if tier.until >= now]
    if not steps or steps[-1][0] < view.start_time:
        steps.append((view.start_time, 0))
    merged = [step for place, step in enumerate(steps) if place + 1 == len(steps) or steps[place + 1][1] != step[1]]
    lines = [
        t("manage.cancel_before", until=_moment(until, view.timezone), back=back_words(cents, view.currency))
        for until, cents in merged[:-1]
    ]
    last = back_words(merged[-1][1], view.currency)
    return (*lines, t("manage.cancel_after", back=last) if lines else t("manage.cancel_only", back=last))


def back_words(cents: int, currency: str) -> str:
    """ "$40.00 back", or that nothing comes back."""
    return t("manage.back", amount=format_money(cents, currency)) if cents else t("manage.back_nothing")


def _moment(at: dt.datetime, zone: str) -> str:
    return f"{format_day(at.astimezone(ZoneInfo(zone)).date())}, {format_time(at, zone)}"
