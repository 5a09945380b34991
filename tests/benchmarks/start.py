"""7. Start-up: time of the import and of the first paint, and sizes of the bundles."""

from __future__ import annotations

import subprocess
import sys
import time
from gzip import compress
from pathlib import Path

from tests.benchmarks.figure import Figure, in_turns, median_of, one
from tests.benchmarks.lab import Lab, lab

STATIC = Path(__file__).parents[2] / "src" / "epochscope" / "widget" / "static"
IMPORTS = "import torch\nfrom epochscope import EpochScope"
SCOPE = 'scope = EpochScope(" I think therefore I am.")\nscope'
WATCH_PAINT = """() => {
  document.querySelectorAll('.epochscope-player').forEach(old => { old.dataset.old = 'yes'; });
  window.painted = null;
  document.addEventListener('keydown', () => { window.asked = performance.now(); }, { capture: true, once: false });
  const look = () => {
    const player = document.querySelector('.epochscope-player:not([data-old])');
    const drawn = player?.querySelector('canvas')?.width > 0 && player.querySelector('[data-part=cell]');
    if (!drawn) return requestAnimationFrame(look);
    requestAnimationFrame(() => setTimeout(() => { window.painted = performance.now() - window.asked; }));
  };
  requestAnimationFrame(look);
}"""


def python(code: str) -> float:
    """Return how many seconds a new Python process takes to run `code`."""
    start = time.perf_counter()
    subprocess.run([sys.executable, "-c", code], check=True)
    return time.perf_counter() - start


def first_paint(place: Lab, times: int) -> list[float]:
    """Return seconds from Shift+Enter to the first frame with a player, after everything is imported."""
    notebook = place.open([IMPORTS, SCOPE])
    notebook.run(0)
    notebook.run(1)
    seen = list[float]()
    for _ in range(times):
        notebook.page.evaluate(WATCH_PAINT)
        notebook.start(1)
        notebook.page.wait_for_function("painted !== null")
        seen.append(notebook.page.evaluate("painted") / 1000)
        notebook.wait_until_idle()
    return seen


def measure(quick: bool) -> list[Figure]:
    """Measure all three."""
    python("import epochscope")
    whole, empty = in_turns(lambda: python("import epochscope"), lambda: python("pass"), 10 if quick else 40)
    beyond = [a - b for a, b in zip(whole, empty, strict=True)]
    with lab() as place:
        paints = first_paint(place, 5 if quick else 20)
    sizes = {name: (STATIC / name).read_bytes() for name in ("widget.js", "widget.css")}
    return [
        median_of("a new Python that does `import epochscope`, whole", whole, 0.15, "s"),
        median_of("the same minus a Python that does nothing", beyond, unit="s"),
        median_of("Shift+Enter on `EpochScope(text)` to first paint", paints, 1.0, "s", "JupyterLab, a warm kernel"),
        *(
            one(f"{name}, gzipped", len(compress(data, 9)) / 1000, unit="kB", note=f"{len(data) / 1000:.1f} kB plain")
            for name, data in sizes.items()
        ),
    ]
