"""The queue that the tasks are registered with, and under which id each of them works."""

from typing import Any

from truflow import tracing
from truflow.db import conninfo
from truflow.integrations.queue import make_huey

huey = make_huey(conninfo())


@huey.pre_execute()
def begin(task: Any) -> None:  # noqa: ARG001
    """A task is work of its own; the effects that it delivers go on under the requests that wanted them."""
    tracing.begin()
