"""`up.env` keeps its secrets from start to start and never replaces what the owner set."""

from pathlib import Path

import pytest
from dotenv import dotenv_values

from truflow import up_env
from truflow.settings import Settings
from truflow.up_env import reachable, settle_data_dir, write_up_env

STRIPE = ("TRUFLOW_STRIPE_SECRET_KEY", "TRUFLOW_STRIPE_PUBLISHABLE_KEY", "TRUFLOW_STRIPE_WEBHOOK_SECRET")


@pytest.fixture(autouse=True)
def owner(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    """An owner who has set nothing yet."""
    for name in up_env.owner_settings():
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(up_env, "ROOT", tmp_path)
    return monkeypatch


def test_the_first_start_makes_everything_the_demo_needs(tmp_path: Path) -> None:
    made = write_up_env(tmp_path, host="127.0.0.1", port=8000)
    file = tmp_path / "up.env"
    assert dotenv_values(file) == made.values
    assert file.stat().st_mode & 0o777 == 0o600
    assert made.values["TRUFLOW_ENV"] == "demo"
    assert made.values["TRUFLOW_MAIL_URL"] == "capture://"
    assert len(made.values["TRUFLOW_SECRET_KEY"]) >= 32
    assert made.sandbox is not None
    assert made.values["TRUFLOW_STRIPE_API_BASE"] == f"http://127.0.0.1:{made.sandbox.port}/sandbox/stripe"
    assert made.values["TRUFLOW_STRIPE_JS_URL"] == "/sandbox/stripe/v3.js"


def test_the_next_start_keeps_every_secret(tmp_path: Path) -> None:
    first = write_up_env(tmp_path, host="127.0.0.1", port=8000)
    second = write_up_env(tmp_path, host="127.0.0.1", port=8001)
    assert second.values == first.values | {"TRUFLOW_PORT": "8001"}


def test_the_sandbox_and_the_settings_agree(tmp_path: Path) -> None:
    made = write_up_env(tmp_path, host="0.0.0.0", port=8000)
    assert made.sandbox is not None
    given = made.sandbox.environment
    assert given["SANDBOX_SECRET_KEY"] == made.values["TRUFLOW_STRIPE_SECRET_KEY"]
    assert given["SANDBOX_WEBHOOK_SECRET"] == made.values["TRUFLOW_STRIPE_WEBHOOK_SECRET"]
    token = made.values["TRUFLOW_STRIPE_WEBHOOK_PATH_TOKEN"]
    assert given["SANDBOX_WEBHOOK_URL"] == f"http://127.0.0.1:8000/api/webhooks/stripe/{token}"


def test_an_owner_with_stripe_keys_gets_no_sandbox(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("TRUFLOW_STRIPE_SECRET_KEY=sk_test_mine\n")
    made = write_up_env(tmp_path, host="127.0.0.1", port=8000)
    assert made.sandbox is None
    assert not {name for name in made.values if name.startswith("TRUFLOW_STRIPE_")} - {
        "TRUFLOW_STRIPE_WEBHOOK_PATH_TOKEN"
    }


def test_what_the_owner_set_is_left_out_and_used_by_the_sandbox(owner: pytest.MonkeyPatch, tmp_path: Path) -> None:
    owner.setenv("TRUFLOW_MAIL_URL", "smtp://localhost:25")
    owner.setenv("TRUFLOW_STRIPE_WEBHOOK_SECRET", "whsec_mine")
    owner.setenv("TRUFLOW_ENV", "test")
    made = write_up_env(tmp_path, host="127.0.0.1", port=8000)
    assert not {"TRUFLOW_MAIL_URL", "TRUFLOW_STRIPE_WEBHOOK_SECRET", "TRUFLOW_ENV"} & set(made.values)
    assert made.sandbox is not None
    assert made.sandbox.environment["SANDBOX_WEBHOOK_SECRET"] == "whsec_mine"


def test_an_empty_setting_is_no_setting(owner: pytest.MonkeyPatch, tmp_path: Path) -> None:
    owner.setenv("TRUFLOW_STRIPE_SECRET_KEY", "")
    assert write_up_env(tmp_path, host="127.0.0.1", port=8000).sandbox is not None


def test_the_environment_wins_over_the_owners_file(owner: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("TRUFLOW_DATA_DIR=from-file\n")
    assert settle_data_dir() == tmp_path / "from-file"
    owner.setenv("TRUFLOW_DATA_DIR", str(tmp_path / "from-environment"))
    assert settle_data_dir() == tmp_path / "from-environment"


@pytest.mark.parametrize(
    ("host", "there"), [("127.0.0.1", "127.0.0.1"), ("0.0.0.0", "127.0.0.1"), ("::", "[::1]"), ("::1", "[::1]")]
)
def test_where_this_machine_reaches_its_own_server(host: str, there: str) -> None:
    assert reachable(host) == there


def test_the_example_names_every_setting() -> None:
    text = (Path(__file__).resolve().parents[2] / ".env.example").read_text()
    named = {line.lstrip("#").partition("=")[0] for line in text.splitlines() if "TRUFLOW_" in line and "=" in line}
    assert {f"TRUFLOW_{name.upper()}" for name in Settings.model_fields} <= named
