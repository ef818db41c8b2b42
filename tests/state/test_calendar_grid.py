"""A month as weeks of cells, a day as groups of times."""

import datetime as dt

import pytest

from truflow.services.views import DaySlotsView, DayView, SlotView
from truflow.state import calendar

FIRST = dt.date(2026, 12, 1)
NEW_YORK = "America/New_York"


def slot(hour: int, practitioner: int = 1, day: int = 1) -> SlotView:
    start = dt.datetime(2026, 12, day, hour, tzinfo=dt.UTC)
    return SlotView(start, start + dt.timedelta(hours=1), practitioner)


def day(*slots: SlotView) -> DaySlotsView:
    return DaySlotsView(1, NEW_YORK, FIRST, list(slots))


def test_a_month_begins_with_monday_and_leaves_foreign_days_empty() -> None:
    weeks = calendar.weeks_of(FIRST, [], FIRST)
    assert [len(week.days) for week in weeks] == [7] * 5
    assert [cell.number for cell in weeks[0].days] == ["", "1", "2", "3", "4", "5", "6"]


def test_a_free_day_says_so_and_leads_to_its_times() -> None:
    cell = calendar.weeks_of(FIRST, [DayView(FIRST, True, 5)], FIRST)[0].days[1]
    assert cell.label == "Tuesday, December 1, 5 times free"
    assert (cell.available, cell.today, cell.link) == (True, True, "?date=2026-12-01")


@pytest.mark.parametrize(("count", "label"), [(0, "nothing free"), (1, "one time free")])
def test_few_are_said_in_words(count: int, label: str) -> None:
    cell = calendar.weeks_of(FIRST, [DayView(FIRST, count > 0, count)], FIRST)[0].days[1]
    assert cell.label == f"Tuesday, December 1, {label}"


def test_times_are_grouped_by_the_practices_day_and_each_is_offered_once() -> None:
    groups = calendar.groups_of(day(slot(14), slot(14, practitioner=2), slot(17), slot(22)), "")
    said = {group.title: [time.label for time in group.times] for group in groups}
    assert said == {"Morning": ["9:00 AM"], "Afternoon": ["12:00 PM"], "Evening": ["5:00 PM"]}


def test_a_visitor_elsewhere_reads_her_own_time_too() -> None:
    (group,) = calendar.groups_of(day(slot(14)), "Europe/Berlin")
    assert group.times[0].yours == "3:00 PM"


def test_another_day_there_is_said() -> None:
    (group,) = calendar.groups_of(day(slot(14)), "Asia/Tokyo")
    assert group.times[0].yours == "11:00 PM"
    (group,) = calendar.groups_of(day(slot(16)), "Asia/Tokyo")
    assert group.times[0].yours == "Wed 1:00 AM"


@pytest.mark.parametrize("text", ["", "2026-13", "2026-1", "nonsense", "2026-12-01"])
def test_a_month_that_is_none_is_ignored(text: str) -> None:
    assert calendar.month_of(text) is None


def test_months_follow_each_other_over_the_year() -> None:
    assert calendar.next_month(FIRST) == dt.date(2027, 1, 1)
    assert calendar.previous_month(dt.date(2027, 1, 1)) == FIRST
    assert calendar.last_of(dt.date(2028, 2, 1)) == dt.date(2028, 2, 29)
