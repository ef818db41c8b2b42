"""The alarm clock: Huey on PostgreSQL, or on Redis. What matters is an outbox row; the queue only says "look now".

Huey deletes a task before it runs it, so nothing may live here alone. JSON instead of Huey's
pickle: whoever could write into the queue could otherwise run code.
"""

import datetime as dt
import json
from functools import lru_cache
from typing import Any
from uuid import uuid4

from huey import Huey, PostgresHuey, RedisHuey
from huey.registry import Message
from huey.serializer import Serializer

from truflow.settings import get_settings

QUEUE = "truflow"
DOORBELL = "truflow.tasks.outbox.deliver_due"
"""The task's name is where it lives; a test holds the two together."""


class Json(Serializer):
    """Only what we ourselves put in: a Message of JSON values, or a JSON value; anything else is refused."""

    def _serialize(self, data: Any) -> bytes:
        return json.dumps(_out(data)).encode()

    def _deserialize(self, data: bytes) -> Any:
        return _in(json.loads(data))


def _out(value: Any) -> Any:
    match value:
        case Message():
            return {"m": {name: _out(each) for name, each in value._asdict().items() if each is not None}}
        case dt.datetime():
            return {"t": value.isoformat()}
        case dict():
            return {"d": {str(name): _out(each) for name, each in value.items()}}
        case list() | tuple():
            return [_out(each) for each in value]
        case None | str() | int() | float() | bool():
            return value
    raise TypeError(f"{type(value).__name__} does not go into the queue")


def _in(value: Any) -> Any:
    if isinstance(value, list):
        return [_in(each) for each in value]
    if not isinstance(value, dict):
        return value
    ((kind, inner),) = value.items()
    if kind == "t":
        return dt.datetime.fromisoformat(inner)
    plain = {name: _in(each) for name, each in inner.items()}
    if kind == "m":
        return Message(**{**plain, "args": tuple(plain.get("args", ())), "kwargs": plain.get("kwargs", {})})
    return plain


def make_huey(dsn: str) -> Huey:
    """The queue of this installation; `dsn` is libpq's, used when there is no Redis."""
    redis = get_settings().redis_url
    if redis is not None:
        return RedisHuey(QUEUE, url=redis.get_secret_value(), serializer=Json(), results=False)
    return PostgresHuey(QUEUE, dsn=dsn, serializer=Json(), results=False, create_tables=False, read_timeout=5)


def doorbell() -> bytes:
    """The queue entry that makes a worker look into the outbox."""
    message = Message(str(uuid4()), DOORBELL, None, 0, 0, None, (), {}, None, None, None, None)
    return Json()._serialize(message)


def channel() -> str:
    """Where PostgresHuey's workers listen."""
    return f"huey.q.{QUEUE}"


@lru_cache
def _redis_huey() -> Huey:
    return make_huey("")


def ring_redis() -> None:
    """Ring by Redis, after the commit; whoever misses it is found by the sweep every minute."""
    _redis_huey().storage.enqueue(doorbell())
