"""Money and bookings agree: each status is explained by what was paid and what went back."""
# ruff: noqa: S608  these queries are put together from words of this folder only

from truflow.services.verification.rule import BOOKING, TAKES_PLACE, rule

GIVEN_BACK = """
  select r.booking_id, sum(r.amount_cents) as cents from refund r
  where not exists (select from refund again where again.retry_of = r.id)
    and (r.status not in ('FAILED', 'CANCELED')
      or exists (
        select from admin_alert a where a.rule = 'refund_failed' and a.object_ref = cast(r.id as text)))
  group by r.booking_id
"""
"""What went back, is on its way, or failed and was told to a person; a refund that was tried again counts once."""

PAID = "select booking_id, sum(amount_cents) as cents from payment where status = 'SUCCEEDED' group by booking_id"


@rule("Look at the payment in Stripe. If it was paid, the next reconciliation settles it; if not, ask the guest.")
def confirmed_without_deposit() -> str:
    """Every booking that takes place has its deposit paid, by card or at the desk, or needs none."""
    return f"""
      select {BOOKING} as row,
        format('It is %s with %s of %s cents of its deposit paid.',
          b.status, coalesce(paid.cents, 0), b.downpayment_cents) as what
      from booking b left join ({PAID}) paid on paid.booking_id = b.id
      where b.status in {TAKES_PLACE} and b.downpayment_cents > coalesce(paid.cents, 0)
    """


@rule("Confirm it or give the money back; then ask why the payment did not confirm it.")
def pending_but_paid() -> str:
    """No hold has been paid for: the payment would have confirmed it in the same transaction."""
    return f"""
      select {BOOKING} as row, format('It still waits for its deposit, yet %s cents were paid.', paid.cents) as what
      from booking b join ({PAID}) paid on paid.booking_id = b.id
      where b.status = 'PENDING'
    """


@rule("Let the hold run out; the guest can book again.")
def pending_without_payment() -> str:
    """Every hold has a payment that can end it."""
    return f"""
      select {BOOKING} as row,
        case when b.downpayment_cents = 0 then 'It waits although nothing has to be paid.'
          else 'It waits for a payment that does not exist.' end as what
      from booking b
      where b.status = 'PENDING'
        and (b.downpayment_cents = 0 or not exists (select from payment p where p.booking_id = b.id))
    """


@rule("Give the rest back in Stripe's dashboard; the next reconciliation writes it down here.")
def money_not_given_back() -> str:
    """Money on a booking without a visit goes back: all of it, or what the policy says when the guest cancelled.

    When the practice cancelled, it decided itself what of the earlier money goes back. A disputed payment is with
    the bank; money from the desk goes back by hand, which is promised and told like every refund.
    """
    return f"""
      with ended as (
        select b.id, b.reference, b.status, b.starts_at, b.policy, e.at as cancelled_at, e.actor
        from booking b left join lateral (
          select at, actor from booking_event
          where booking_id = b.id and to_status = 'CANCELLED' order by id desc limit 1) e on b.status = 'CANCELLED'
        where b.status in ('EXPIRED', 'CONFLICT', 'CANCELLED')
      ), owed as (
        select ended.id, sum(
          case when coalesce(p.settled_at, p.created_at) > coalesce(ended.cancelled_at, '-infinity') then p.amount_cents
            when ended.actor <> 'guest' then 0
            else cast(p.amount_cents as bigint) * coalesce(tier.percent, 0) / 100 end) as cents
        from ended join payment p on p.booking_id = ended.id
        left join lateral (
          select cast(each ->> 'refund_percent' as int) as percent from jsonb_array_elements(ended.policy) each
          where ended.starts_at - ended.cancelled_at >= make_interval(hours => cast(each ->> 'hours_before' as int))
          order by cast(each ->> 'hours_before' as int) desc limit 1) tier on true
        where p.status = 'SUCCEEDED' and p.dispute not in ('OPEN', 'LOST')
        group by ended.id
      )
      select {BOOKING} as row,
        format('It is %s and at least %s cents belong to the guest, but refunds cover only %s.',
          b.status, owed.cents, coalesce(back.cents, 0)) as what
      from owed join ended b on b.id = owed.id left join ({GIVEN_BACK}) back on back.booking_id = b.id
      where owed.cents > coalesce(back.cents, 0)
    """


@rule("Give back what is too much.")
def paid_more_than_price() -> str:
    """Nobody pays more than the price, unless what is too much goes back."""
    return f"""
      select {BOOKING} as row, format('%s cents were paid and %s given back, but the price is %s.',
          paid.cents, coalesce(back.cents, 0), b.price_cents) as what
      from booking b join ({PAID}) paid on paid.booking_id = b.id
        left join ({GIVEN_BACK}) back on back.booking_id = b.id
      where paid.cents - coalesce(back.cents, 0) > b.price_cents
    """


@rule("Compare with Stripe's dashboard which of these refunds really went out.")
def refunded_more_than_paid() -> str:
    """The refunds of a payment that went or are on their way never exceed what it brought."""
    return f"""
      with back as (
        select payment_id, sum(amount_cents) as cents from refund
        where status in ('QUEUED', 'UNKNOWN', 'PENDING', 'REQUIRES_ACTION', 'SUCCEEDED') group by payment_id
      )
      select 'payment ' || p.id || ' of ' || {BOOKING} as row,
        format('%s cents are refunded, but it is %s with %s cents.', back.cents, p.status, p.amount_cents) as what
      from back join payment p on p.id = back.payment_id join booking b on b.id = p.booking_id
      where back.cents > case when p.status = 'SUCCEEDED' then p.amount_cents else 0 end
    """


@rule("Find out from the audit lines what it was when it was made.")
def money_astray() -> str:
    """A payment is in its booking's currency; a refund is in its payment's, and of the same booking."""
    return """
      select 'payment ' || p.id as row, 'It is in another currency than its booking, or its booking is gone.' as what
      from payment p left join booking b on b.id = p.booking_id
      where p.currency is distinct from b.currency
      union all
      select 'refund ' || r.id, 'It is in another currency or of another booking than its payment.'
      from refund r left join payment p on p.id = r.payment_id
      where r.currency is distinct from p.currency or r.booking_id is distinct from p.booking_id
    """


RULES = (
    confirmed_without_deposit,
    pending_but_paid,
    pending_without_payment,
    money_not_given_back,
    paid_more_than_price,
    refunded_more_than_paid,
    money_astray,
)
