"""The one small file into which Reflex bakes the address of the machine that built the pages.

Rewritten so that the browser takes the address it loaded the page from; so the public URL is a setting of the
running process and one build serves every address.
"""

import re

from truflow.edge.answers import Answer
from truflow.edge.build import Build

BAKED = re.compile(r"""([`"'])(http|ws)s?://[^/`"'\s]+(/[^`"'$]*)?\1""")
HERE = {"http": "${globalThis.location.origin}", "ws": '${globalThis.location.origin.replace(/^http/,"ws")}'}


def rewritten(chunk: str) -> str:
    """The chunk with every baked address replaced by the page's own."""
    return BAKED.sub(lambda baked: f"`{HERE[baked[2]]}{baked[3] or ''}`", chunk)


def env_answer(build: Build) -> Answer | None:
    """The file as the edge serves it; None when the build has no such file."""
    if not build.env_chunk_path:
        return None
    return Answer(200, rewritten(build.env_chunk).encode(), "text/javascript; charset=utf-8")
