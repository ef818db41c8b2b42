"""The postman: signs events and sends them, again and again, until they are taken."""

import asyncio
import hashlib
import hmac
import json
import logging
import time
from sqlite3 import Row

import httpx

from stripe_sandbox import deliveries, jobs
from stripe_sandbox.rendering import render
from stripe_sandbox.world import World

log = logging.getLogger("stripe_sandbox")
_AT_ONCE = 8
_PATIENCE = 10.0


def sign(payload: bytes, secret: str, timestamp: int) -> str:
    """Stripe's header for a payload: `t=…,v1=…`."""
    digest = hmac.new(secret.encode(), f"{timestamp}.".encode() + payload, hashlib.sha256)
    return f"t={timestamp},v1={digest.hexdigest()}"


class Postman:
    """Runs beside the API; what it has to do stands in the ledger, so a restart goes on."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._under_way: dict[int, asyncio.Task[None]] = {}

    async def run(self) -> None:
        """Works until it is cancelled."""
        async with httpx.AsyncClient(timeout=_PATIENCE, trust_env=False) as client:
            try:
                while True:
                    self._world.bell.clear()
                    try:
                        self._do_due(client)
                        wait = self._until_next()
                    except Exception:
                        log.exception("the postman stumbled")
                        wait = 1.0
                    await self._wait(wait)
            finally:
                for task in self._under_way.values():
                    task.cancel()

    def _do_due(self, client: httpx.AsyncClient) -> None:
        world = self._world
        with world.store.transaction():
            jobs.run_due(world.books())
        due = world.store.rows(
            "select * from delivery where state = 'due' and due_at <= ? order by due_at, id limit 100",
            world.clock.now(),
        )
        for row in due:
            if row["id"] not in self._under_way and len(self._under_way) < _AT_ONCE:
                self._under_way[row["id"]] = asyncio.create_task(self._deliver(client, row))

    def _until_next(self) -> float:
        if len(self._under_way) >= _AT_ONCE:
            return 60.0  # whoever comes back rings
        moments = [
            row["due_at"]
            for row in self._world.store.rows("select id, due_at from delivery where state = 'due'")
            if row["id"] not in self._under_way
        ]
        moments += [row["due_at"] for row in self._world.store.rows("select due_at from job")]
        return min(60.0, max(0.0, min(moments) - self._world.clock.now())) if moments else 60.0

    async def _wait(self, seconds: float) -> None:
        try:
            await asyncio.wait_for(self._world.bell.wait(), seconds + 0.005)
        except TimeoutError:
            return

    async def _deliver(self, client: httpx.AsyncClient, row: Row) -> None:
        world = self._world
        status, error = None, None
        try:
            event = world.store.get("event", row["event_id"])
            payload = json.dumps(render(world.store, event or {}), indent=2).encode()
            # The stamp is the real time: the receiver's clock does not follow ours.
            signature = sign(payload, world.config.webhook_secret, int(time.time()))
            headers = {
                "Content-Type": "application/json; charset=utf-8",
                "Stripe-Signature": signature,
                "User-Agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
            }
            async with asyncio.timeout(_PATIENCE):
                status = (await client.post(row["url"], content=payload, headers=headers)).status_code
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError) as trouble:
            error = type(trouble).__name__
        finally:
            self._under_way.pop(row["id"], None)
        with world.store.transaction():
            deliveries.record(
                world.store, row["id"], status=status, error=error, real=time.time(), now=world.clock.now()
            )
        world.bell.set()
