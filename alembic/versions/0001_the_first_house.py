"""the first house"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None

# What an application role may do, and what nobody may: the nets below the code's own doors.
ROLES = (
    "grant usage on schema public to truflow_app",
    "grant select, insert, update, delete on all tables in schema public to truflow_app",
    "grant usage, select on all sequences in schema public to truflow_app",
    "alter default privileges in schema public grant select, insert, update, delete on tables to truflow_app",
    "alter default privileges in schema public grant usage, select on sequences to truflow_app",
    "revoke update, delete, truncate on payment_audit_log, booking_event from truflow_app",
    "revoke delete, truncate on booking, payment, refund from truflow_app",
)

KEEP = """
create function keep_as_written() returns trigger language plpgsql as $$
begin
  raise exception '% is written once', tg_table_name using errcode = 'TF001';
end $$
"""

BOOKING = """
create function booking_guard() returns trigger language plpgsql as $$
begin
  if new.status <> old.status and (old.status, new.status) not in (
      ('PENDING', 'CONFIRMED'), ('PENDING', 'EXPIRED'), ('PENDING', 'CANCELLED'),
      ('EXPIRED', 'CONFIRMED'), ('EXPIRED', 'CONFLICT'),
      ('CONFIRMED', 'COMPLETED'), ('CONFIRMED', 'NO_SHOW'), ('CONFIRMED', 'CANCELLED'),
      ('COMPLETED', 'NO_SHOW'), ('NO_SHOW', 'COMPLETED')) then
    raise exception 'booking % may not go from % to %', old.id, old.status, new.status using errcode = 'TF002';
  end if;
  if new.price_cents <> old.price_cents or new.currency <> old.currency then
    raise exception 'the price of booking % is agreed', old.id using errcode = 'TF003';
  end if;
  return new;
end $$
"""

PAYMENT = """
create function payment_guard() returns trigger language plpgsql as $$
begin
  if new.status <> old.status and (old.status, new.status) not in (
      ('CREATED', 'OPEN'), ('CREATED', 'PROCESSING'), ('CREATED', 'SUCCEEDED'), ('CREATED', 'FAILED'),
      ('CREATED', 'CANCEL_REQUESTED'), ('CREATED', 'CANCELED'),
      ('OPEN', 'PROCESSING'), ('OPEN', 'SUCCEEDED'), ('OPEN', 'FAILED'), ('OPEN', 'CANCEL_REQUESTED'),
      ('OPEN', 'CANCELED'),
      ('PROCESSING', 'SUCCEEDED'), ('PROCESSING', 'FAILED'), ('PROCESSING', 'CANCEL_REQUESTED'),
      ('PROCESSING', 'CANCELED'),
      ('CANCEL_REQUESTED', 'CANCELED'), ('CANCEL_REQUESTED', 'SUCCEEDED')) then
    raise exception 'payment % may not go from % to %', old.id, old.status, new.status using errcode = 'TF002';
  end if;
  if (new.amount_cents, new.currency, new.booking_id) is distinct from (old.amount_cents, old.currency, old.booking_id) then
    raise exception 'the amount of payment % is written once', old.id using errcode = 'TF003';
  end if;
  return new;
end $$
"""

REFUND = """
create function refund_guard() returns trigger language plpgsql as $$
begin
  if new.status <> old.status and (old.status, new.status) not in (
      ('QUEUED', 'UNKNOWN'), ('QUEUED', 'MANUAL'),
      ('UNKNOWN', 'PENDING'), ('UNKNOWN', 'REQUIRES_ACTION'), ('UNKNOWN', 'SUCCEEDED'), ('UNKNOWN', 'FAILED'),
      ('UNKNOWN', 'CANCELED'), ('UNKNOWN', 'MANUAL'),
      ('PENDING', 'REQUIRES_ACTION'), ('PENDING', 'SUCCEEDED'), ('PENDING', 'FAILED'), ('PENDING', 'CANCELED'),
      ('PENDING', 'MANUAL'),
      ('REQUIRES_ACTION', 'SUCCEEDED'), ('REQUIRES_ACTION', 'FAILED'), ('REQUIRES_ACTION', 'CANCELED'),
      ('REQUIRES_ACTION', 'MANUAL'),
      ('SUCCEEDED', 'FAILED')) then
    raise exception 'refund % may not go from % to %', old.id, old.status, new.status using errcode = 'TF002';
  end if;
  if (new.amount_cents, new.currency, new.payment_id) is distinct from (old.amount_cents, old.currency, old.payment_id) then
    raise exception 'the amount of refund % is written once', old.id using errcode = 'TF003';
  end if;
  return new;
end $$
"""

GUARDS = (
    KEEP,
    BOOKING,
    PAYMENT,
    REFUND,
    "create trigger booking_guard before update on booking for each row execute function booking_guard()",
    "create trigger payment_guard before update on payment for each row execute function payment_guard()",
    "create trigger refund_guard before update on refund for each row execute function refund_guard()",
    *(
        f"create trigger {table}_kept before {verbs} on {table} execute function keep_as_written()"
        for table, verbs in (
            ("payment_audit_log", "update or delete or truncate"),
            ("booking_event", "update or delete or truncate"),
            ("payment", "delete or truncate"),
            ("refund", "delete or truncate"),
        )
    ),
)

# Huey's own tables, as its 3.5 makes them: the doorbell is an insert in our transaction, so they must be there first.
HUEY = (
    "create table huey_kv (queue text not null, key text not null, value bytea not null, primary key (queue, key))",
    "create table huey_schedule (id bigserial primary key, queue text not null, data bytea not null, "
    "timestamp double precision not null)",
    "create index huey_schedule_queue_timestamp on huey_schedule (queue, timestamp)",
    "create table huey_task (id bigserial primary key, queue text not null, data bytea not null, "
    "priority double precision not null default 0.0)",
    "create index huey_task_queue_priority_id on huey_task (queue, priority desc, id)",
    "create table huey_counter (queue text not null, key text not null, value bigint not null default 0, "
    "primary key (queue, key))",
)


def upgrade() -> None:
    op.create_table(
        "admin_user",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("password_hash", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("disabled_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("admin_user_pk")),
    )
    op.create_index("admin_user_email_uq", "admin_user", [sa.literal_column("lower(email)")], unique=True)
    op.create_table(
        "business_hours",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("weekday", sa.Integer(), nullable=False),
        sa.Column("opens", sa.String(), nullable=False),
        sa.Column("closes", sa.String(), nullable=False),
        sa.CheckConstraint(
            "opens ~ '^([01][0-9]|2[0-3]):[0-5][0-9]$|^24:00$' and closes ~ '^([01][0-9]|2[0-3]):[0-5][0-9]$|^24:00$'",
            name=op.f("business_hours_times_hh_mm"),
        ),
        sa.CheckConstraint("opens < closes", name=op.f("business_hours_opens_before_closes")),
        sa.CheckConstraint("weekday between 1 and 7", name=op.f("business_hours_weekday_iso")),
        sa.PrimaryKeyConstraint("id", name=op.f("business_hours_pk")),
    )
    op.create_index(op.f("business_hours_weekday_ix"), "business_hours", ["weekday"], unique=False)
    op.create_table(
        "customer",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=True),
        sa.Column("email", sa.String(), nullable=True),
        sa.Column("phone", sa.String(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("customer_pk")),
    )
    op.create_index(op.f("customer_email_ix"), "customer", ["email"], unique=False)
    op.create_table(
        "date_override",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("hours", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("date_override_pk")),
    )
    op.create_index("date_override_date_uq", "date_override", ["date"], unique=True)
    op.create_table(
        "heartbeat",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("heartbeat_pk")),
    )
    op.create_table(
        "outbox",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("dedupe_key", sa.String(), nullable=False),
        sa.Column("ref", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("run_after", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease_token", sa.Uuid(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("last_code", sa.String(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("status in ('READY', 'LEASED', 'DONE', 'DEAD')", name=op.f("outbox_status_known")),
        sa.PrimaryKeyConstraint("id", name=op.f("outbox_pk")),
    )
    op.create_index("outbox_dedupe_key_uq", "outbox", ["dedupe_key"], unique=True)
    op.create_index(
        "outbox_due_ix",
        "outbox",
        ["run_after"],
        unique=False,
        postgresql_where=sa.text("status in ('READY', 'LEASED')"),
    )
    op.create_table(
        "payment_audit_log",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("booking_id", sa.Uuid(), nullable=False),
        sa.Column("payment_id", sa.Uuid(), nullable=True),
        sa.Column("refund_id", sa.Uuid(), nullable=True),
        sa.Column("from_status", sa.String(), nullable=True),
        sa.Column("to_status", sa.String(), nullable=False),
        sa.Column("amount_cents", sa.Integer(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("stripe_id", sa.String(), nullable=True),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("retain_until", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("payment_audit_log_pk")),
    )
    op.create_index(op.f("payment_audit_log_booking_id_ix"), "payment_audit_log", ["booking_id"], unique=False)
    op.create_table(
        "resource",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("kind in ('PRACTITIONER', 'ROOM')", name=op.f("resource_kind_known")),
        sa.PrimaryKeyConstraint("id", name=op.f("resource_pk")),
    )
    op.create_table(
        "service",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column("duration_min", sa.Integer(), nullable=False),
        sa.Column("price_cents", sa.Integer(), nullable=False),
        sa.Column("downpayment_cents", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "downpayment_cents between 0 and price_cents", name=op.f("service_downpayment_within_price")
        ),
        sa.CheckConstraint("duration_min between 5 and 720", name=op.f("service_duration_sane")),
        sa.CheckConstraint("price_cents >= 0", name=op.f("service_price_not_negative")),
        sa.PrimaryKeyConstraint("id", name=op.f("service_pk")),
    )
    op.create_index("service_slug_uq", "service", ["slug"], unique=True)
    op.create_table(
        "stripe_event",
        sa.Column("event_id", sa.String(), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("object_id", sa.String(), nullable=False),
        sa.Column("intent_id", sa.String(), nullable=False),
        sa.Column("created", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deliveries", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("handled_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("status in ('RECEIVED', 'HANDLED', 'IGNORED')", name=op.f("stripe_event_status_known")),
        sa.PrimaryKeyConstraint("event_id", name=op.f("stripe_event_pk")),
    )
    op.create_table(
        "system_settings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("phone", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("logo_url", sa.String(), nullable=False),
        sa.Column("tax_line", sa.String(), nullable=False),
        sa.Column("terms", sa.String(), nullable=False),
        sa.Column("timezone", sa.String(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("buffer_minutes", sa.Integer(), nullable=False),
        sa.Column("max_bookings_per_day", sa.Integer(), nullable=True),
        sa.Column("slot_step_minutes", sa.Integer(), nullable=False),
        sa.Column("minimum_notice_minutes", sa.Integer(), nullable=False),
        sa.Column("horizon_days", sa.Integer(), nullable=False),
        sa.Column("hold_minutes", sa.Integer(), nullable=False),
        sa.Column(
            "cancellation_tiers",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'[]'"),
            nullable=False,
        ),
        sa.CheckConstraint("buffer_minutes between 0 and 240", name=op.f("system_settings_buffer_sane")),
        sa.CheckConstraint("hold_minutes between 1 and 30", name=op.f("system_settings_hold_sane")),
        sa.CheckConstraint("horizon_days between 1 and 730", name=op.f("system_settings_horizon_sane")),
        sa.CheckConstraint("id = 1", name=op.f("system_settings_one_row")),
        sa.CheckConstraint(
            "max_bookings_per_day is null or max_bookings_per_day > 0", name=op.f("system_settings_cap_positive")
        ),
        sa.CheckConstraint("minimum_notice_minutes between 0 and 43200", name=op.f("system_settings_notice_sane")),
        sa.CheckConstraint("slot_step_minutes between 5 and 240", name=op.f("system_settings_step_sane")),
        sa.PrimaryKeyConstraint("id", name=op.f("system_settings_pk")),
    )
    op.create_table(
        "booking",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("service_id", sa.Integer(), nullable=False),
        sa.Column("resource_id", sa.Integer(), nullable=True),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("timezone", sa.String(), nullable=False),
        sa.Column("local_date", sa.Date(), nullable=False),
        sa.Column("buffer_minutes", sa.Integer(), nullable=False),
        sa.Column("price_cents", sa.Integer(), nullable=False),
        sa.Column("downpayment_cents", sa.Integer(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("hold_expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("policy", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("terms", sa.String(), nullable=False),
        sa.Column("notes", sa.String(), nullable=True),
        sa.Column("request_key", sa.String(), nullable=True),
        sa.Column("request_fingerprint", sa.String(), nullable=True),
        sa.Column("visitor", sa.String(), nullable=True),
        sa.Column("manage_token_version", sa.Integer(), nullable=False),
        sa.Column("ics_sequence", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "kind <> 'APPOINTMENT' or resource_id is not null", name=op.f("booking_appointment_has_a_practitioner")
        ),
        sa.CheckConstraint("kind in ('APPOINTMENT', 'COURSE')", name=op.f("booking_kind_known")),
        sa.CheckConstraint("status <> 'PENDING' or hold_expires_at is not null", name=op.f("booking_hold_has_an_end")),
        sa.CheckConstraint(
            "status in ('PENDING', 'CONFIRMED', 'EXPIRED', 'CANCELLED', 'CONFLICT', 'COMPLETED', 'NO_SHOW')",
            name=op.f("booking_status_known"),
        ),
        sa.CheckConstraint(
            "downpayment_cents between 0 and price_cents", name=op.f("booking_downpayment_within_price")
        ),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("booking_ends_after_start")),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"], name=op.f("booking_customer_id_fk")),
        sa.ForeignKeyConstraint(["resource_id"], ["resource.id"], name=op.f("booking_resource_id_fk")),
        sa.ForeignKeyConstraint(["service_id"], ["service.id"], name=op.f("booking_service_id_fk")),
        sa.PrimaryKeyConstraint("id", name=op.f("booking_pk")),
    )
    op.create_index(op.f("booking_customer_id_ix"), "booking", ["customer_id"], unique=False)
    op.create_index(
        "booking_holds_ix", "booking", ["hold_expires_at"], unique=False, postgresql_where=sa.text("status = 'PENDING'")
    )
    op.create_index(op.f("booking_local_date_ix"), "booking", ["local_date"], unique=False)
    op.create_index("booking_reference_uq", "booking", ["reference"], unique=True)
    op.create_index("booking_request_key_uq", "booking", ["request_key"], unique=True)
    op.create_index(op.f("booking_service_id_ix"), "booking", ["service_id"], unique=False)
    op.create_index("booking_starts_at_ix", "booking", ["starts_at"], unique=False)
    op.create_table(
        "service_resource",
        sa.Column("service_id", sa.Integer(), nullable=False),
        sa.Column("resource_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["resource_id"], ["resource.id"], name=op.f("service_resource_resource_id_fk")),
        sa.ForeignKeyConstraint(["service_id"], ["service.id"], name=op.f("service_resource_service_id_fk")),
        sa.PrimaryKeyConstraint("service_id", "resource_id", name=op.f("service_resource_pk")),
    )
    op.create_index(op.f("service_resource_resource_id_ix"), "service_resource", ["resource_id"], unique=False)
    op.create_table(
        "session",
        sa.Column("id_hash", sa.String(), nullable=False),
        sa.Column("admin_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["admin_id"], ["admin_user.id"], name=op.f("session_admin_id_fk")),
        sa.PrimaryKeyConstraint("id_hash", name=op.f("session_pk")),
    )
    op.create_index(op.f("session_admin_id_ix"), "session", ["admin_id"], unique=False)
    op.create_table(
        "admin_alert",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("object_ref", sa.String(), nullable=False),
        sa.Column("booking_id", sa.Uuid(), nullable=True),
        sa.Column("message", sa.String(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["booking_id"], ["booking.id"], name=op.f("admin_alert_booking_id_fk")),
        sa.PrimaryKeyConstraint("id", name=op.f("admin_alert_pk")),
    )
    op.create_index(
        "admin_alert_open_uq",
        "admin_alert",
        ["rule", "object_ref"],
        unique=True,
        postgresql_where=sa.text("closed_at is null"),
    )
    op.create_table(
        "booking_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("booking_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("from_status", sa.String(), nullable=True),
        sa.Column("to_status", sa.String(), nullable=True),
        sa.Column("why", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["booking_id"], ["booking.id"], name=op.f("booking_event_booking_id_fk")),
        sa.PrimaryKeyConstraint("id", name=op.f("booking_event_pk")),
    )
    op.create_index(op.f("booking_event_booking_id_ix"), "booking_event", ["booking_id"], unique=False)
    op.create_table(
        "diary_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("resource_id", sa.Integer(), nullable=False),
        sa.Column("during", postgresql.TSTZRANGE(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("booking_id", sa.Uuid(), nullable=True),
        sa.Column("note", sa.String(), nullable=False),
        postgresql.ExcludeConstraint(
            (sa.text("int8range(resource_id, resource_id, '[]')"), "&&"),
            (sa.column("during"), "&&"),
            using="gist",
            name="diary_no_overlap",
        ),
        sa.CheckConstraint(
            "(kind = 'APPOINTMENT') = (booking_id is not null)", name=op.f("diary_entry_appointment_has_a_booking")
        ),
        sa.CheckConstraint("kind in ('APPOINTMENT', 'COURSE', 'BLOCK')", name=op.f("diary_entry_kind_known")),
        sa.CheckConstraint(
            "not isempty(during) and lower_inc(during) and not upper_inc(during)", name=op.f("diary_entry_half_open")
        ),
        sa.ForeignKeyConstraint(["booking_id"], ["booking.id"], name=op.f("diary_entry_booking_id_fk")),
        sa.ForeignKeyConstraint(["resource_id"], ["resource.id"], name=op.f("diary_entry_resource_id_fk")),
        sa.PrimaryKeyConstraint("id", name=op.f("diary_entry_pk")),
    )
    op.create_index("diary_entry_booking_id_uq", "diary_entry", ["booking_id"], unique=True)
    op.create_table(
        "email_message",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("dedupe_key", sa.String(), nullable=False),
        sa.Column("booking_id", sa.Uuid(), nullable=True),
        sa.Column("template", sa.String(), nullable=False),
        sa.Column("recipient", sa.String(), nullable=False),
        sa.Column("message_id", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("facts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("resend_of", sa.Uuid(), nullable=True),
        sa.Column("last_code", sa.String(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "status in ('QUEUED', 'SENDING', 'SENT', 'FAILED')", name=op.f("email_message_status_known")
        ),
        sa.ForeignKeyConstraint(["booking_id"], ["booking.id"], name=op.f("email_message_booking_id_fk")),
        sa.PrimaryKeyConstraint("id", name=op.f("email_message_pk")),
    )
    op.create_index(op.f("email_message_booking_id_ix"), "email_message", ["booking_id"], unique=False)
    op.create_index("email_message_dedupe_key_uq", "email_message", ["dedupe_key"], unique=True)
    op.create_index("email_message_message_id_uq", "email_message", ["message_id"], unique=True)
    op.create_table(
        "payment",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("booking_id", sa.Uuid(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("method", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("amount_cents", sa.Integer(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("stripe_intent_id", sa.String(), nullable=True),
        sa.Column("last_code", sa.String(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "method in ('CARD', 'CHECKOUT', 'CASH', 'DESK_CARD', 'TRANSFER')", name=op.f("payment_method_known")
        ),
        sa.CheckConstraint("purpose in ('DEPOSIT', 'BALANCE', 'FULL')", name=op.f("payment_purpose_known")),
        sa.CheckConstraint(
            "status in ('CREATED', 'OPEN', 'PROCESSING', 'SUCCEEDED', 'FAILED', 'CANCEL_REQUESTED', 'CANCELED')",
            name=op.f("payment_status_known"),
        ),
        sa.CheckConstraint("amount_cents > 0", name=op.f("payment_amount_positive")),
        sa.ForeignKeyConstraint(["booking_id"], ["booking.id"], name=op.f("payment_booking_id_fk")),
        sa.PrimaryKeyConstraint("id", name=op.f("payment_pk")),
    )
    op.create_index(op.f("payment_booking_id_ix"), "payment", ["booking_id"], unique=False)
    op.create_index(
        "payment_one_live",
        "payment",
        ["booking_id", "purpose"],
        unique=True,
        postgresql_where=sa.text(
            "method in ('CARD', 'CHECKOUT') and status in ('CREATED', 'OPEN', 'PROCESSING', 'CANCEL_REQUESTED', 'SUCCEEDED')"
        ),
    )
    op.create_index("payment_stripe_intent_id_uq", "payment", ["stripe_intent_id"], unique=True)
    op.create_table(
        "refund",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("payment_id", sa.Uuid(), nullable=False),
        sa.Column("booking_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("amount_cents", sa.Integer(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("key_generation", sa.Integer(), nullable=False),
        sa.Column("retry_of", sa.Uuid(), nullable=True),
        sa.Column("stripe_refund_id", sa.String(), nullable=True),
        sa.Column("last_code", sa.String(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "reason in ('SLOT_LOST', 'LATE_AFTER_CANCEL', 'CANCELLATION', 'ADMIN', 'EXTERNAL')",
            name=op.f("refund_reason_known"),
        ),
        sa.CheckConstraint(
            "status in ('QUEUED', 'UNKNOWN', 'PENDING', 'REQUIRES_ACTION', 'SUCCEEDED', 'FAILED', 'CANCELED', 'MANUAL')",
            name=op.f("refund_status_known"),
        ),
        sa.CheckConstraint("amount_cents > 0", name=op.f("refund_amount_positive")),
        sa.ForeignKeyConstraint(["booking_id"], ["booking.id"], name=op.f("refund_booking_id_fk")),
        sa.ForeignKeyConstraint(["payment_id"], ["payment.id"], name=op.f("refund_payment_id_fk")),
        sa.PrimaryKeyConstraint("id", name=op.f("refund_pk")),
    )
    op.create_index(
        "refund_automatic_once",
        "refund",
        ["payment_id"],
        unique=True,
        postgresql_where=sa.text(
            "reason in ('SLOT_LOST', 'LATE_AFTER_CANCEL') and status not in ('CANCELED', 'FAILED')"
        ),
    )
    op.create_index(op.f("refund_booking_id_ix"), "refund", ["booking_id"], unique=False)
    op.create_index(op.f("refund_payment_id_ix"), "refund", ["payment_id"], unique=False)
    op.create_index("refund_stripe_refund_id_uq", "refund", ["stripe_refund_id"], unique=True)
    for statement in (*ROLES, *GUARDS, *HUEY):
        op.execute(statement)


def downgrade() -> None:
    for table in ("huey_kv", "huey_schedule", "huey_task", "huey_counter"):
        op.execute(f"drop table {table}")
    for function in ("booking_guard", "payment_guard", "refund_guard"):
        op.execute(f"drop function {function} cascade")
    op.drop_index("refund_stripe_refund_id_uq", table_name="refund")
    op.drop_index(op.f("refund_payment_id_ix"), table_name="refund")
    op.drop_index(op.f("refund_booking_id_ix"), table_name="refund")
    op.drop_index(
        "refund_automatic_once",
        table_name="refund",
        postgresql_where=sa.text(
            "reason in ('SLOT_LOST', 'LATE_AFTER_CANCEL') and status not in ('CANCELED', 'FAILED')"
        ),
    )
    op.drop_table("refund")
    op.drop_index("payment_stripe_intent_id_uq", table_name="payment")
    op.drop_index(
        "payment_one_live",
        table_name="payment",
        postgresql_where=sa.text(
            "method in ('CARD', 'CHECKOUT') and status in ('CREATED', 'OPEN', 'PROCESSING', 'CANCEL_REQUESTED', 'SUCCEEDED')"
        ),
    )
    op.drop_index(op.f("payment_booking_id_ix"), table_name="payment")
    op.drop_table("payment")
    op.drop_index("email_message_message_id_uq", table_name="email_message")
    op.drop_index("email_message_dedupe_key_uq", table_name="email_message")
    op.drop_index(op.f("email_message_booking_id_ix"), table_name="email_message")
    op.drop_table("email_message")
    op.drop_index("diary_entry_booking_id_uq", table_name="diary_entry")
    op.drop_table("diary_entry")
    op.drop_index(op.f("booking_event_booking_id_ix"), table_name="booking_event")
    op.drop_table("booking_event")
    op.drop_index("admin_alert_open_uq", table_name="admin_alert", postgresql_where=sa.text("closed_at is null"))
    op.drop_table("admin_alert")
    op.drop_index(op.f("session_admin_id_ix"), table_name="session")
    op.drop_table("session")
    op.drop_index(op.f("service_resource_resource_id_ix"), table_name="service_resource")
    op.drop_table("service_resource")
    op.drop_index("booking_starts_at_ix", table_name="booking")
    op.drop_index(op.f("booking_service_id_ix"), table_name="booking")
    op.drop_index("booking_request_key_uq", table_name="booking")
    op.drop_index("booking_reference_uq", table_name="booking")
    op.drop_index(op.f("booking_local_date_ix"), table_name="booking")
    op.drop_index("booking_holds_ix", table_name="booking", postgresql_where=sa.text("status = 'PENDING'"))
    op.drop_index(op.f("booking_customer_id_ix"), table_name="booking")
    op.drop_table("booking")
    op.drop_table("system_settings")
    op.drop_table("stripe_event")
    op.drop_index("service_slug_uq", table_name="service")
    op.drop_table("service")
    op.drop_table("resource")
    op.drop_index(op.f("payment_audit_log_booking_id_ix"), table_name="payment_audit_log")
    op.drop_table("payment_audit_log")
    op.drop_index("outbox_due_ix", table_name="outbox", postgresql_where=sa.text("status in ('READY', 'LEASED')"))
    op.drop_index("outbox_dedupe_key_uq", table_name="outbox")
    op.drop_table("outbox")
    op.drop_table("heartbeat")
    op.drop_index("date_override_date_uq", table_name="date_override")
    op.drop_table("date_override")
    op.drop_index(op.f("customer_email_ix"), table_name="customer")
    op.drop_table("customer")
    op.drop_index(op.f("business_hours_weekday_ix"), table_name="business_hours")
    op.drop_table("business_hours")
    op.drop_index("admin_user_email_uq", table_name="admin_user")
    op.drop_table("admin_user")
    op.execute("drop function keep_as_written cascade")
