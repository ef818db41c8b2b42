"""How a document leaves the house: without its hidden fields, with what `expand` asked for."""

from typing import Any

from stripe_sandbox.errors import Malformed
from stripe_sandbox.store import Body, Store

_EXPANDABLE = {
    "latest_charge": "charge",
    "charge": "charge",
    "payment_intent": "payment_intent",
    "payment_method": "payment_method",
}
_ALWAYS_NULL = {"customer", "application", "on_behalf_of", "review", "transfer", "source_transfer", "invoice"}


def render(store: Store, body: Body, expand: list[str] | None = None) -> dict[str, Any]:
    """The document as Stripe shows it; names that begin with `_` are ours."""
    shown = {name: value for name, value in body.items() if not name.startswith("_")}
    for path in expand or []:
        _expand(store, shown, path.split("."), path)
    return shown


def collection(url: str, data: list[dict[str, Any]], *, has_more: bool = False) -> dict[str, Any]:
    """Stripe's list object."""
    return {"object": "list", "data": data, "has_more": has_more, "url": url}


def _expand(store: Store, shown: dict[str, Any], steps: list[str], whole: str) -> None:
    name, rest = steps[0], steps[1:]
    if name == "data" and shown.get("object") == "list":
        for each in shown["data"]:
            _expand(store, each, rest, whole)
        return
    if name == "refunds" and shown.get("object") == "charge":
        if not isinstance(shown.get("refunds"), dict):
            refunds = [render(store, each) for each in reversed(store.every_linked("refund", "charge", shown["id"]))]
            shown["refunds"] = collection(f"/v1/charges/{shown['id']}/refunds", refunds)
        inner = shown["refunds"]
    elif name in _ALWAYS_NULL and name in shown:
        return
    elif name in _EXPANDABLE and name in shown:
        if isinstance(shown[name], str):
            found = store.get(_EXPANDABLE[name], shown[name])
            shown[name] = render(store, found) if found else shown[name]
        inner = shown[name]
    else:
        raise Malformed(
            f"This property cannot be expanded ({whole}). You may want to try expanding 'data.{whole}' instead."
            if shown.get("object") == "list"
            else f"This property cannot be expanded ({whole}).",
            param="expand",
        )
    if rest and isinstance(inner, dict):
        _expand(store, inner, rest, whole)
