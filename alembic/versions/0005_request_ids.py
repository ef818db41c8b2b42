"""the request that an effect, a payment and a refund come from"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

KEEPERS = ("outbox", "payment", "refund")


def upgrade() -> None:
    # Empty for what is older: Stripe must hear the same of it under the same key as before.
    for table in KEEPERS:
        op.add_column(table, sa.Column("request_id", sa.String(), server_default="", nullable=False))


def downgrade() -> None:
    for table in KEEPERS:
        op.drop_column(table, "request_id")
