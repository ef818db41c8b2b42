"""The nets below the code are in place: the constraint, the triggers, the unique indexes, the withheld rights."""
# ruff: noqa: S608  these queries are put together from words of this folder only

from truflow.services.verification.rule import rule

TRIGGERS = (
    ("booking", "booking_guard"),
    ("payment", "payment_guard"),
    ("refund", "refund_guard"),
    ("email_message", "mail_guard"),
    ("payment", "payment_kept"),
    ("refund", "refund_kept"),
    ("booking_event", "booking_event_kept"),
    ("payment_audit_log", "payment_audit_log_kept"),
)
INDEXES = (
    ("booking", "booking_reference_uq"),
    ("booking", "booking_request_key_uq"),
    ("diary_entry", "diary_entry_booking_id_uq"),
    ("payment", "payment_one_live"),
    ("payment", "payment_stripe_intent_id_uq"),
    ("refund", "refund_automatic_once"),
    ("refund", "refund_stripe_refund_id_uq"),
    ("outbox", "outbox_dedupe_key_uq"),
    ("email_message", "email_message_dedupe_key_uq"),
)
WITHHELD = (
    ("payment_audit_log", "UPDATE"),
    ("payment_audit_log", "DELETE"),
    ("payment_audit_log", "TRUNCATE"),
    ("booking_event", "UPDATE"),
    ("booking_event", "DELETE"),
    ("booking_event", "TRUNCATE"),
    ("booking", "DELETE"),
    ("payment", "DELETE"),
    ("refund", "DELETE"),
)


def _values(pairs: tuple[tuple[str, str], ...]) -> str:
    return ", ".join(f"('{table}', '{name}')" for table, name in pairs)


@rule("Restore it with the statement in alembic/versions. Until then only the code keeps this promise.")
def guard_missing() -> str:
    """Everything in the database that would refuse a mistake of the code is there and switched on."""
    return f"""
      select 'table diary_entry' as row, 'The constraint diary_no_overlap is gone, or is not what it was.' as what
      where not exists (
        select from pg_constraint c
        where c.conname = 'diary_no_overlap' and c.conrelid = 'diary_entry'::regclass and c.contype = 'x'
          and pg_get_constraintdef(c.oid) like 'EXCLUDE USING gist (int8range(%) WITH &&, during WITH &&)')
      union all
      select 'table ' || wanted.on_table, format('The trigger %s is gone or switched off.', wanted.name)
      from (values {_values(TRIGGERS)}) wanted (on_table, name)
      where not exists (
        select from pg_trigger t
        where t.tgname = wanted.name and t.tgrelid = to_regclass(wanted.on_table) and t.tgenabled in ('O', 'A'))
      union all
      select 'table ' || wanted.on_table, format('The unique index %s is gone or invalid.', wanted.name)
      from (values {_values(INDEXES)}) wanted (on_table, name)
      where not exists (
        select from pg_index i
        where i.indexrelid = to_regclass(wanted.name) and i.indrelid = to_regclass(wanted.on_table)
          and i.indisunique and i.indisvalid)
      union all
      select 'table ' || wanted.on_table, format('The application may %s here.', wanted.verb)
      from (values {_values(WITHHELD)}) wanted (on_table, verb)
      where has_table_privilege(current_user, wanted.on_table, wanted.verb)
    """


RULES = (guard_missing,)
