"""A time is sold once: the diary, the bookings' own times, the daily limit, the holds."""
# ruff: noqa: S608  these queries are put together from words of this folder only

from truflow.services.verification.rule import BOOKING, IN_THE_DIARY, TAKES_PLACE, rule

ENDS = "b.ends_at + make_interval(mins => b.buffer_minutes)"


@rule("Move or cancel one of the two. Then look for a missing constraint: it would have refused the second.")
def diary_overlap() -> str:
    """No two entries of the diary take the same practitioner's time at once."""
    return """
      with one as (
        select d.id, d.resource_id, d.during, max(upper(d.during)) over (
            partition by d.resource_id order by lower(d.during), d.id
            rows between unbounded preceding and 1 preceding) as taken_until
        from diary_entry d
      )
      select 'diary entry ' || one.id as row,
        format('It takes time of practitioner %s that diary entry %s takes as well.', one.resource_id, other.id) as what
      from one cross join lateral (
        select d.id from diary_entry d
        where d.resource_id = one.resource_id and d.id <> one.id and d.during && one.during
        order by lower(d.during) limit 1) other
      where lower(one.during) < one.taken_until
    """


@rule("Ask both guests, move or cancel one of the two, and give back what was paid.")
def booking_overlap() -> str:
    """No two bookings take the same practitioner's time at once, by their own times, whatever the diary says."""
    return f"""
      with one as (
        select b.id, b.reference, b.resource_id, b.starts_at, {ENDS} as ends, max({ENDS}) over (
            partition by b.resource_id order by b.starts_at, b.id
            rows between unbounded preceding and 1 preceding) as taken_until
        from booking b where b.kind = 'APPOINTMENT' and b.status in {IN_THE_DIARY}
      )
      select 'booking ' || one.reference || ' (' || one.id || ')' as row,
        format('It begins before booking %s of the same practitioner has ended.', other.reference) as what
      from one cross join lateral (
        select b.reference from booking b
        where b.resource_id = one.resource_id and b.id <> one.id and b.kind = 'APPOINTMENT'
          and b.status in {IN_THE_DIARY} and b.starts_at < one.ends and one.starts_at < {ENDS}
        order by b.starts_at limit 1) other
      where one.starts_at < one.taken_until
    """


@rule("Write the missing entry, or correct it, from the booking's own times; if the time is taken, ask both guests.")
def booking_without_its_time() -> str:
    """Every live appointment has exactly one diary entry, and it is the booking's time with its buffer."""
    return f"""
      select {BOOKING} as row,
        case count(d.id)
          when 0 then format('It is %s and nothing in the diary keeps its time.', b.status)
          when 1 then 'The diary keeps another time or practitioner for it than the booking has.'
          else format('%s entries of the diary keep its time.', count(d.id)) end as what
      from booking b left join diary_entry d on d.booking_id = b.id
      where b.kind = 'APPOINTMENT' and b.status in {IN_THE_DIARY}
      group by b.id
      having count(d.id) <> 1 or bool_or(
        d.resource_id is distinct from b.resource_id or d.during <> tstzrange(b.starts_at, {ENDS}, '[)'))
    """


@rule("Delete this diary entry: the time can be sold again.")
def dead_booking_in_diary() -> str:
    """No booking that ended without a visit keeps any time."""
    return f"""
      select {BOOKING} as row, format('It is %s, yet diary entry %s keeps its time.', b.status, d.id) as what
      from diary_entry d join booking b on b.id = d.booking_id
      where b.status not in {IN_THE_DIARY}
    """


@rule("Find out who wrote it; delete it if nobody needs the time.")
def diary_entry_without_owner() -> str:
    """Every diary entry belongs to a practitioner and, unless it is a block or a course's, to a booking."""
    return """
      select 'diary entry ' || d.id as row,
        case when r.id is null then format('There is no practitioner %s.', d.resource_id)
          else 'It keeps time for no booking that exists.' end as what
      from diary_entry d left join booking b on b.id = d.booking_id left join resource r on r.id = d.resource_id
      where r.id is null or (b.id is null and (d.kind = 'APPOINTMENT' or d.booking_id is not null))
    """


@rule("Move or cancel the latest of that day. If the limit was lowered after they were booked, nothing is wrong.")
def daily_cap_broken() -> str:
    """From today on, no local date has more appointments than the daily limit allows now."""
    return f"""
      with days as (
        select (b.starts_at at time zone b.timezone)::date as day, count(*) as booked
        from booking b
        where b.kind = 'APPOINTMENT'
          and (b.status in {TAKES_PLACE} or (b.status = 'PENDING' and b.hold_expires_at > :now))
        group by 1
      )
      select 'date ' || days.day as row,
        format('%s appointments are booked and the limit is %s.', days.booked, s.max_bookings_per_day) as what
      from days join system_settings s on days.booked > s.max_bookings_per_day
      where days.day >= (cast(:now as timestamptz) at time zone s.timezone)::date
    """


@rule("See that the worker runs: it releases overdue holds every minute.")
def hold_past_its_time() -> str:
    """No hold is older than its end by more than five minutes."""
    return f"""
      select {BOOKING} as row,
        format('Its hold ended at %s and nobody released it.', to_char(b.hold_expires_at, 'YYYY-MM-DD HH24:MI')) as what
      from booking b where b.status = 'PENDING' and b.hold_expires_at < cast(:now as timestamptz) - interval '5 minutes'
    """


# Courses: "no more seats than the course has" stands here, beside the daily limit, once there are courses.

RULES = (
    diary_overlap,
    booking_overlap,
    booking_without_its_time,
    dead_booking_in_diary,
    diary_entry_without_owner,
    daily_cap_broken,
    hold_past_its_time,
)
