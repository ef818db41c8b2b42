"""Starts the sandbox: `python -m stripe_sandbox --port 8010 --data FOLDER`."""

import argparse
import asyncio
import os
import signal
from pathlib import Path

from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server.embed import Server

from stripe_sandbox.app import make_app
from stripe_sandbox.config import Config

_PATIENCE = 5.0


def main() -> None:
    """Reads flags and environment, serves until SIGTERM."""
    options = _options()
    config = Config(
        data=options.data,
        secret_key=options.secret_key,
        publishable_key=options.publishable_key,
        webhook_secret=options.webhook_secret,
        webhook_url=options.webhook_url,
        public_url=options.public_url.rstrip("/"),
    )
    asyncio.run(_serve(config, options.host, options.port))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="stripe_sandbox", description="A Stripe-compatible server for demos and tests."
    )
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--data", type=Path, required=True, help="the folder of the ledger")
    for name, default in (
        ("secret-key", "sk_test_sandbox"),
        ("publishable-key", "pk_test_sandbox"),
        ("webhook-secret", "whsec_sandbox"),
        ("webhook-url", ""),
        ("public-url", ""),
    ):
        variable = f"SANDBOX_{name.replace('-', '_').upper()}"
        parser.add_argument(f"--{name}", default=os.environ.get(variable) or default, help=f"or {variable}")
    return parser.parse_args()


async def _serve(config: Config, host: str, port: int) -> None:
    app = make_app(config)
    # No access log: a client secret may stand in a query.
    server = Server(
        app, address=host, port=port, interface=Interfaces.ASGI, websockets=False, log_level=LogLevels.error
    )
    loop = asyncio.get_running_loop()

    def stop() -> None:
        app.state.world.closing.set()  # hanging requests let go
        server.stop()
        loop.call_later(_PATIENCE, os._exit, 0)  # every answer is on the disk already

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop)
    await server.serve()


if __name__ == "__main__":
    main()
