"""A booking as plain pages: the same services and words, for visitors without JavaScript or without a live socket."""

from truflow.api.plain.routes import routes

__all__ = ["routes"]
