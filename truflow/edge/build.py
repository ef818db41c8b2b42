"""What the edge knows of the built pages: their inline scripts, their places, and the page for dynamic routes."""

import base64
import hashlib
import re
from dataclasses import dataclass, replace
from pathlib import Path

from truflow.domain import brand
from truflow.settings import ROOT

STATIC_DIR = ROOT / ".web" / "build" / "client"
INLINE_SCRIPT = re.compile(rb"<script(?![^>]*\ssrc=)([^>]*)>(.*?)</script>", re.DOTALL | re.IGNORECASE)
OPEN = "-"  # no slug and no reference is a dash
NOT_RUN = (b"application/ld+json", b"application/json")


@dataclass(frozen=True)
class Build:
    """`pages` by their addresses; one with an open part has `-` there: `/book/-` is every service's, see `drawn`."""

    script_hashes: frozenset[str]
    pages: dict[str, str]
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
            pages={_place_of(page, static_dir): page.read_text("utf-8") for page in pages if page.name == "index.html"},
            fallback=fallback.read_text("utf-8") if fallback.is_file() else "",
            env_chunk_path=f"/assets/{chunk.name}" if chunk else "",
            env_chunk=chunk.read_text("utf-8") if chunk else "",
        )

    def drawn(self, path: str) -> str:
        """The built page of an address with an open last part, as `/es/book/deep-tissue`; else the empty one."""
        before, _, last = path.rstrip("/").rpartition("/")
        page, room = self.pages.get(f"{before}/{OPEN}"), before.rpartition("/")[2]
        return page.replace(f"/{room}/{OPEN}/", f"/{room}/{last}") if page else self.fallback  # in each language's link


def branded(build: Build, color: str) -> Build:
    """The same pages in the owner's colour; a build knows no settings, so its own is our green."""
    if not color:
        return build
    line = f"<style>{brand.stylesheet(color)}</style></head>"
    return replace(
        build,
        pages={place: page.replace("</head>", line, 1) for place, page in build.pages.items()},
        fallback=build.fallback.replace("</head>", line, 1),
    )


def _place_of(page: Path, static_dir: Path) -> str:
    """The address of a page by its file: `/` or `/book`, without a slash at the end."""
    return "/" + page.parent.relative_to(static_dir).as_posix().removeprefix(".")


def inline_hashes(page: bytes) -> list[str]:
    """The CSP hash of each inline script that a browser would run."""
    return [
        "sha256-" + base64.b64encode(hashlib.sha256(code).digest()).decode()
        for attributes, code in INLINE_SCRIPT.findall(page)
        if not any(kind in attributes for kind in NOT_RUN)
    ]
