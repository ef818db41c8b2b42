"""The pages are built when, and only when, something they are made of has changed."""

from pathlib import Path

import pytest

from truflow.pages_build import fingerprint, is_built


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A source tree with a finished build."""
    for name in ("rxconfig.py", "truflow/truflow.py", "truflow/pages/book.py", "truflow/services/views.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name)
    (tmp_path / "reflex.lock").mkdir()
    (tmp_path / "reflex.lock" / "bun.lock").write_text("locked")
    client = tmp_path / ".web" / "build" / "client"
    client.mkdir(parents=True)
    (client / "index.html").write_text("<html>")
    (tmp_path / ".web" / "truflow-build").write_text(fingerprint(tmp_path) + "\n")
    return tmp_path


def test_an_unchanged_tree_is_built(tree: Path) -> None:
    assert is_built(tree)


@pytest.mark.parametrize(
    "name", ["rxconfig.py", "truflow/pages/book.py", "truflow/pages/new.py", "assets/look.css", "reflex.lock/bun.lock"]
)
def test_a_changed_or_a_new_file_is_noticed(tree: Path, name: str) -> None:
    (tree / name).parent.mkdir(exist_ok=True)
    (tree / name).write_text("another")
    assert not is_built(tree)


def test_a_file_that_moved_is_noticed(tree: Path) -> None:
    (tree / "truflow/pages/book.py").rename(tree / "truflow/pages/bookings.py")
    assert not is_built(tree)


@pytest.mark.parametrize(
    "name", ["truflow/pages/__pycache__/book.pyc", "assets/external/x.js", "truflow/services/pay.py"]
)
def test_what_the_pages_are_not_made_of_does_not_matter(tree: Path, name: str) -> None:
    (tree / name).parent.mkdir(parents=True, exist_ok=True)
    (tree / name).write_text("another")
    assert is_built(tree)


@pytest.mark.parametrize("name", [".web/truflow-build", ".web/build/client/index.html"])
def test_an_interrupted_build_is_not_whole(tree: Path, name: str) -> None:
    (tree / name).unlink()
    assert not is_built(tree)
