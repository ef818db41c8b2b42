"""disputes, reconciliation, verification; a net below the mails; MANUAL refunds may still arrive"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"

REFUND = """
create or replace function refund_guard() returns trigger language plpgsql as $$
begin
  if new.status <> old.status and (old.status, new.status) not in (
      ('QUEUED', 'UNKNOWN'), ('QUEUED', 'MANUAL'),
      ('UNKNOWN', 'PENDING'), ('UNKNOWN', 'REQUIRES_ACTION'), ('UNKNOWN', 'SUCCEEDED'), ('UNKNOWN', 'FAILED'),
      ('UNKNOWN', 'CANCELED'), ('UNKNOWN', 'MANUAL'),
      ('PENDING', 'REQUIRES_ACTION'), ('PENDING', 'SUCCEEDED'), ('PENDING', 'FAILED'), ('PENDING', 'CANCELED'),
      ('PENDING', 'MANUAL'),
      ('REQUIRES_ACTION', 'SUCCEEDED'), ('REQUIRES_ACTION', 'FAILED'), ('REQUIRES_ACTION', 'CANCELED'),
      ('REQUIRES_ACTION', 'MANUAL'),
      {more}
      ('SUCCEEDED', 'FAILED')) then
    raise exception 'refund % may not go from % to %', old.id, old.status, new.status using errcode = 'TF002';
  end if;
  if (new.amount_cents, new.currency, new.payment_id) is distinct from (old.amount_cents, old.currency, old.payment_id) then
    raise exception 'the amount of refund % is written once', old.id using errcode = 'TF003';
  end if;
  return new;
end $$
"""

MAIL = """
create function mail_guard() returns trigger language plpgsql as $$
begin
  if new.status <> old.status and (old.status, new.status) not in (
      ('QUEUED', 'SENDING'), ('QUEUED', 'FAILED'),
      ('SENDING', 'SENT'), ('SENDING', 'QUEUED'), ('SENDING', 'FAILED')) then
    raise exception 'mail % may not go from % to %', old.id, old.status, new.status using errcode = 'TF002';
  end if;
  if new.message_id <> old.message_id then
    raise exception 'the Message-ID of mail % is written once', old.id using errcode = 'TF003';
  end if;
  return new;
end $$
"""


def upgrade() -> None:
    op.create_table(
        "verification",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("took_ms", sa.Integer(), nullable=False),
        sa.Column("findings", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("verification_pk")),
    )
    op.create_table(
        "watermark",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("watermark_pk")),
    )
    op.add_column("payment", sa.Column("dispute", sa.String(), server_default="NONE", nullable=False))
    op.create_check_constraint(op.f("payment_dispute_known"), "payment", "dispute in ('NONE', 'OPEN', 'WON', 'LOST')")
    op.execute(REFUND.replace("{more}", "('MANUAL', 'SUCCEEDED'),"))
    op.execute(MAIL)
    op.execute("create trigger mail_guard before update on email_message for each row execute function mail_guard()")


def downgrade() -> None:
    op.execute("drop function mail_guard cascade")
    op.execute(REFUND.replace("{more}", ""))
    op.drop_constraint(op.f("payment_dispute_known"), "payment", type_="check")
    op.drop_column("payment", "dispute")
    op.drop_table("watermark")
    op.drop_table("verification")
