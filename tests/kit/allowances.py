"""What looks wrong and is not: nearly late, full to the brim, or somebody's good right."""

from tests.kit.planting import AUDIT, Corruption, ago, confirmation_of, effect, of, planted, refund_of

AT_ONCE = "tstzrange(b.starts_at, b.ends_at + interval '15 minutes')"
JOE_AFTER_IVY = "starts_at = starts_at - interval '45 minutes', ends_at = ends_at - interval '45 minutes'"
CANCELLED_AT = f"(select at from booking_event where to_status = 'CANCELLED' and booking_id = {of('Kim')})"
LETTER = "event_id, type, object_id, intent_id, created, received_at, deliveries, status"


def kept(guest: str) -> tuple[str, str]:
    """Her refund was never made."""
    return (
        f"delete from {AUDIT} where refund_id = {refund_of(guest)}",
        f"delete from refund where booking_id = {of(guest)}",
    )


ALLOWED: tuple[Corruption, ...] = (
    planted(
        "one guest begins when the other's buffer ends",
        "",
        f"update booking set {JOE_AFTER_IVY} where id = {of('Joe')}",
        f"update diary_entry d set during = {AT_ONCE} from booking b where b.id = d.booking_id and b.id = {of('Joe')}",
    ),
    planted("a day that is just full", "", "update system_settings set max_bookings_per_day = 3"),
    planted(
        "a hold that ended a moment ago",
        "",
        f"update booking set hold_expires_at = {ago('299 seconds')} where id = {of('Pia')}",
    ),
    planted(
        "a mail that waits for its last try",
        "",
        f"update email_message set status = 'QUEUED', created_at = {ago('59 minutes')} where {confirmation_of('Fay')}",
    ),
    planted("an effect that is a little late", "", effect(f"status = 'READY', run_after = {ago('9 minutes')}")),
    planted("a lease that has just run out", "", effect(f"status = 'LEASED', lease_until = {ago('9 minutes')}")),
    planted(
        "a letter that came just now",
        "",
        f"insert into stripe_event ({LETTER}) "
        f"values ('evt_1', 'refund.updated', 're_1', '', :now, {ago('9 minutes')}, 1, 'RECEIVED')",
    ),
    planted(
        "a refund on its way for nine days",
        "",
        f"update {AUDIT} set to_status = 'PENDING' where refund_id = {refund_of('Hal')} and to_status = 'SUCCEEDED'",
        f"update refund set status = 'PENDING', created_at = {ago('9 days')} where booking_id = {of('Hal')}",
    ),
    planted(
        "money kept because the guest cancelled too late",
        "",
        *kept("Kim"),
        f"update booking set starts_at = {CANCELLED_AT} + interval '23 hours', "
        f"ends_at = {CANCELLED_AT} + interval '24 hours' where id = {of('Kim')}",
    ),
    planted(
        "money kept because the practice decided so",
        "",
        *kept("Kim"),
        f"update booking_event set actor = 'maya' where to_status = 'CANCELLED' and booking_id = {of('Kim')}",
    ),
    planted(
        "a refund that the bank has made instead",
        "",
        *kept("Hal"),
        f"update payment set dispute = 'LOST' where booking_id = {of('Hal')}",
    ),
    planted(
        "a refund that failed and was tried again",
        "",
        "delete from admin_alert where rule = 'refund_failed'",
        f"insert into refund (id, payment_id, booking_id, reason, status, amount_cents, currency, attempt, "
        f"key_generation, retry_of, created_at) select gen_random_uuid(), payment_id, booking_id, 'ADMIN', 'QUEUED', "
        f"amount_cents, currency, 0, 1, id, :now from refund where booking_id = {of('Jon')}",
        f"insert into {AUDIT} (at, actor, action, booking_id, refund_id, to_status, amount_cents, currency, why, "
        "retain_until) select :now, 'x', 'made', booking_id, id, status, amount_cents, currency, '', '2034-01-01' "
        "from refund where reason = 'ADMIN'",
    ),
    planted("effects given up after all was done", "", "update outbox set status = 'DEAD'"),
)
