"""The chores of every minute and every few."""

from huey import crontab

from truflow.clock import utc_now
from truflow.services import health, holds, reminders, upkeep
from truflow.services import reconcile as reconciling
from truflow.tasks.huey import huey


@huey.periodic_task(crontab(minute="*"))
def heartbeat() -> None:
    health.beat(now=utc_now())


@huey.periodic_task(crontab(minute="*"))
def expire_holds() -> None:
    holds.expire_overdue(now=utc_now())


@huey.periodic_task(crontab(minute="*/5"))
def reconcile() -> None:
    reconciling.run(now=utc_now())


@huey.periodic_task(crontab(minute="41", hour="3"))
def reconcile_wide() -> None:
    reconciling.run(now=utc_now(), wide=True)


@huey.periodic_task(crontab(minute="17"))
def complete_visits() -> None:
    upkeep.complete_visits(now=utc_now())


@huey.periodic_task(crontab(minute="*/5"))
def remind() -> None:
    reminders.remind(now=utc_now())
