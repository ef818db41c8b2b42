"""Money that is on its way for too long, or that came to a stop without anybody being told."""
# ruff: noqa: S608  these queries are put together from words of this folder only

from truflow.services.verification.rule import BOOKING, rule


@rule("Cancel it in Stripe's dashboard; until then somebody could still pay it.")
def payment_cancel_stuck() -> str:
    """No payment waits longer than a day for Stripe to cancel it."""
    return f"""
      select 'payment ' || p.id || ' of ' || {BOOKING} as row,
        'It has waited for more than a day to be cancelled.' as what
      from payment p join booking b on b.id = p.booking_id
      where p.status = 'CANCEL_REQUESTED' and coalesce(
        (select max(l.at) from payment_audit_log l
         where l.booking_id = p.booking_id and l.payment_id = p.id and l.to_status = 'CANCEL_REQUESTED'),
        p.created_at) < cast(:now as timestamptz) - interval '1 day'
    """


@rule("Ask Stripe where the money is; it may have to be paid back another way.")
def refund_stuck() -> str:
    """A refund reaches Stripe within an hour and the guest within ten days."""
    return f"""
      select 'refund ' || r.id || ' of ' || {BOOKING} as row,
        format('It has been %s since %s.', r.status, to_char(r.created_at, 'YYYY-MM-DD HH24:MI')) as what
      from refund r join booking b on b.id = r.booking_id
      where (r.status in ('QUEUED', 'UNKNOWN') and r.created_at < cast(:now as timestamptz) - interval '1 hour')
        or (r.status = 'PENDING' and r.created_at < cast(:now as timestamptz) - interval '10 days')
    """


@rule("Try the refund again, or pay the money back another way.")
def refund_failed_untold() -> str:
    """A refund that did not arrive was told to the practice, and counts as told once the alert is closed."""
    return f"""
      select 'refund ' || r.id || ' of ' || {BOOKING} as row,
        format('It is %s, and no alert says so.', r.status) as what
      from refund r join booking b on b.id = r.booking_id
      where r.status in ('REQUIRES_ACTION', 'FAILED', 'CANCELED', 'MANUAL')
        and not exists (select from refund again where again.retry_of = r.id)
        and not exists (
          select from admin_alert a where a.rule = 'refund_failed' and a.object_ref = cast(r.id as text))
    """


RULES = (payment_cancel_stuck, refund_stuck, refund_failed_untold)
