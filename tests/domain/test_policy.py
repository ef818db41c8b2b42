"""What cancelling gives back: by the table, a second before, on and after each edge."""

import datetime as dt

import pytest

from truflow.domain.policy import Tier, agreement, in_words, quote, share

STARTS = dt.datetime(2027, 3, 2, 15, 0, tzinfo=dt.UTC)
TIERS = (Tier(48, 100), Tier(24, 50), Tier(0, 0))
SECOND = dt.timedelta(seconds=1)


def before(hours: float) -> dt.datetime:
    return STARTS - dt.timedelta(hours=hours)


@pytest.mark.parametrize(
    ("now", "refund", "cancel", "move"),
    [
        (before(48) - SECOND, 3001, True, True),
        (before(48), 3001, True, True),
        (before(48) + SECOND, 1501, True, False),
        (before(24), 1501, True, False),
        (before(24) + SECOND, 0, True, False),
        (STARTS - SECOND, 0, True, False),
        (STARTS, 0, False, False),
        (STARTS + SECOND, 0, False, False),
    ],
)
def test_each_tier_to_the_second(now: dt.datetime, refund: int, cancel: bool, move: bool) -> None:
    made = quote(TIERS, starts_at=STARTS, refundable_cents=3001, now=now)
    assert (made.refund_cents, made.can_cancel, made.can_reschedule) == (refund, cancel, move)
    assert [(line.until, line.refund_cents) for line in made.tiers] == [
        (before(48), 3001),
        (before(24), 1501),
        (STARTS, 0),
    ]


def test_where_nothing_ever_comes_back_a_guest_may_move_until_it_begins() -> None:
    made = quote((Tier(0, 0),), starts_at=STARTS, refundable_cents=3000, now=STARTS - SECOND)
    assert (made.refund_cents, made.can_cancel, made.can_reschedule) == (0, True, True)


def test_without_tiers_nothing_comes_back() -> None:
    assert quote((), starts_at=STARTS, refundable_cents=3000, now=before(100)).refund_cents == 0


@pytest.mark.parametrize(("cents", "percent", "part"), [(3000, 50, 1500), (3001, 50, 1501), (1, 50, 1), (999, 33, 330)])
def test_the_half_cent_goes_to_the_guest(cents: int, percent: int, part: int) -> None:
    assert share(cents, percent) == part


def test_the_policy_reads_as_one_sentence() -> None:
    assert in_words(TIERS) == (
        "You can cancel up to 2 days before and what you paid comes back whole, and up to 24 hours before and 50% "
        "comes back; after that it is kept."
    )
    assert agreement("$30.00", "", TIERS).startswith("You pay $30.00 now, and nothing more at your visit. You can")
