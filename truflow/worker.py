"""The worker: Huey's consumer over our tasks, until SIGTERM."""

from huey.consumer import Consumer

from truflow.clock import utc_now
from truflow.logs import setup
from truflow.services import effects, health
from truflow.tasks.huey import huey

WORKERS = 4


def run() -> None:
    """Work until told to stop; on SIGTERM a task that runs may end first."""
    import truflow.tasks  # noqa: F401  registers every task

    setup("worker")
    health.beat(now=utc_now())
    effects.deliver_due()  # what a worker that died left behind
    consumer: Consumer = huey.create_consumer(
        workers=WORKERS, worker_type="thread", graceful_signal="TERM", check_worker_health=True
    )
    consumer.run()
