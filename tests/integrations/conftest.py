from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.kit.post_office import PostOffice, post_office
from truflow.settings import get_settings

Configure = Callable[..., None]


@pytest.fixture
def configure(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Configure]:
    """Settings of this test alone: configure(mail_url="capture://")."""
    monkeypatch.setenv("TRUFLOW_ENV", "test")
    monkeypatch.setenv("TRUFLOW_DATA_DIR", str(tmp_path))

    def change(**values: str) -> None:
        for name, value in values.items():
            monkeypatch.setenv(f"TRUFLOW_{name.upper()}", value)
        get_settings.cache_clear()

    yield change
    monkeypatch.undo()
    get_settings.cache_clear()


@pytest.fixture
def sink() -> Iterator[PostOffice]:
    """An SMTP server that takes mails, or misbehaves as told."""
    with post_office() as office:
        yield office
