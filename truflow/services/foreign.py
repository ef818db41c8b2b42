"""What Stripe has and no booking of ours asked for: told once, all of a kind in one alert with a count.

A Stripe account may be years older than TruFlow, or shared with a shop: one alert for each would hide all others.
"""

import datetime as dt
from typing import Literal

from sqlalchemy import text
from sqlmodel import Session, col, func, select

from truflow.models import ForeignObject
from truflow.services import alerts

Kind = Literal["payment", "lost", "refund", "dispute"]

NAMED = 3
WHERE = "stripe"
ONE = {
    "payment": "Stripe has a payment that no booking of ours asked for ({ids}).",
    "lost": "Stripe has a payment for a booking that is not here any more ({ids}).",
    "refund": "Stripe has a refund of a payment that is not ours ({ids}).",
    "dispute": "Stripe has a dispute about a payment that is not ours ({ids}).",
}
MANY = {
    "payment": "Stripe has {count} payments that no booking of ours asked for; the newest are {ids}.",
    "lost": "Stripe has {count} payments for bookings that are not here any more; the newest are {ids}.",
    "refund": "Stripe has {count} refunds of payments that are not ours; the newest are {ids}.",
    "dispute": "Stripe has {count} disputes about payments that are not ours; the newest are {ids}.",
}
TODO = " Look in Stripe's dashboard. If something else uses the same account, there is nothing to do."
TODO_LOST = " Was a backup restored? Find the guest in Stripe's dashboard, then book her again or give the money back."


def tell(session: Session, kind: Kind, stripe_id: str, *, now: dt.datetime) -> None:
    """Note one object that is not ours; what was noted before is never told again, not even after its alert closed."""
    noted = session.execute(
        text(
            "insert into foreign_object (stripe_id, kind, seen_at) values (:id, :kind, :now) "
            "on conflict do nothing returning stripe_id"
        ),
        {"id": stripe_id, "kind": "payment" if kind == "lost" else kind, "now": now},
    )
    if noted.first() is None:
        return
    alert_id = alerts.refresh(session, f"foreign_{kind}", WHERE, "", now=now)  # and holds it, so that counts are right
    session.execute(
        text("update foreign_object set alert_id = :alert where stripe_id = :id"), {"alert": alert_id, "id": stripe_id}
    )
    alerts.refresh(session, f"foreign_{kind}", WHERE, _message(session, kind, alert_id), now=now)


def _message(session: Session, kind: Kind, alert_id: int) -> str:
    of_this = col(ForeignObject.alert_id) == alert_id
    count = session.exec(select(func.count()).select_from(ForeignObject).where(of_this)).one()
    newest = select(ForeignObject.stripe_id).where(of_this)
    newest = newest.order_by(col(ForeignObject.seen_at).desc(), col(ForeignObject.stripe_id)).limit(NAMED)
    sentence = ONE[kind] if count == 1 else MANY[kind]
    return sentence.format(count=count, ids=", ".join(session.exec(newest))) + (TODO_LOST if kind == "lost" else TODO)
