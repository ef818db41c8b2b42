"""Leaves out of the built pages what Reflex brings and we do not use: styles made by JavaScript, and its cookies.

Our styles are a stylesheet, our cookies HttpOnly; Emotion and universal-cookie were 9 KiB of each first visit. Two
files of a few lines stand in for them. A component with a `style` of Reflex's kind would now have none; a test looks
for one in what was built.
"""

from typing import Any

import reflex as rx

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


class LeanBuild(rx.plugins.Plugin):
    """Writes the stand-ins and tells Vite to take them."""

    def pre_compile(self, **context: Any) -> None:
        """Part of Reflex's build."""
        for path, code in STAND_INS.values():
            context["add_save_task"](_written, path, code)
        context["add_modify_task"]("vite.config.js", with_stand_ins)


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
