"""Execute lessons and write their outputs into the notebooks: `python -m tests.notebooks.commit_outputs [NAME ...]`.

A name is that of a notebook in examples/ or its beginning, such as 02; without names, all lessons are executed. The
pictures are drawn with Chromium at a fixed size. On the same machine a second run changes nothing.
"""

from __future__ import annotations

import base64
import io
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import nbformat
from PIL import Image
from playwright.sync_api import sync_playwright

from tests.browser.conftest import FLAGS
from tests.browser.find_browser import find_browser
from tests.home import jupyter_home
from tests.notebooks.examples import FOLDER, LESSONS
from tests.notebooks.static_outputs import PNG, SVG, executed

#: Pixels of a PNG for each px of the picture, and its colours: sharp letters in about 30 kB.
SCALE, COLOURS = 1.5, 128
#: The fonts that tests/browser/find_browser.py installs, so that two machines draw the same.
FONTS = '<style>body { margin: 0; background: #fff } svg { font-family: "DejaVu Sans", "Noto Sans CJK KR" }</style>'


def main(names: list[str]) -> int:
    """Execute the lessons with these names and write them."""
    paths = [path for path in LESSONS if not names or any(path.stem.startswith(Path(name).stem) for name in names)]
    if not paths:
        print(f"no lesson is named {' or '.join(names)}; those in {FOLDER.name}/: {', '.join(p.stem for p in LESSONS)}")
        return 1
    with TemporaryDirectory() as home, jupyter_home(Path(home)):
        for path in paths:
            before = path.read_text("utf-8")
            with TemporaryDirectory() as folder:
                notebook = executed(nbformat.reads(before, as_version=4), Path(folder))
            with drawing() as draw:
                replace_pictures(notebook, draw)
            after = nbformat.writes(notebook) + "\n"
            path.write_text(after, "utf-8")
            print(f"{path.stem}: {len(after) / 1000:.0f} kB, {'as before' if after == before else 'changed'}")
    return 0


def replace_pictures(notebook: nbformat.NotebookNode, draw: Callable[[str], tuple[bytes, int]]) -> None:
    """Replace the SVGs by PNGs, which every host shows, also of a notebook that is not trusted."""
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            svg = output.get("data", {}).pop(SVG, None)
            if svg is not None:
                png, width = draw("".join(svg))
                output.data[PNG] = base64.b64encode(png).decode() + "\n"
                output.metadata[PNG] = nbformat.from_dict({"width": width})


@contextmanager
def drawing() -> Iterator[Callable[[str], tuple[bytes, int]]]:
    """Start Chromium, and return a function that draws an SVG and returns a PNG and its width in px."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_browser(), args=FLAGS)
        page = browser.new_page(device_scale_factor=SCALE, color_scheme="light")

        def draw(svg: str) -> tuple[bytes, int]:
            match = re.search(r'<svg[^>]* width="(\d+)"[^>]* height="(\d+)"', svg)
            assert match is not None
            width, height = int(match[1]), int(match[2])
            page.set_viewport_size({"width": width, "height": height})
            page.set_content(FONTS + svg)
            shot = Image.open(io.BytesIO(page.screenshot(animations="disabled"))).convert("RGB")
            data = io.BytesIO()
            shot.quantize(COLOURS, dither=Image.Dither.NONE).save(data, "PNG", optimize=True)
            return data.getvalue(), width

        yield draw
        browser.close()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
