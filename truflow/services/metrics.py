"""A few honest figures for a monitor: asked of the database each time, with no name of anybody in them."""

import datetime as dt
from collections.abc import Iterable, Iterator

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from sqlalchemy import text
from sqlmodel import Session

from truflow.db import transaction
from truflow.models.booking import BookingStatus
from truflow.models.messages import MailStatus
from truflow.models.payment import PaymentStatus, RefundStatus

COUNTED: tuple[tuple[str, str, Iterable[str]], ...] = (
    ("booking", "Bookings by status.", BookingStatus),
    ("payment", "Payments by status.", PaymentStatus),
    ("refund", "Refunds by status.", RefundStatus),
    ("email_message", "Mails by status.", MailStatus),
)
"""Tables whose rows are counted by status; a status without rows is 0, so that a graph does not end."""

WAITING = (
    "select count(*), coalesce(extract(epoch from :now - min(created_at)), 0) from outbox "
    "where status in ('READY', 'LEASED')"
)
SILENCE = "select extract(epoch from :now - at) from heartbeat where name = 'worker'"


def exposition(*, now: dt.datetime) -> bytes:
    """Everything in Prometheus' text format; refuses with Busy when the database is away."""
    with transaction() as session:
        figures = list(_figures(session, now))
    registry = CollectorRegistry()
    registry.register(_Found(figures))
    return generate_latest(registry)


def _figures(session: Session, now: dt.datetime) -> Iterator[Metric]:
    for table, words, statuses in COUNTED:
        rows = session.execute(text(f"select status, count(*) from {table} group by status"))  # noqa: S608
        found = {status: count for status, count in rows}  # noqa: C416  a result is no mapping
        family = GaugeMetricFamily(f"truflow_{table}s", words, labels=["status"])
        for status in statuses:
            family.add_metric([str(status).lower()], float(found.get(str(status), 0)))
        yield family
    depth, age = session.execute(text(WAITING), {"now": now}).one()
    yield GaugeMetricFamily("truflow_outbox_waiting", "Effects that are promised and not done yet.", float(depth))
    yield GaugeMetricFamily("truflow_outbox_oldest_seconds", "How long the oldest of them has waited.", float(age))
    dead = session.execute(text("select count(*) from outbox where status = 'DEAD'")).scalar_one()
    yield GaugeMetricFamily("truflow_outbox_dead", "Effects that were given up; each has an alert.", float(dead))
    alerts = session.execute(text("select count(*) from admin_alert where closed_at is null")).scalar_one()
    yield GaugeMetricFamily("truflow_alerts_open", "Facts that need a person.", float(alerts))
    silence = session.execute(text(SILENCE), {"now": now}).scalar_one_or_none()
    if silence is not None:
        yield GaugeMetricFamily(
            "truflow_worker_silent_seconds", "Since the worker's last sign of life.", float(silence)
        )


class _Found:
    """A collector of what was read already."""

    def __init__(self, figures: list[Metric]) -> None:
        self._figures = figures

    def collect(self) -> Iterable[Metric]:
        return self._figures
