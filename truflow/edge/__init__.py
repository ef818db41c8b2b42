"""In front of everything: who is asking, may they ask like this, and what every answer carries."""

from truflow.edge.app import Edge

__all__ = ["Edge"]
