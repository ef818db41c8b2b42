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


def test_weeks_that_are_over_are_left_out() -> None:
    weeks = calendar.weeks_of(FIRST, [], dt.date(2026, 12, 14))
    assert [week.days[0].number for week in weeks] == ["14", "21", "28"]


@pytest.mark.parametrize(
    ("ahead", "label"), [(0, "Today"), (1, "Tomorrow"), (2, "Thursday"), (6, "Monday"), (7, "Tue, Dec 8")]
)
def test_a_day_that_is_near_is_called_by_its_name(ahead: int, label: str) -> None:
    assert calendar.near_label(FIRST + dt.timedelta(days=ahead), FIRST) == label


def test_the_first_free_times_are_a_choice_of_parts_of_the_day() -> None:
    first = calendar.soonest([day(slot(14), slot(15), slot(18), slot(19), slot(22))], FIRST, "")
    assert [(time.day, time.label) for time in first] == [
        ("Today", "9:00 AM"),
        ("Today", "1:00 PM"),
        ("Today", "5:00 PM"),
    ]


def test_a_part_of_the_day_counts_only_its_own_times() -> None:
    (counted,) = calendar.counted([day(slot(14), slot(14, practitioner=2), slot(18))], "morning")
    assert (counted.available, counted.slots) == (True, 1)


def test_a_list_shows_a_few_times_and_the_way_to_all() -> None:
    hours = [slot(hour) for hour in range(14, 23)]
    (listed,) = calendar.list_of([day(*hours)], "", calendar.Look(listed=True))
    assert (len(listed.times), listed.more) == (6, "All 9 times")
    assert listed.link == "?view=list&date=2026-12-01"


def test_a_list_does_not_hide_a_single_time() -> None:
    (listed,) = calendar.list_of([day(*[slot(hour) for hour in range(14, 21)])], "", calendar.Look(listed=True))
    assert (len(listed.times), listed.more) == (7, "")


def december(number: int, *hours: int) -> DaySlotsView:
    return DaySlotsView(1, NEW_YORK, FIRST.replace(day=number), [slot(hour, day=number) for hour in hours])


def test_the_free_days_nearest_to_a_full_one_come_in_their_order() -> None:
    days = [december(1, 14), december(8, 14, 15), december(9), december(11, 14), december(14, 14)]
    near = calendar.nearest(days, FIRST.replace(day=10), calendar.Look(listed=True))
    assert [(day.label, day.more, day.link) for day in near] == [
        ("Tuesday, December 8", "2 times free", "?view=list&date=2026-12-08"),
        ("Friday, December 11", "One time free", "?view=list&date=2026-12-11"),
        ("Monday, December 14", "One time free", "?view=list&date=2026-12-14"),
    ]


def test_who_looks_at_evenings_is_led_to_evenings_and_where_there_are_none_to_the_day_itself() -> None:
    days, evening = [december(9, 14), december(10, 14)], calendar.Look(part="evening")
    near = calendar.nearest(days, FIRST.replace(day=10), evening)
    assert [day.link for day in near] == ["?date=2026-12-09", "?date=2026-12-10"]
    (only,) = calendar.nearest([*days, december(20, 22)], FIRST.replace(day=10), evening)
    assert only.link == "?part=evening&date=2026-12-20"
    assert calendar.nearest([december(9)], FIRST, evening) == []


def test_the_way_of_looking_stays_from_link_to_link() -> None:
    look = calendar.Look.of({"view": "list", "part": "evening", "date": "2026-12-01"})
    assert look.link(week="2026-12-07") == "?view=list&part=evening&week=2026-12-07"
    assert look.link(listed=False, part="") == "?"
    assert calendar.Look.of({"view": "nonsense", "part": "night"}) == calendar.Look()


def test_the_practices_clock_is_told_week_by_week_with_its_changes() -> None:
    told = calendar.clock_of("America/New_York", dt.date(2026, 10, 25), 14)
    assert [minutes for _, minutes in told] == [-240, -300, -300]
    assert [dt.datetime.fromtimestamp(at / 1000, dt.UTC).hour for at, _ in told] == [16, 17, 17]
