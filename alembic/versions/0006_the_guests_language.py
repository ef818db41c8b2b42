"""the language in which a guest booked, and in which we write to her"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.add_column("booking", sa.Column("language", sa.String(), server_default="en", nullable=False))
    op.create_check_constraint(op.f("booking_language_known"), "booking", "language in ('en', 'es', 'de', 'fr')")


def downgrade() -> None:
    op.drop_constraint(op.f("booking_language_known"), "booking", type_="check")
    op.drop_column("booking", "language")
