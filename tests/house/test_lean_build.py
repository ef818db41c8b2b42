"""What is changed in Reflex's own files: found where it is looked for, and the same when done again."""

from pathlib import Path

import pytest
import reflex_base

from truflow.lean_build import in_fewer_files, in_pieces, with_stand_ins

WEB = Path(reflex_base.__file__).parent / ".templates" / "web"


def test_everything_that_the_server_sends_is_drawn_in_pieces() -> None:
    script = in_pieces((WEB / "utils" / "state.js").read_text("utf-8"))
    assert script.count("dispatch[substate](delta[substate]);") == 1
    before = script.split("dispatch[substate](delta[substate]);")[0]
    assert before.rstrip().endswith("startTransition(() => {\n        for (const substate in delta) {")
    assert "import { startTransition, " in script
    assert in_pieces(script) == script


def test_a_script_that_reflex_has_changed_stops_the_build() -> None:
    with pytest.raises(RuntimeError, match="look at LeanBuild again"):
        in_pieces("export const state = 1;")
    for changed in (with_stand_ins, in_fewer_files):
        with pytest.raises(RuntimeError, match="look at LeanBuild again"):
            changed("export default {};")
