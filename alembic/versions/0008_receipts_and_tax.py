"""numbers for receipts, and the tax that prices include"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

SANE = "tax_rate_milli between 0 and 100000"
EARLIER = """
  insert into receipt (booking_id, issued_at, tax_name, tax_rate_milli)
  select booking_id, min(coalesce(settled_at, created_at)), '', 0 from payment where status = 'SUCCEEDED'
  group by booking_id order by 2, 1
"""


def upgrade() -> None:
    op.add_column("system_settings", sa.Column("tax_name", sa.String(), server_default="", nullable=False))
    op.add_column("system_settings", sa.Column("tax_rate_milli", sa.Integer(), server_default="0", nullable=False))
    op.create_check_constraint(op.f("system_settings_tax_rate_sane"), "system_settings", SANE)
    op.create_table(
        "receipt",
        sa.Column("booking_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tax_name", sa.String(), nullable=False),
        sa.Column("tax_rate_milli", sa.Integer(), nullable=False),
        sa.CheckConstraint(SANE, name=op.f("receipt_tax_rate_sane")),
        sa.ForeignKeyConstraint(["booking_id"], ["booking.id"], name=op.f("receipt_booking_id_fk")),
        sa.PrimaryKeyConstraint("booking_id", name=op.f("receipt_pk")),
        sa.UniqueConstraint("number", name=op.f("receipt_number_uq")),
    )
    op.execute(EARLIER)


def downgrade() -> None:
    op.drop_table("receipt")
    op.drop_constraint(op.f("system_settings_tax_rate_sane"), "system_settings", type_="check")
    op.drop_column("system_settings", "tax_rate_milli")
    op.drop_column("system_settings", "tax_name")
