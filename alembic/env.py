"""Runs the migrations as truflow_owner; Huey's tables are in them, but not in our models."""

from alembic import context
from sqlalchemy import Connection, create_engine, pool

from truflow.db import OWNER, url_for
from truflow.models import metadata


def ours(name: str | None, kind: str, parents: object) -> bool:  # noqa: ARG001
    return not (kind == "table" and name is not None and name.startswith("huey_"))


def run(connection: Connection) -> None:
    context.configure(connection=connection, target_metadata=metadata, include_name=ours, compare_type=True)
    with context.begin_transaction():
        context.run_migrations()


given: Connection | None = context.config.attributes.get("connection")
if given is not None:
    run(given)
else:
    with create_engine(url_for(OWNER), poolclass=pool.NullPool).connect() as own:
        run(own)
