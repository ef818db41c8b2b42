"""The histories, replayed: each begins at the beginning, has no gap, and ends at the present state."""
# ruff: noqa: S608  these queries are put together from words of this folder only

from truflow.services.verification.rule import BOOKING, rule

AS_LONG_AS_KEPT = "interval '7 years'"


@rule("Somebody changed the booking or its history past the program. Compare with a backup.")
def booking_history_broken() -> str:
    """A booking's events begin with its booking, each status follows from the one before, the last is its status."""
    return f"""
      with steps as (
        select e.booking_id, e.id, e.to_status,
          e.from_status is not distinct from
            lag(e.to_status, 1, 'PENDING') over (partition by e.booking_id order by e.id) as follows
        from booking_event e where e.to_status is not null
      ), chain as (
        select booking_id, bool_and(follows) as unbroken, (array_agg(to_status order by id desc))[1] as ends
        from steps group by booking_id
      ), begins as (
        select distinct on (booking_id) booking_id, what from booking_event order by booking_id, id
      )
      select {BOOKING} as row,
        case when begins.what is distinct from 'booked' then 'Its history does not begin with its booking.'
          when not coalesce(chain.unbroken, true) then 'Its history has a gap.'
          else format('It is %s, but its history ends with %s.', b.status, coalesce(chain.ends, 'PENDING')) end as what
      from booking b left join begins on begins.booking_id = b.id left join chain on chain.booking_id = b.id
      where begins.what is distinct from 'booked' or not coalesce(chain.unbroken, true)
        or b.status <> coalesce(chain.ends, 'PENDING')
    """


def _of_money(table: str, key: str, lines: str) -> str:
    """The same for payments and refunds: their audit lines also repeat the sum, which never changes."""
    return f"""
      with steps as (
        select l.{key} as key, l.id, l.to_status, l.amount_cents, l.currency,
          l.from_status is not distinct from
            lag(l.to_status) over (partition by l.{key} order by l.id) as follows
        from payment_audit_log l where {lines} and l.action in ('made', 'payment', 'refund')
      ), chain as (
        select key, bool_and(follows) as unbroken, (array_agg(to_status order by id desc))[1] as ends,
          min(amount_cents) as least, max(amount_cents) as most, min(currency) as currency
        from steps group by key
      )
      select '{table} ' || coalesce(x.id, chain.key) as row,
        case when x.id is null then 'It is gone, but its audit lines are there.'
          when chain.key is null then 'It has no audit lines.'
          when not chain.unbroken then 'Its audit lines do not begin at the beginning, or have a gap.'
          when x.status <> chain.ends then format('It is %s, but its audit lines end with %s.', x.status, chain.ends)
          when x.currency <> chain.currency
            then format('It is in %s, but its audit lines say %s.', x.currency, chain.currency)
          else format('It is of %s cents, but its audit lines say %s.', x.amount_cents, chain.most) end as what
      from {table} x full join chain on chain.key = x.id
      where x.id is null or (chain.key is null and x.created_at > cast(:now as timestamptz) - {AS_LONG_AS_KEPT})
        or not chain.unbroken or x.status <> chain.ends
        or (chain.least, chain.most, chain.currency) is distinct from (x.amount_cents, x.amount_cents, x.currency)
          and chain.key is not null
    """


@rule("Somebody changed the payment or its audit lines past the program. Compare with Stripe and with a backup.")
def payment_history_broken() -> str:
    """A payment's audit lines begin with its making, follow from each other, and end with its status and sum."""
    return _of_money("payment", "payment_id", "l.refund_id is null")


@rule("Somebody changed the refund or its audit lines past the program. Compare with Stripe and with a backup.")
def refund_history_broken() -> str:
    """A refund's audit lines begin with its making, follow from each other, and end with its status and sum."""
    return _of_money("refund", "refund_id", "l.refund_id is not null")


RULES = (booking_history_broken, payment_history_broken, refund_history_broken)
