"""How many requests this web process has answered, by status; counted by the edge, told by `/metrics`."""

from prometheus_client import CollectorRegistry, Counter, generate_latest

_registry = CollectorRegistry()
_requests = Counter(
    "truflow_requests", "Requests that this process answered, by status.", ["status"], registry=_registry
)


def count(status: int) -> None:
    """One more answer."""
    _requests.labels(str(status)).inc()


def exposition() -> bytes:
    """What was counted, in Prometheus' text format."""
    return generate_latest(_registry)
