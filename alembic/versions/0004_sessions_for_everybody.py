"""sessions of every kind with an id to show, links that work once, and admins who may come back"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

SUBJECT = "(kind = 'admin') = (admin_id is not null)"


def upgrade() -> None:
    op.add_column("session", sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False))
    op.create_index("session_id_uq", "session", ["id"], unique=True)
    op.add_column("session", sa.Column("kind", sa.String(), server_default="admin", nullable=False))
    op.create_check_constraint(op.f("session_kind_known"), "session", "kind in ('admin', 'customer')")
    op.alter_column("session", "admin_id", nullable=True)
    op.create_check_constraint(op.f("session_subject"), "session", SUBJECT)
    op.add_column("session", sa.Column("place", sa.String(), server_default="", nullable=False))
    op.add_column("session", sa.Column("device", sa.String(), server_default="", nullable=False))
    op.create_table(
        "one_time_token",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("admin_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("purpose in ('admin_password')", name=op.f("one_time_token_purpose_known")),
        sa.ForeignKeyConstraint(["admin_id"], ["admin_user.id"], name=op.f("one_time_token_admin_id_fk")),
        sa.PrimaryKeyConstraint("id", name=op.f("one_time_token_pk")),
    )
    op.create_index("one_time_token_hash_uq", "one_time_token", ["hash"], unique=True)
    op.create_index(op.f("one_time_token_admin_id_ix"), "one_time_token", ["admin_id"])
    _index_of_addresses(where="disabled_at is null")


def downgrade() -> None:
    # An address may have been taken away and given again: the older row steps aside.
    op.execute("update admin_user set email = id || '.' || email where disabled_at is not null")
    _index_of_addresses(where=None)
    op.drop_table("one_time_token")
    op.execute("delete from session where admin_id is null")
    op.drop_column("session", "device")
    op.drop_column("session", "place")
    op.drop_constraint(op.f("session_subject"), "session", type_="check")
    op.alter_column("session", "admin_id", nullable=False)
    op.drop_constraint(op.f("session_kind_known"), "session", type_="check")
    op.drop_column("session", "kind")
    op.drop_index("session_id_uq", table_name="session")
    op.drop_column("session", "id")


def _index_of_addresses(where: str | None) -> None:
    op.drop_index("admin_user_email_uq", table_name="admin_user")
    op.create_index(
        "admin_user_email_uq",
        "admin_user",
        [sa.literal_column("lower(email)")],
        unique=True,
        postgresql_where=sa.text(where) if where else None,
    )
