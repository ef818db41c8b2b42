"""The ledger's file: documents, keys, deliveries, faults and jobs in one SQLite database."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

Body = dict[str, Any]

_SCHEMA = """
create table if not exists document(
  seq integer primary key autoincrement, id text not null unique, kind text not null, created integer not null,
  body text not null);
create index if not exists document_kind on document(kind, seq);
create index if not exists document_intent on document(json_extract(body, '$.payment_intent'), kind);
create index if not exists document_charge on document(json_extract(body, '$.charge'), kind);
create table if not exists idempotency(
  key text primary key, path text not null, fingerprint text not null, status integer not null, body text not null,
  request_id text not null, created integer not null);
create table if not exists delivery(
  id integer primary key autoincrement, event_id text not null, url text not null, state text not null,
  attempts integer not null default 0, due_at real not null, fault_id integer, log text not null default '[]');
create index if not exists delivery_due on delivery(state, due_at);
create index if not exists delivery_event on delivery(event_id);
create table if not exists fault(
  id integer primary key autoincrement, aim text not null, body text not null, skip integer not null,
  times integer not null, used integer not null default 0);
create table if not exists job(
  id integer primary key autoincrement, due_at real not null, kind text not null, ref text not null);
create table if not exists setting(name text primary key, value text not null);
"""


class Store:
    """One connection, used by one thread; every statement is short."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.db = sqlite3.connect(folder / "sandbox.sqlite3", isolation_level=None, timeout=10)
        self.db.row_factory = sqlite3.Row
        self.db.execute("pragma journal_mode=wal")
        self.db.execute("pragma synchronous=normal")
        self.db.executescript(_SCHEMA)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All of it or nothing, on the disk before the caller goes on."""
        self.db.execute("begin immediate")
        try:
            yield
        except BaseException:
            self.db.execute("rollback")
            raise
        self.db.execute("commit")

    def rows(self, sql: str, *values: object) -> list[sqlite3.Row]:
        return self.db.execute(sql, values).fetchall()

    def run(self, sql: str, *values: object) -> int:
        """Executes one statement; the id of the row it inserted."""
        return self.db.execute(sql, values).lastrowid or 0

    def add(self, body: Body) -> Body:
        """Writes a new document; its kind is its `object`."""
        self.run(
            "insert into document(id, kind, created, body) values (?, ?, ?, ?)",
            body["id"],
            body["object"],
            body["created"],
            json.dumps(body),
        )
        return body

    def save(self, body: Body) -> Body:
        """Writes a document again."""
        self.run("update document set body = ? where id = ?", json.dumps(body), body["id"])
        return body

    def get(self, kind: str, id_: str) -> Body | None:
        rows = self.rows("select body from document where id = ? and kind = ?", id_, kind)
        return json.loads(rows[0]["body"]) if rows else None

    def every(self, kind: str) -> list[Body]:
        """All documents of a kind, the oldest first."""
        return [
            json.loads(row["body"]) for row in self.rows("select body from document where kind = ? order by seq", kind)
        ]

    def every_linked(self, kind: str, by: str, id_: str) -> list[Body]:
        """Documents that name another one in their field `by`, the oldest first."""
        sql = f"select body from document where json_extract(body, '$.{by}') = ? and kind = ? order by seq"  # noqa: S608
        return [json.loads(row["body"]) for row in self.rows(sql, id_, kind)]

    def seq(self, id_: str) -> int | None:
        rows = self.rows("select seq from document where id = ?", id_)
        return rows[0]["seq"] if rows else None

    def setting(self, name: str, default: str) -> str:
        rows = self.rows("select value from setting where name = ?", name)
        return str(rows[0]["value"]) if rows else default

    def set(self, name: str, value: str) -> None:
        self.run("insert or replace into setting(name, value) values (?, ?)", name, value)

    def empty(self) -> None:
        """Forgets everything but the clock."""
        for table in ("document", "idempotency", "delivery", "fault", "job"):
            self.run(f"delete from {table}")  # noqa: S608

    def close(self) -> None:
        self.db.close()
