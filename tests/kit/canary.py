"""Somebody whose words are found nowhere else in the world, so that wherever they turn up, they leaked."""

from typing import Any

from tests.kit.guests import bearer, body, card
from tests.kit.stack import Stack

NAME = "Canarina Quillfeather"
EMAIL = "canarina.quillfeather@nest-7c1f.example"
PHONE = "+1 646 555 7139"
NOTES = "allergic to zwieback-7c1f"
CARD = "4000056655665556"
WORDS = (NAME, "Quillfeather", EMAIL, "nest-7c1f", "555 7139", "6465557139", "zwieback", CARD)
"""Her own, and what of them would tell her apart."""

NOT_COMPARED = ("heartbeat", "huey_task", "huey_schedule", "huey_kv", "watermark")
"""What the worker writes by itself."""


def books(stack: Stack, start: str, **changes: Any) -> dict[str, Any]:
    """Her booking, held; with its `manageToken`."""
    customer = {"name": NAME, "email": EMAIL, "phone": PHONE}
    answer = stack.http.post("/api/bookings", json=body(start, customer=customer, notes=NOTES, **changes))
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def pays(stack: Stack, made: dict[str, Any]) -> None:
    path = f"/api/bookings/{made['booking']['id']}/pay"
    paid = stack.http.post(path, json={"confirmationToken": card(stack)}, headers=bearer(made))
    assert paid.json()["booking"]["status"] == "CONFIRMED", paid.text


def told(text: str, *more: str) -> list[str]:
    """Which of her words, and of these, the text gives away."""
    low = text.lower()
    return [word for word in (*WORDS, *more) if word.lower() in low]


def house(stack: Stack) -> dict[str, str]:
    """A fingerprint of every table: the same before and after, or something was changed."""
    names = stack.sql("select tablename from pg_tables where schemaname = 'public' order by tablename")
    prints = {}
    for row in names:
        name = row["tablename"]
        if name not in NOT_COMPARED:
            (found,) = stack.sql(
                f'select count(*) || md5(string_agg(t::text, chr(10) order by t::text)) p from "{name}" t'
            )
            prints[name] = str(found["p"])
    return prints
