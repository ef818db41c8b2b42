"""What the worker does in the days after, by the product's own services: `python -m tests.proof.chaos_chores HOURS…`.

Each number is hours from now; Stripe's clock goes along, so that its keys are pruned and its letters come again.
"""

import datetime as dt
import sys

import httpx

from tests.sandbox.kit import SECRET
from truflow.clock import utc_now
from truflow.services import effects, holds, reconcile
from truflow.settings import get_settings


def work(now: dt.datetime) -> None:
    """Every chore once: holds end, back-offs pass, Stripe's lists are read."""
    move_stripe_to(now)
    holds.expire_overdue(now=now, most=100_000)
    deliver(now)
    assert reconcile.run(now=now, wide=True), f"Stripe was not read at {now}"
    deliver(now)


def move_stripe_to(now: dt.datetime) -> None:
    door, key = f"{get_settings().stripe_api_base}/_control/clock", {"Authorization": f"Bearer {SECRET}"}
    httpx.post(door, json={"now": now.timestamp()}, headers=key, trust_env=False).raise_for_status()


def deliver(now: dt.datetime) -> None:
    while effects.deliver_due(lambda: now):
        pass  # the next thousand


if __name__ == "__main__":
    began = utc_now()
    for hours in sys.argv[1:]:
        now = began + dt.timedelta(hours=float(hours))
        work(now)
    print(now.isoformat())
