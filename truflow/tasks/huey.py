"""The queue that the tasks are registered with, and how a task may fail."""

from truflow.db import conninfo
from truflow.integrations.queue import make_huey

huey = make_huey(conninfo())
