"""What may be wrong with a clean house: each corruption with the rules that must find it, and no others.

Every one is written past the program, by a superuser whose triggers and foreign keys are asleep.
"""

from tests.kit.planting import AUDIT, NOBODY, ago, confirmation_of, effect, entry, invented, of, planted, refund_of

FAYS_TIME = f"(select during from diary_entry where booking_id = {of('Fay')})"
EARLIER = "starts_at = starts_at - interval '65 minutes', ends_at = ends_at - interval '65 minutes'"
SHORTER = "during = tstzrange(lower(during), upper(during) - interval '1 minute')"
LETTER = "event_id, type, object_id, intent_id, created, received_at, deliveries, status"

DIARY = (
    planted(
        "a block over an appointment",
        "diary_overlap guard_missing",
        "alter table diary_entry drop constraint diary_no_overlap",
        entry("BLOCK", during=FAYS_TIME),
    ),
    planted(
        "two bookings at one time",
        "booking_overlap booking_without_its_time",
        f"update booking set {EARLIER} where id = {of('Joe')}",
    ),
    planted(
        "a booking without its diary entry",
        "booking_without_its_time",
        f"delete from diary_entry where booking_id = {of('Fay')}",
    ),
    planted(
        "a diary entry that lost its buffer",
        "booking_without_its_time",
        f"update diary_entry set {SHORTER} where booking_id = {of('Fay')}",
    ),
    planted("a dead booking in the diary", "dead_booking_in_diary", entry("APPOINTMENT", of("Dot"))),
    planted("a diary entry of nobody", "diary_entry_without_owner", entry("APPOINTMENT", f"'{NOBODY}'")),
    planted(
        "a diary entry of no practitioner",
        "diary_entry_without_owner",
        "update diary_entry set resource_id = 99 where kind = 'BLOCK'",
    ),
    planted("a day beyond the limit", "daily_cap_broken", "update system_settings set max_bookings_per_day = 2"),
    planted(
        "a hold nobody released",
        "hold_past_its_time",
        f"update booking set hold_expires_at = {ago('301 seconds')} where id = {of('Pia')}",
    ),
)

MONEY = (
    planted(
        "a visit nobody paid for",
        "confirmed_without_deposit",
        f"update booking set downpayment_cents = 1 where id = {of('Cid')}",
    ),
    planted("a hold that was paid", "pending_but_paid", *invented("payment", "Pia", 100, "SUCCEEDED")),
    planted(
        "a hold nobody can pay",
        "pending_without_payment stripe_payment_unknown_to_us",
        f"delete from payment where booking_id = {of('Pia')}",
        f"delete from {AUDIT} where booking_id = {of('Pia')}",
    ),
    planted(
        "a refund for a lost time, forgotten",
        "money_not_given_back stripe_refund_unknown_to_us",
        f"delete from {AUDIT} where refund_id = {refund_of('Hal')}",
        f"delete from refund where booking_id = {of('Hal')}",
    ),
    planted(
        "a refund below the policy",
        "money_not_given_back refund_differs_from_stripe",
        f"update {AUDIT} set amount_cents = 2999 where refund_id = {refund_of('Kim')}",
        f"update refund set amount_cents = 2999 where booking_id = {of('Kim')}",
    ),
    planted(
        "late money kept after a cancellation",
        "money_not_given_back stripe_refund_unknown_to_us",
        f"delete from {AUDIT} where refund_id = {refund_of('Lea')}",
        f"delete from refund where booking_id = {of('Lea')}",
    ),
    planted("more paid than the price", "paid_more_than_price", *invented("payment", "Fay", 6501, "SUCCEEDED")),
    planted("more given back than paid", "refunded_more_than_paid", *invented("refund", "Fay", 3001, "QUEUED")),
    planted(
        "a payment in another currency",
        "money_astray payment_differs_from_stripe",
        f"update payment set currency = 'eur' where booking_id = {of('Fay')}",
        f"update {AUDIT} set currency = 'eur' where booking_id = {of('Fay')}",
    ),
    planted(
        "an intent nobody cancels",
        "payment_cancel_stuck payment_differs_from_stripe",
        f"update payment set status = 'CANCEL_REQUESTED' where booking_id = {of('Dot')}",
        f"delete from {AUDIT} where booking_id = {of('Dot')} and to_status = 'CANCELED'",
    ),
    planted(
        "a refund on its way for ever",
        "refund_stuck refund_differs_from_stripe",
        f"update {AUDIT} set to_status = 'PENDING' where refund_id = {refund_of('Hal')} and to_status = 'SUCCEEDED'",
        f"update refund set status = 'PENDING', created_at = {ago('11 days')} where booking_id = {of('Hal')}",
    ),
    planted(
        "a refund that failed in silence",
        "refund_failed_untold money_not_given_back",
        "delete from admin_alert where rule = 'refund_failed'",
    ),
)

MESSAGES = (
    planted(
        "a confirmed guest without a mail",
        "confirmation_not_promised",
        f"delete from email_message where {confirmation_of('Fay')}",
    ),
    planted(
        "a mail that lies there",
        "mail_stuck",
        f"update email_message set status = 'SENDING', created_at = {ago('61 minutes')} where {confirmation_of('Fay')}",
    ),
    planted(
        "a mail that failed in silence",
        "mail_failed_untold",
        f"update email_message set status = 'FAILED' where {confirmation_of('Fay')}",
    ),
    planted("an effect nobody does", "effect_stuck", effect(f"status = 'READY', run_after = {ago('11 minutes')}")),
    planted(
        "a lease nobody took over", "effect_stuck", effect(f"status = 'LEASED', lease_until = {ago('11 minutes')}")
    ),
    planted("an effect of no known kind, given up", "effect_dead_untold", effect("status = 'DEAD', kind = 'fax'")),
    planted(
        "an effect given up in silence",
        "effect_dead_untold",
        f"insert into stripe_event ({LETTER}) "
        "values ('evt_1', 'refund.updated', 're_1', '', :now, :now, 1, 'RECEIVED')",
        effect("status = 'DEAD', kind = 'letter', ref = 'evt_1'"),
    ),
    planted(
        "a letter nobody opened",
        "letter_unopened",
        f"insert into stripe_event ({LETTER}) "
        f"values ('evt_1', 'refund.updated', 're_1', '', :now, {ago('11 minutes')}, 1, 'RECEIVED')",
    ),
)

HISTORY = (
    planted(
        "a status nobody gave",
        "booking_history_broken",
        f"update booking set status = 'NO_SHOW' where id = {of('Ann')}",
    ),
    planted(
        "an event taken out of the middle",
        "booking_history_broken",
        f"delete from booking_event where booking_id = {of('Gus')} and to_status = 'EXPIRED'",
    ),
    planted(
        "a booking without its first event",
        "booking_history_broken",
        f"delete from booking_event where booking_id = {of('Gus')} and what = 'booked'",
    ),
    planted(
        "an amount that was edited",
        "payment_history_broken payment_differs_from_stripe",
        f"update payment set amount_cents = 3001 where booking_id = {of('Fay')}",
    ),
    planted(
        "a currency that was edited",
        "payment_history_broken money_astray payment_differs_from_stripe",
        f"update payment set currency = 'eur' where booking_id = {of('Fay')}",
    ),
    planted(
        "an audit line that is gone",
        "payment_history_broken",
        f"delete from {AUDIT} where booking_id = {of('Fay')} and action = 'made'",
    ),
    planted(
        "a payment that is gone",
        "payment_history_broken stripe_payment_unknown_to_us",
        f"delete from payment where booking_id = {of('Eve')}",
    ),
    planted(
        "a refund's audit line that is gone",
        "refund_history_broken",
        f"delete from {AUDIT} where refund_id = {refund_of('Kim')} and to_status = 'UNKNOWN'",
    ),
)

GUARDS = (
    planted("a guard that sleeps", "guard_missing", "alter table booking disable trigger booking_guard"),
    planted("an audit that can be rewritten", "guard_missing", f"grant update on {AUDIT} to truflow_app"),
    planted("two live payments made possible", "guard_missing", "drop index payment_one_live"),
)

STRIPE = (
    planted(
        "a payment Stripe does not know",
        "payment_unknown_to_stripe stripe_payment_unknown_to_us",
        f"update payment set stripe_intent_id = 'pi_nowhere' where booking_id = {of('Fay')}",
    ),
    planted(
        "a dispute that Stripe does not know",
        "dispute_differs_from_stripe",
        f"update payment set dispute = 'LOST' where booking_id = {of('Fay')}",
    ),
    planted(
        "a refund Stripe does not know",
        "refund_differs_from_stripe stripe_refund_unknown_to_us",
        f"update refund set stripe_refund_id = 're_nowhere' where booking_id = {of('Kim')}",
    ),
)

CORRUPTIONS = (*DIARY, *MONEY, *MESSAGES, *HISTORY, *GUARDS, *STRIPE)
