"""Every change of every zone's clocks from 2024 to 2030: what is offered exists, once, and is as long as it says."""

import datetime as dt
from collections.abc import Iterator
from zoneinfo import ZoneInfo, available_timezones

from truflow.domain.availability import Hours, Rules, day_bounds, offered_starts

DAY = dt.timedelta(days=1)
QUARTER = dt.timedelta(minutes=15)
WEEK = {day: [Hours.parse("00:00", "24:00")] for day in range(1, 8)}
FROM, TO = (dt.datetime(year, 1, 1, tzinfo=dt.UTC) for year in (2024, 2031))


def changes(zone: ZoneInfo) -> Iterator[dt.date]:
    """The local dates on which its clocks are put forward or back."""
    moment = FROM
    while moment < TO:
        if moment.astimezone(zone).utcoffset() != (moment + DAY).astimezone(zone).utcoffset():
            yield from sorted({moment.astimezone(zone).date(), (moment + DAY).astimezone(zone).date()})
        moment += DAY


def on_the_wall(day: dt.date, zone: ZoneInfo) -> dict[str, dt.datetime]:
    """Every quarter of an hour that a clock on the wall shows on this date, with the moment of its first coming.

    No zone differs from UTC by other than quarters of an hour in these years.
    """
    shown: dict[str, dt.datetime] = {}
    moment = dt.datetime.combine(day, dt.time(), tzinfo=dt.UTC) - DAY
    for _ in range(3 * 24 * 4):
        wall = moment.astimezone(zone)
        assert wall.minute % 15 == 0
        if wall.date() == day:
            shown.setdefault(f"{wall:%H:%M}", moment)
        moment += QUARTER
    return shown


def test_every_change_of_every_zone() -> None:
    seen = 0
    for name in sorted(available_timezones()):
        zone = ZoneInfo(name)
        for day in changes(zone):
            begin, end = day_bounds(day, zone)
            rules = Rules(zone=zone, week=WEEK)
            offered = offered_starts(day, QUARTER, rules, dt.datetime.combine(day, dt.time(), tzinfo=dt.UTC) - 9 * DAY)
            wanted = [start for start in on_the_wall(day, zone).values() if start + QUARTER <= end]
            assert offered == sorted(wanted), f"{name} {day}"
            assert all(begin <= start < end for start in offered), f"{name} {day}"
            seen += 1
    assert seen > 5000, "all zones were walked"
