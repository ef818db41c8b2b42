"""the database says when free times change, so that open pages can follow"""

from alembic import op

revision = "0007"
down_revision = "0006"

# One word a transaction, however many rows: PostgreSQL drops notifications that say the same.
SAY = """
create function say_diary_news() returns trigger language plpgsql set search_path = public as $$
begin
  perform pg_notify('diary', '');
  return null;
end $$
"""
# Whatever decides what is free: the diary first, then hours, rules, services, and who gives them.
TABLES = (
    "diary_entry",
    "business_hours",
    "date_override",
    "service",
    "resource",
    "service_resource",
    "system_settings",
)


def upgrade() -> None:
    op.execute(SAY)
    for table in TABLES:
        op.execute(
            f"create trigger {table}_news after insert or update or delete on {table} "
            "for each statement execute function say_diary_news()"
        )


def downgrade() -> None:
    for table in TABLES:
        op.execute(f"drop trigger {table}_news on {table}")
    op.execute("drop function say_diary_news()")
