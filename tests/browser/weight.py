"""What a page weighs before its first paint: HTML, CSS, JavaScript and fonts, as brotli sends them."""

import re
import sys
from pathlib import Path

BUILT = Path(__file__).resolve().parents[2] / ".web" / "build" / "client"
NEEDED = re.compile(rb'(?:href|src)="(/[^"?]+\.(?:js|css|woff2))[^"]*"|(?:import|from)\s*\(?"(/assets/[^"]+\.js)"')
STATIC_IMPORT = re.compile(rb'(?:import|from)\s*"\./([^"]+\.js)"')


def first_paint(page: str) -> dict[str, int]:
    """Each file that `page` (like "book") fetches before it paints, with its bytes on the wire."""
    html = BUILT / page / "index.html" if page else BUILT / "index.html"
    needed = {("/" + str(html.relative_to(BUILT))): html}
    for match in NEEDED.finditer(html.read_bytes()):
        name = (match[1] or match[2]).decode()
        if (BUILT / name.lstrip("/")).is_file():
            needed[name] = BUILT / name.lstrip("/")
    open_files = [file for file in needed.values() if file.suffix == ".js"]
    while open_files:
        file = open_files.pop()
        for match in STATIC_IMPORT.finditer(file.read_bytes()):
            part = file.parent / match[1].decode()
            name = "/" + str(part.relative_to(BUILT))
            if name not in needed and part.is_file():
                needed[name] = part
                open_files.append(part)
    return {name: _on_the_wire(file) for name, file in needed.items()}


def _on_the_wire(file: Path) -> int:
    packed = file.with_name(file.name + ".br")
    return (packed if packed.exists() else file).stat().st_size


if __name__ == "__main__":
    weights = first_paint(sys.argv[1] if len(sys.argv) > 1 else "book")
    for name, size in sorted(weights.items(), key=lambda item: -item[1]):
        print(f"{size:8,d}  {name}")
    print(f"{sum(weights.values()):8,d}  bytes = {sum(weights.values()) / 1024:.1f} KiB")
