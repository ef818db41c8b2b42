"""What the edge knows of the built pages: their inline scripts, their places, and the page for dynamic routes."""

import base64
import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

from truflow.settings import ROOT

STATIC_DIR = ROOT / ".web" / "build" / "client"
INLINE_SCRIPT = re.compile(rb"<script(?![^>]*\ssrc=)([^>]*)>(.*?)</script>", re.DOTALL | re.IGNORECASE)
NOT_RUN = (b"application/ld+json", b"application/json")


@dataclass(frozen=True)
class Build:
    """`folders` are the pages whose file lies in a folder of their name; the server would redirect to the slash."""

    script_hashes: frozenset[str]
    folders: frozenset[str]
    fallback: str
    env_chunk_path: str
    env_chunk: str

    @classmethod
    def read(cls, static_dir: Path = STATIC_DIR) -> "Build":
        """Read a build once; without one everything is empty and nothing inline may run."""
        pages = sorted(static_dir.rglob("*.html"))
        chunk = next(iter(sorted(static_dir.glob("assets/reflex-env-*.js"))), None)
        fallback = static_dir / "404.html"
        return cls(
            # The union, not each page's own: the fallback page stands in for every dynamic route.
            script_hashes=frozenset(h for page in pages for h in inline_hashes(page.read_bytes())),
            folders=frozenset(
                "/" + page.parent.relative_to(static_dir).as_posix()
                for page in pages
                if page.name == "index.html" and page.parent != static_dir
            ),
            fallback=fallback.read_text("utf-8") if fallback.is_file() else "",
            env_chunk_path=f"/assets/{chunk.name}" if chunk else "",
            env_chunk=chunk.read_text("utf-8") if chunk else "",
        )


def inline_hashes(page: bytes) -> list[str]:
    """The CSP hash of each inline script that a browser would run."""
    return [
        "sha256-" + base64.b64encode(hashlib.sha256(code).digest()).decode()
        for attributes, code in INLINE_SCRIPT.findall(page)
        if not any(kind in attributes for kind in NOT_RUN)
    ]
