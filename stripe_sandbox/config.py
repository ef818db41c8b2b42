"""What the sandbox is told when it starts."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Config:
    """Keys and addresses; `webhook_url` may be empty: then nothing is sent.

    `public_url` is where browsers reach `/sandbox/stripe`; empty: the host of each request.
    """

    data: Path
    secret_key: str
    publishable_key: str
    webhook_secret: str
    webhook_url: str = ""
    public_url: str = ""
