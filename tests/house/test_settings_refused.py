"""Settings that TruFlow does not start with, each with the line that mends it."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from truflow.settings import ROOT, Settings

GOOD = {
    "env": "production",
    "public_url": "https://book.example.com",
    "secret_key": "k" * 32,
    "stripe_secret_key": "sk_live_1",
    "stripe_publishable_key": "pk_live_1",
    "stripe_webhook_secret": "whsec_1",
    "stripe_webhook_path_token": "p" * 16,
    "mail_url": "smtps://user:word@mail.example.com",
    "mail_from": "hello@example.com",
}
TEST_KEYS = {"stripe_secret_key": "sk_test_1", "stripe_publishable_key": "pk_test_1"}
SANDBOX = "http://127.0.0.1:9000/sandbox/stripe"
LIVE_KEY = "live key goes to Stripe only"
TLS = "?sslmode=verify-full"
REFUSED: list[tuple[str, dict[str, Any], str]] = [
    ("a public address by http", {"public_url": "http://book.example.com"}, "TRUFLOW_PUBLIC_URL must be the https"),
    ("no public address", {"public_url": ""}, "TRUFLOW_PUBLIC_URL must be the https"),
    ("a public address without a host", {"public_url": "https://"}, "TRUFLOW_PUBLIC_URL must be the https"),
    ("no secret key", {"secret_key": ""}, "TRUFLOW_SECRET_KEY must have 32 characters or more: openssl rand"),
    ("a short secret key", {"secret_key": "k" * 31}, "TRUFLOW_SECRET_KEY must have 32 characters or more"),
    ("the sandbox", {"stripe_api_base": SANDBOX, **TEST_KEYS}, "leave TRUFLOW_STRIPE_API_BASE"),
    ("the sandbox's script", {"stripe_js_url": "/sandbox/stripe/v3.js", **TEST_KEYS}, "leave TRUFLOW_STRIPE_API_BASE"),
    (
        "somebody else's script",
        {"stripe_js_url": "https://js.stripe.com.evil.example/v3", **TEST_KEYS},
        "TRUFLOW_STRIPE_JS_URL",
    ),
    (
        "a live key for another Stripe",
        {"stripe_api_base": "https://api.stripe.example"},
        "live key goes to Stripe only",
    ),
    ("no Stripe key", {"stripe_secret_key": ""}, "TRUFLOW_STRIPE_SECRET_KEY is missing"),
    ("the wrong Stripe key", {"stripe_secret_key": "pk_live_1"}, "TRUFLOW_STRIPE_SECRET_KEY is missing"),
    ("no publishable key", {"stripe_publishable_key": ""}, "TRUFLOW_STRIPE_PUBLISHABLE_KEY is missing"),
    ("a secret that would be published", {"stripe_publishable_key": "sk_live_1"}, "TRUFLOW_STRIPE_PUBLISHABLE_KEY"),
    ("keys of two worlds", {"stripe_publishable_key": "pk_test_1"}, "both be live, or both be test"),
    ("no webhook secret", {"stripe_webhook_secret": ""}, "TRUFLOW_STRIPE_WEBHOOK_SECRET is empty"),
    ("a short path token", {"stripe_webhook_path_token": "p" * 15}, "TRUFLOW_STRIPE_WEBHOOK_PATH_TOKEN must have 16"),
    ("no mail server", {"mail_url": ""}, "TRUFLOW_MAIL_URL must name a mail server"),
    ("captured mail", {"mail_url": "capture://"}, "TRUFLOW_MAIL_URL must name a mail server"),
    ("captured mail in second place", {"mail_url": "smtps://a capture://"}, "TRUFLOW_MAIL_URL must name a mail server"),
    ("no sender", {"mail_from": ""}, "TRUFLOW_MAIL_FROM is missing"),
    ("debug", {"debug": True}, "TRUFLOW_DEBUG must be off"),
    ("relaxed limits", {"relaxed_limits": True}, "TRUFLOW_RELAXED_LIMITS is for tests: leave it unset"),
    ("a remote database in the clear", {"database_url": "postgresql://u:w@db.example/t"}, TLS),
    (
        "one that may fall back",
        {"database_url": "postgresql://u:w@db.example/t?sslmode=prefer"},
        "?sslmode=verify-full",
    ),
    ("one behind a name of ours", {"database_url": "postgresql://localhost/t?host=db.example"}, TLS),
    ("the second of two", {"database_url": "postgresql://u:w@localhost/t?host=localhost,db.example"}, TLS),
    ("one by the host parameter", {"database_url": "postgresql:///t?host=db.example"}, TLS),
]
TAKEN: list[tuple[str, dict[str, Any]]] = [
    ("the good ones", {}),
    ("test keys", TEST_KEYS),
    ("a restricted key", {"stripe_secret_key": "rk_live_1"}),
    ("a database with TLS", {"database_url": "postgresql://u:w@db.example/t?sslmode=verify-full"}),
    ("a database next door", {"database_url": "postgresql://u:w@127.0.0.1/t"}),
    ("a database by its socket", {"database_url": "postgresql:///t?host=/run/postgresql"}),
]


def settings(**changes: Any) -> Settings:
    return Settings(_env_file=None, **{**GOOD, **changes})


@pytest.fixture(autouse=True)
def _nothing_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("TRUFLOW_")]:
        monkeypatch.delenv(name)


@pytest.mark.parametrize(("changes", "line"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED])
def test_production_does_not_start_with(changes: dict[str, Any], line: str) -> None:
    with pytest.raises(ValidationError) as refused:
        settings(**changes)
    words = str(refused.value)
    assert line in words
    assert words.count("\n  - ") == 1, "it names this one thing and nothing else"
    assert not any(secret in words for secret in ("u:w", "user:word", "k" * 31, "sk_live_1")), "no value is shown"


@pytest.mark.parametrize("changes", [case[1] for case in TAKEN], ids=[case[0] for case in TAKEN])
def test_production_starts_with(changes: dict[str, Any]) -> None:
    assert settings(**changes).env == "production"


def test_every_problem_is_named_at_once() -> None:
    with pytest.raises(ValidationError) as refused:
        Settings(_env_file=None)
    assert str(refused.value).count("\n  - ") == 8


def test_a_live_key_goes_to_stripe_only_in_a_demo_too() -> None:
    with pytest.raises(ValidationError, match=LIVE_KEY):
        Settings(
            _env_file=None, env="demo", mail_url="capture://", stripe_secret_key="sk_live_1", stripe_api_base=SANDBOX
        )


@pytest.mark.parametrize("command", ["web", "worker", "migrate"])
def test_the_operator_reads_the_line_and_no_traceback(command: str, tmp_path: Path) -> None:
    outside = {name: value for name, value in os.environ.items() if not name.startswith("TRUFLOW_")}
    ours = {f"TRUFLOW_{name.upper()}": str(value) for name, value in {**GOOD, "debug": True}.items()}
    done = subprocess.run(
        [sys.executable, "-m", "truflow", command],
        cwd=ROOT,
        env={**outside, **ours, "TRUFLOW_DATA_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode != 0
    assert "TRUFLOW_DEBUG must be off" in done.stderr
    assert "Traceback" not in done.stderr
