"""What a doorbell wakes; its name is in integrations/queue.py."""

from huey import crontab

from truflow.services import effects
from truflow.tasks.huey import huey


@huey.task()
def deliver_due() -> None:
    """Do every effect that is due."""
    effects.deliver_due()


@huey.periodic_task(crontab(minute="*"))
def sweep() -> None:
    """Find what no doorbell rang for: back-offs that are over, leases left behind, bells lost on the way."""
    effects.deliver_due()
