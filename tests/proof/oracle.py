"""Whether a time was sold once and all money is accounted for: plain SQL and Stripe's own ledger, none of our code.

Each rule returns the rows that break it. The state asked about is one at rest: everything delivered, overdue holds
expired, Stripe asked about what is open.
"""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, text

from tests.proof.ledger import Ledger

Row = dict[str, Any]
LIVE = {"PENDING", "CONFIRMED", "COMPLETED", "NO_SHOW"}
KEPT = {"CONFIRMED", "COMPLETED", "NO_SHOW"}
GONE_BACK = {"PENDING", "SUCCEEDED", "REQUIRES_ACTION", "QUEUED", "UNKNOWN"}
TABLES = ("booking", "payment", "refund", "email_message", "outbox", "admin_alert", "stripe_event", "resource")

OVERLAPS = """
select a.id as one, b.id as other
from booking a join booking b on a.resource_id = b.resource_id and a.id < b.id
where a.status in ('PENDING', 'CONFIRMED', 'COMPLETED', 'NO_SHOW')
  and b.status in ('PENDING', 'CONFIRMED', 'COMPLETED', 'NO_SHOW')
  and a.starts_at < b.ends_at + make_interval(mins => b.buffer_minutes)
  and b.starts_at < a.ends_at + make_interval(mins => a.buffer_minutes)
"""
DIARY_OVERLAPS = """
select a.id as one, b.id as other
from diary_entry a join diary_entry b on a.resource_id = b.resource_id and a.id < b.id
where lower(a.during) < upper(b.during) and lower(b.during) < upper(a.during)
"""
"""Self-joins that know nothing of the exclusion constraint."""


@dataclass(frozen=True)
class Breach:
    """One row that breaks one rule."""

    rule: str
    row: str
    what: str


@dataclass
class Books:
    """Ours and Stripe's, side by side, at one instant."""

    ours: dict[str, list[Row]]
    events: list[Row]
    audit: list[Row]
    diary: list[Row]
    overlaps: list[Row]
    cap: int | None
    stripe: Ledger
    mails: list[str]
    now: dt.datetime
    lost_answers: int = 0

    def of(self, table: str, **fields: Any) -> list[Row]:
        return [row for row in self.ours[table] if all(row[name] == value for name, value in fields.items())]

    def told(self, *refs: object) -> bool:
        """Whether some alert speaks of one of these."""
        names = {str(ref) for ref in refs if ref}
        return any(names & set(str(alert["object_ref"]).split()) for alert in self.ours["admin_alert"])


@dataclass
class Findings:
    """How many rows each rule looked at, and what breaks it."""

    looked: dict[str, int] = field(default_factory=dict)
    breaches: list[Breach] = field(default_factory=list)

    def table(self) -> str:
        found = Counter(breach.rule for breach in self.breaches)
        lines = [f"{'rule':<44}{'rows':>8}{'broken':>8}"]
        lines += [f"{rule:<44}{rows:>8}{found[rule]:>8}" for rule, rows in self.looked.items()]
        return "\n".join(lines + [f"  {breach.rule}: {breach.row}: {breach.what}" for breach in self.breaches])

    def add(self, other: "Findings") -> None:
        for rule, rows in other.looked.items():
            self.looked[rule] = self.looked.get(rule, 0) + rows
        self.breaches += other.breaches


Rule = Callable[[Books], tuple[int, list[tuple[object, str]]]]


def read(connection: Connection, stripe: Ledger, mails: list[str], now: dt.datetime, *, lost_answers: int = 0) -> Books:
    """Both sides' books as this connection sees ours; `lost_answers` is how many mails may have gone out twice."""

    def rows(statement: str) -> list[Row]:
        return [dict(row) for row in connection.execute(text(statement)).mappings()]

    return Books(
        ours={table: rows(f"select * from {table}") for table in TABLES},
        events=rows("select * from booking_event where what = 'status' or what = 'booked' order by id"),
        audit=rows("select * from payment_audit_log order by id"),
        diary=rows("select booking_id, resource_id, lower(during) as a, upper(during) as b from diary_entry"),
        overlaps=rows(OVERLAPS) + rows(DIARY_OVERLAPS),
        cap=(rows("select max_bookings_per_day as cap from system_settings") or [{"cap": None}])[0]["cap"],
        stripe=stripe,
        mails=mails,
        now=now,
        lost_answers=lost_answers,
    )


def examine(books: Books) -> Findings:
    """Every rule over these books."""
    from tests.proof.oracle_rules import RULES

    findings = Findings()
    for name, rule in RULES.items():
        looked, broken = rule(books)
        findings.looked[name] = looked
        findings.breaches += [Breach(name, str(row), what) for row, what in broken]
    return findings


def by(rows: Iterable[Row], name: str) -> dict[Any, list[Row]]:
    grouped: dict[Any, list[Row]] = defaultdict(list)
    for row in rows:
        grouped[row[name]].append(row)
    return grouped
