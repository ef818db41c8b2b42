"""The nightly proof, after the wide reconciliation has mended what it can."""

from huey import crontab

from truflow.clock import utc_now
from truflow.services import verify
from truflow.tasks.huey import huey


@huey.periodic_task(crontab(minute="23", hour="4"))
def verify_nightly() -> None:
    verify.verify_and_keep(now=utc_now())
