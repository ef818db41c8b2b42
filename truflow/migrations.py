"""Brings the database to what the models need: the two roles, the database, then every migration, under a lock."""

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, create_engine, pool, text

from truflow.db import APP, OWNER, SUPERUSER, url_for
from truflow.settings import ROOT, get_settings

ONE_AT_A_TIME = 7_031_977  # an advisory lock: two starting webs migrate one after the other


def alembic_config() -> Config:
    """Alembic's configuration, whatever the working directory is."""
    config = Config(ROOT / "alembic.ini")
    config.set_main_option("script_location", str(ROOT / "alembic"))
    return config


def migrate() -> None:
    """Make roles and database where they are missing, and run every migration that has not run."""
    database = "truflow"
    if get_settings().database_url is None:
        with _connection(SUPERUSER, "postgres") as server:
            _ensure_roles(server)
            _ensure_database(server, database)
    else:
        with _connection(SUPERUSER, database) as server:
            _ensure_roles(server)
            server.execute(text(f"grant create, usage on schema public to {OWNER}"))
    with create_engine(url_for(OWNER), poolclass=pool.NullPool).connect() as connection:
        connection.execute(text("select pg_advisory_lock(:key)"), {"key": ONE_AT_A_TIME})
        connection.commit()
        config = alembic_config()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        connection.execute(text("select pg_advisory_unlock(:key)"), {"key": ONE_AT_A_TIME})
        connection.commit()


def _connection(role: str, database: str) -> Connection:
    engine = create_engine(url_for(role, database), poolclass=pool.NullPool, isolation_level="AUTOCOMMIT")
    return engine.connect()


def _ensure_roles(server: Connection) -> None:
    """`truflow_owner` migrates, `truflow_app` does the rest; a login of the owner's may become both."""
    login = get_settings().database_url is None
    for role in (OWNER, APP):
        if not server.execute(text("select 1 from pg_roles where rolname = :role"), {"role": role}).scalar():
            server.execute(text(f"create role {role} {'login' if login else 'nologin'}"))
        if not login:
            server.execute(text(f"grant {role} to current_user"))


def _ensure_database(server: Connection, database: str) -> None:
    if not server.execute(text("select 1 from pg_database where datname = :name"), {"name": database}).scalar():
        server.execute(text(f"create database {database} owner {OWNER} encoding 'UTF8'"))
