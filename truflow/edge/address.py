"""Where a request comes from, believed only as far as our own proxies reach."""

from ipaddress import IPv6Address, IPv6Network, ip_address

from starlette.types import Scope

UNKNOWN = "unknown"


def client_address(scope: Scope, hops: int) -> str:
    """The visitor's address as limits count it: an IPv4 address, or the /64 an IPv6 one lies in.

    Each trusted proxy appends who asked it, so with N of them the N-th entry from the right is the visitor;
    everything further left is whatever the visitor chose to write there.
    """
    peer = _peer(scope)
    if hops:
        forwarded = _listed(scope, b"x-forwarded-for")
        if len(forwarded) >= hops:
            return _counted(forwarded[-hops]) or peer
    return peer


def is_secure(scope: Scope, hops: int) -> bool:
    """Whether the visitor's own connection is encrypted; X-Forwarded-Proto counts only behind our proxies."""
    if hops:
        schemes = _listed(scope, b"x-forwarded-proto")
        if schemes:
            return schemes[-min(hops, len(schemes))].lower() in ("https", "wss")
    return scope.get("scheme") in ("https", "wss")


def is_loopback(scope: Scope) -> bool:
    """Whether the other end of the connection is this machine."""
    try:
        return ip_address(scope["client"][0]).is_loopback
    except (KeyError, TypeError, ValueError):
        return False


def _peer(scope: Scope) -> str:
    client = scope.get("client")
    return (_counted(client[0]) if client else None) or UNKNOWN


def _listed(scope: Scope, name: bytes) -> list[str]:
    lines = (value.decode("latin-1") for key, value in scope["headers"] if key == name)
    return [entry.strip() for line in lines for entry in line.split(",") if entry.strip()]


def _counted(text: str) -> str | None:
    host = text[1:].partition("]")[0] if text.startswith("[") else text
    if host.count(":") == 1:  # some proxies write the port too
        host = host.partition(":")[0]
    try:
        address = ip_address(host.partition("%")[0])
    except ValueError:
        return None
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped:
            return str(address.ipv4_mapped)
        # A household gets a whole /64 and may change its address in it at will.
        return "::1" if address.is_loopback else str(IPv6Network((address, 64), strict=False))
    return str(address)
