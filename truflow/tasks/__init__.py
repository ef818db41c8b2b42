"""Thin wrappers for the worker: each body is one service call. Importing this package registers them all."""

from truflow.tasks import outbox, upkeep, verify

__all__ = ["outbox", "upkeep", "verify"]
