"""What was promised is kept: mails, effects on the outside world, letters from Stripe."""
# ruff: noqa: S608  these queries are put together from words of this folder only

from truflow.services.verification.rule import BOOKING, rule


@rule("Send the guest her confirmation.")
def confirmation_not_promised() -> str:
    """Every confirmed booking whose guest has an address has its confirmation mail."""
    return f"""
      select {BOOKING} as row, 'It is confirmed, and no confirmation mail was ever promised.' as what
      from booking b join customer c on c.id = b.customer_id
      where b.status = 'CONFIRMED' and c.email is not null and c.email <> ''
        and not exists (
          select from email_message m
          where m.booking_id = b.id and m.template = 'confirmation' and m.status <> 'OUTDATED')
    """


@rule("See that the worker runs and that the mail server answers.")
def mail_stuck() -> str:
    """No mail waits longer than an hour."""
    return """
      select 'mail ' || m.id as row,
        format('The mail "%s" has been %s since %s.', m.template, m.status, to_char(m.created_at, 'YYYY-MM-DD HH24:MI'))
          as what
      from email_message m
      where m.status in ('QUEUED', 'SENDING') and m.created_at < cast(:now as timestamptz) - interval '1 hour'
    """


@rule("Check the address and send the mail again, or call the guest.")
def mail_failed_untold() -> str:
    """A mail that failed was told to the practice, and counts as told once the alert is closed."""
    return """
      select 'mail ' || m.id as row, format('The mail "%s" failed, and no alert says so.', m.template) as what
      from email_message m
      where m.status = 'FAILED'
        and not exists (select from admin_alert a where a.rule = 'mail_failed' and a.object_ref = cast(m.id as text))
        and not exists (select from email_message again where again.resend_of = m.id)
    """


@rule("See that the worker runs: it looks every minute for what is due.")
def effect_stuck() -> str:
    """No effect is overdue, and no lease ran out, by more than ten minutes."""
    return """
      select 'outbox row ' || o.id as row,
        format('The effect "%s" for %s is %s and should have been done by %s.', o.kind, o.ref, o.status,
          to_char(case o.status when 'READY' then o.run_after else o.lease_until end, 'YYYY-MM-DD HH24:MI')) as what
      from outbox o
      where (o.status = 'READY' and o.run_after < cast(:now as timestamptz) - interval '10 minutes')
        or (o.status = 'LEASED'
          and coalesce(o.lease_until, '-infinity') < cast(:now as timestamptz) - interval '10 minutes')
    """


@rule("Find out from the worker's log why it was given up, and do it by hand.")
def effect_dead_untold() -> str:
    """An effect that was given up was told to the practice, or what it was for has happened all the same."""
    return """
      select 'outbox row ' || o.id as row,
        format('The effect "%s" for %s was given up (%s), and no alert says so.', o.kind, o.ref, o.last_code) as what
      from outbox o
      where o.status = 'DEAD'
        and not exists (select from admin_alert a where a.object_ref in (o.ref, o.kind || ' ' || o.ref))
        and case o.kind
          when 'mail' then exists (
            select from email_message m where cast(m.id as text) = o.ref and m.status in ('QUEUED', 'SENDING'))
          when 'refund' then exists (
            select from refund r where cast(r.id as text) = o.ref and r.status in ('QUEUED', 'UNKNOWN'))
          when 'cancel_intent' then exists (
            select from payment p where cast(p.id as text) = o.ref and p.status = 'CANCEL_REQUESTED')
          when 'letter' then exists (
            select from stripe_event l where l.event_id = o.ref and l.status = 'RECEIVED')
          else true end
    """


@rule("See that the worker runs and that Stripe answers; the next reconciliation finds what the letter was about.")
def letter_unopened() -> str:
    """No letter from Stripe lies unopened for more than ten minutes."""
    return """
      select 'letter ' || l.event_id as row,
        format('The letter "%s" came at %s and nobody opened it.', l.type, to_char(l.received_at, 'YYYY-MM-DD HH24:MI'))
          as what
      from stripe_event l
      where l.status = 'RECEIVED' and l.received_at < cast(:now as timestamptz) - interval '10 minutes'
    """


RULES = (
    confirmation_not_promised,
    mail_stuck,
    mail_failed_untold,
    effect_stuck,
    effect_dead_untold,
    letter_unopened,
)
