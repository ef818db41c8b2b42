"""Changes Reflex's build where it makes guests wait: less to fetch, and more drawn before it is fetched.

What Reflex brings and we do not use is left out. Our styles are a stylesheet, our cookies HttpOnly; Emotion and
universal-cookie were 9 KiB of each first visit. Two files of a few lines stand in for them. A component with a `style`
of Reflex's kind would now have none; a test looks for one in what was built.

A page with a part of its address open has no file of its own in a build: an empty document, until all JavaScript is
there. Here such pages are drawn once with `-` in the open part, and the edge puts the asked one in its place.

What the server sends is drawn as a transition: React does it in pieces, and a slow phone answers a thumb in between.
"""

import json
from typing import Any

import reflex as rx

from truflow.edge.build import OPEN
from truflow.texts import LANGUAGES, here

STAND_INS = {
    "@emotion/react": (
        "utils/plain_jsx.js",
        'import { createElement } from "react";\nexport const jsx = createElement;\n',
    ),
    "universal-cookie": (
        "utils/no_cookies.js",
        "export default class Cookies { get() {} set() {} remove() {} }\n",
    ),
}
ANCHOR = "    alias: [\n"
DRAWN = [here(page, spoken) for page in (f"/book/{OPEN}", f"/booking/{OPEN}") for spoken in LANGUAGES]
DISPATCH = """        for (const substate in delta) {
          dispatch[substate](delta[substate]);
        }
"""
IN_PIECES = f"        startTransition(() => {{\n{DISPATCH}        }});\n"
REACT = 'import { useCallback, useEffect, useRef, useState } from "react";'
ADDRESS_APART = """              name: "reflex-env",
            },
"""
TOGETHER = """            {
              test: /(utils\\/(context|state|plain_jsx)|islands\\/(routing|waiting|month_grid|keeping))\\.jsx?$/,
              name: "shared",
            },
"""
ALL_CLOSED = '"prerender": true'


class LeanBuild(rx.plugins.Plugin):
    """Writes the stand-ins, tells Vite to take them, and React Router which pages to draw, and when."""

    def pre_compile(self, **context: Any) -> None:
        """Part of Reflex's build."""
        for path, code in STAND_INS.values():
            context["add_save_task"](_written, path, code)
        context["add_modify_task"]("vite.config.js", with_stand_ins)
        context["add_modify_task"]("vite.config.js", in_fewer_files)
        context["add_modify_task"]("react-router.config.js", with_open_pages)
        context["add_modify_task"]("utils/state.js", in_pieces)


def _written(path: str, code: str) -> tuple[str, str]:
    return path, code


def with_stand_ins(config: str) -> str:
    """Vite's configuration, in which each stand-in takes its package's place; for ever the same if done again."""
    if ANCHOR not in config:
        raise RuntimeError("vite.config.js has changed: look at LeanBuild again")
    lines = [
        f'      {{ find: "{package}", replacement: fileURLToPath(new URL("./{path}", import.meta.url)) }},\n'
        for package, (path, _) in STAND_INS.items()
        if f'find: "{package}"' not in config
    ]
    return config.replace(ANCHOR, ANCHOR + "".join(lines), 1)


def in_fewer_files(config: str) -> str:
    """Vite's configuration, in which what every guest fetches comes in one file; the same if done again.

    A browser asks a server without HTTP/2 for six files at a time, and a phone waits a sixth of a second for each.
    """
    if TOGETHER in config:
        return config
    if ADDRESS_APART not in config:
        raise RuntimeError("vite.config.js has changed: look at LeanBuild again")
    return config.replace(ADDRESS_APART, ADDRESS_APART + TOGETHER, 1)


def with_open_pages(config: str) -> str:
    """React Router's configuration, with the open pages drawn too; Reflex writes it anew for each build."""
    also = f'"prerender": ({{ getStaticPaths }}) => [...getStaticPaths(), ...{json.dumps(DRAWN)}]'
    return config.replace(ALL_CLOSED, also, 1)


def in_pieces(state: str) -> str:
    """Reflex's own script, which draws what comes from the server as a transition; the same if done again."""
    if IN_PIECES in state:
        return state
    if DISPATCH not in state or REACT not in state:
        raise RuntimeError("utils/state.js has changed: look at LeanBuild again")
    state = state.replace(REACT, REACT.replace("{ ", "{ startTransition, "), 1)
    return state.replace(DISPATCH, IN_PIECES, 1)
