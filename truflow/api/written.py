"""The API's description as a file, for those who read it without a running TruFlow: the same bytes each time."""

import json
from pathlib import Path

from truflow.api.app import create_api
from truflow.settings import ROOT

FILE = ROOT / "docs" / "openapi.json"


def text() -> str:
    """What `/api/openapi.json` says, a line for each thing."""
    return json.dumps(create_api().openapi(), indent=1, ensure_ascii=False) + "\n"


def is_written(file: Path = FILE) -> bool:
    """Whether the file says what the API says."""
    return file.exists() and file.read_text() == text()


def write(file: Path = FILE) -> Path:
    """Write the file anew."""
    file.write_text(text())
    return file
