"""Real servers and processes in folders of their own, ended whatever a test does."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from truflow.postgres import Embedded


def make_folder() -> Path:
    """A new folder with a path short enough for a socket."""
    return Path(tempfile.mkdtemp(prefix="tf-house-"))


@pytest.fixture
def data_dir() -> Iterator[Path]:
    """An empty data folder; a server that was started in it is stopped at the end."""
    folder = make_folder()
    yield folder
    Embedded(folder).stop()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def cluster() -> Iterator[Path]:
    """A cluster to copy: making one takes most of a second."""
    folder = make_folder()
    server = Embedded(folder, durable=False)
    server.ensure()
    server.stop()
    yield server.cluster
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def server(data_dir: Path, cluster: Path) -> Embedded:
    """A server that is not running, over a cluster of its own."""
    shutil.copytree(cluster, data_dir / "pg")
    return Embedded(data_dir, durable=False)
