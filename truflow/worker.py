"""The worker: Huey's consumer over our tasks, until SIGTERM."""

import structlog
from huey.consumer import Consumer

from truflow.clock import utc_now
from truflow.errors import Busy
from truflow.logs import setup
from truflow.services import effects, health
from truflow.tasks.huey import huey

log = structlog.get_logger(__name__)

WORKERS = 4


def run() -> None:
    """Work until told to stop; on SIGTERM a task that runs may end first."""
    import truflow.tasks  # noqa: F401  registers every task

    setup("worker")
    _catch_up()
    consumer: Consumer = huey.create_consumer(
        workers=WORKERS, worker_type="thread", graceful_signal="TERM", check_worker_health=True
    )
    consumer.run()


def _catch_up() -> None:
    """Say that we live, and do what a worker that died left behind; without a database, the next minute does both."""
    try:
        health.beat(now=utc_now())
        effects.deliver_due()
    except Busy:
        log.warning("database_away")
