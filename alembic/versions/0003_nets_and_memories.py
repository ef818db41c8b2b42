"""a net below disputes, mails that are no longer true, what was not ours, and what a verification looked at"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"

PAYMENT = """
create or replace function payment_guard() returns trigger language plpgsql as $$
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
  {dispute}
  if (new.amount_cents, new.currency, new.booking_id) is distinct from (old.amount_cents, old.currency, old.booking_id) then
    raise exception 'the amount of payment % is written once', old.id using errcode = 'TF003';
  end if;
  return new;
end $$
"""

DISPUTE = """if new.dispute <> old.dispute and (old.dispute, new.dispute) not in (
      ('NONE', 'OPEN'), ('NONE', 'WON'), ('NONE', 'LOST'),
      ('OPEN', 'WON'), ('OPEN', 'LOST')) then
    raise exception 'the dispute of payment % may not go from % to %', old.id, old.dispute, new.dispute
      using errcode = 'TF002';
  end if;"""

MAIL = """
create or replace function mail_guard() returns trigger language plpgsql as $$
begin
  if new.status <> old.status and (old.status, new.status) not in (
      ('QUEUED', 'SENDING'), ('QUEUED', 'FAILED'),
      {more}
      ('SENDING', 'SENT'), ('SENDING', 'QUEUED'), ('SENDING', 'FAILED')) then
    raise exception 'mail % may not go from % to %', old.id, old.status, new.status using errcode = 'TF002';
  end if;
  if new.message_id <> old.message_id then
    raise exception 'the Message-ID of mail % is written once', old.id using errcode = 'TF003';
  end if;
  return new;
end $$
"""

# Until now each thing at Stripe that is not ours had an alert of its own: those were told.
TOLD = """
insert into foreign_object (stripe_id, kind, alert_id, seen_at)
select distinct on (object_ref) object_ref, substr(rule, length('foreign_') + 1), id, opened_at from admin_alert
where rule in ('foreign_payment', 'foreign_refund', 'foreign_dispute') order by object_ref, id
"""


def upgrade() -> None:
    op.execute(PAYMENT.replace("{dispute}", DISPUTE))
    op.create_table(
        "foreign_object",
        sa.Column("stripe_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("alert_id", sa.Integer(), nullable=True),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind in ('payment', 'refund', 'dispute')", name=op.f("foreign_object_kind_known")),
        sa.ForeignKeyConstraint(["alert_id"], ["admin_alert.id"], name=op.f("foreign_object_alert_id_fk")),
        sa.PrimaryKeyConstraint("stripe_id", name=op.f("foreign_object_pk")),
    )
    op.create_index(op.f("foreign_object_alert_id_ix"), "foreign_object", ["alert_id"])
    op.execute(TOLD)
    op.add_column(
        "verification",
        sa.Column("checked", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'"), nullable=False),
    )
    op.create_index(op.f("email_message_resend_of_ix"), "email_message", ["resend_of"])
    op.execute(MAIL.replace("{more}", "('QUEUED', 'OUTDATED'), ('SENDING', 'OUTDATED'),"))
    op.drop_constraint(op.f("email_message_status_known"), "email_message", type_="check")
    op.create_check_constraint(
        op.f("email_message_status_known"),
        "email_message",
        "status in ('QUEUED', 'SENDING', 'SENT', 'FAILED', 'OUTDATED')",
    )


def downgrade() -> None:
    op.drop_constraint(op.f("email_message_status_known"), "email_message", type_="check")
    op.execute("alter table email_message disable trigger mail_guard")
    op.execute("update email_message set status = 'FAILED' where status = 'OUTDATED'")
    op.execute("alter table email_message enable trigger mail_guard")
    op.create_check_constraint(
        op.f("email_message_status_known"), "email_message", "status in ('QUEUED', 'SENDING', 'SENT', 'FAILED')"
    )
    op.execute(MAIL.replace("{more}", ""))
    op.drop_index(op.f("email_message_resend_of_ix"), table_name="email_message")
    op.drop_column("verification", "checked")
    op.drop_table("foreign_object")
    op.execute(PAYMENT.replace("{dispute}", ""))
