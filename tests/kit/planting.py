"""The words in which a mishap in the tables is told; `clean_house.py` has the guests."""

from dataclasses import dataclass

NOBODY = "00000000-0000-4000-8000-000000000001"
AUDIT = "payment_audit_log"


@dataclass(frozen=True)
class Corruption:
    """One mishap, as a test is named for it."""

    name: str
    rules: frozenset[str]
    statements: tuple[str, ...]


def of(guest: str) -> str:
    """A guest's booking, as a subquery."""
    return f"(select b.id from booking b join customer c on c.id = b.customer_id where c.name = '{guest}')"


def ago(span: str) -> str:
    return f"cast(:now as timestamptz) - interval '{span}'"


def refund_of(guest: str) -> str:
    return f"(select id from refund where booking_id = {of(guest)})"


def confirmation_of(guest: str) -> str:
    return f"template = 'confirmation' and booking_id = {of(guest)}"


def entry(kind: str, booking: str = "null", during: str = "'[2027-04-01, 2027-04-02)'") -> str:
    """A diary entry out of nowhere."""
    values = f"1, {during}, '{kind}', {booking}, ''"
    return f"insert into diary_entry (resource_id, during, kind, booking_id, note) values ({values})"


def invented(table: str, guest: str, cents: int, status: str) -> tuple[str, str]:
    """A payment or refund out of nowhere, with an audit line as good as a real one."""
    names, given = "purpose, method", "'BALANCE', 'CASH'"
    if table == "refund":
        paid = f"(select id from payment where booking_id = {of(guest)} and status = 'SUCCEEDED')"
        names, given = "payment_id, key_generation, reason", f"{paid}, 1, 'ADMIN'"
    return (
        f"insert into {table} (id, booking_id, amount_cents, status, currency, attempt, created_at, {names}) "
        f"values ('{NOBODY}', {of(guest)}, {cents}, '{status}', 'usd', 0, :now, {given})",
        f"insert into {AUDIT} (at, actor, action, booking_id, {table}_id, to_status, amount_cents, currency, why, "
        "retain_until) select :now, 'x', 'made', booking_id, id, status, amount_cents, currency, '', '2034-01-01' "
        f"from {table} where id = '{NOBODY}'",
    )


def effect(values: str) -> str:
    return f"update outbox set {values} where id = (select min(id) from outbox)"


def planted(name: str, rules: str, *statements: str) -> Corruption:
    return Corruption(name, frozenset(rules.split()), statements)
