"""The table, on the screen and in results/: figures with their bounds, and the machine and versions they hold for."""

from __future__ import annotations

import datetime as dt
import json
import os
import platform
import subprocess
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path

from tests.benchmarks.figure import Figure
from tests.browser.find_browser import find_browser

RESULTS = Path(__file__).parent / "results"
PACKAGES = (
    "epochscope",
    "torch",
    "numpy",
    "anywidget",
    "ipywidgets",
    "bqplot",
    "ipykernel",
    "jupyterlab",
    "playwright",
)


@dataclass(frozen=True)
class Part:
    """One benchmark: its name, its heading, its figures, and how long it took in seconds."""

    name: str
    heading: str
    figures: list[Figure]
    seconds: float


def table(parts: Sequence[Part]) -> str:
    """Markdown."""
    rows = [["", "", "spread", "n", "bound", "met", ""]]
    for part in parts:
        rows.append([f"**{part.heading}**", "", "", "", "", "", f"took {part.seconds:.0f} s"])
        rows.extend(row(figure) for figure in part.figures)
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = ["| " + " | ".join(map(str.ljust, row, widths)) + " |" for row in rows]
    return "\n".join([lines[0], "|" + "|".join("-" * (width + 2) for width in widths) + "|", *lines[1:]])


def row(figure: Figure) -> list[str]:
    """A figure's cells."""
    unit = f" {figure.unit}" if figure.unit else ""
    spread = f"{number(figure.low)} – {number(figure.high)}" if figure.count > 1 else ""
    bound = f"{'≥' if figure.at_least else '≤'} {figure.bound:g}{unit}" if figure.bound is not None else ""
    met = {None: "", True: "yes", False: "**no**"}[figure.met]
    return [figure.name, f"{number(figure.value)}{unit}", spread, str(figure.count), bound, met, figure.note]


def number(value: float) -> str:
    """Three decimals where they say something."""
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.1f}" if abs(value) >= 100 else f"{value:.3f}"


def keep(parts: Sequence[Part], *, quick: bool, whole: bool) -> Path:
    """Write the table and its figures to results/; the path, from the project's root. Only whole runs have a date."""
    today = dt.datetime.now(dt.timezone.utc).date().isoformat()
    name = "quick" if quick else today if whole else "some"
    facts = {"date": today, "quick": quick, **machine(), **versions()}
    told = "\n".join(f"- {key}: {value}" for key, value in facts.items())
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{name}.md"
    path.write_text(f"# What watching costs, {today}\n\n{told}\n\n{table(parts)}\n", encoding="utf-8")
    data = {**facts, "parts": [asdict(part) for part in parts]}
    path.with_suffix(".json").write_text(json.dumps(data, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return path.relative_to(Path(__file__).parents[2])


def machine() -> dict[str, str]:
    """The processor and how many of them, the memory, the system; nothing by which the machine itself is known."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return {
        "processor": f"{processor()}, {os.cpu_count()} cores",
        "memory": f"{memory:.0f} GiB",
        "system": f"{platform.system()} {platform.machine()}",
    }


def processor() -> str:
    """The processor's name, with its family where the name says little."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or "unknown"
    known = {key.strip(): value.strip() for key, _, value in (line.partition(":") for line in lines)}
    speed = known.get("cpu MHz", "")
    parts = [known.get("model name", "unknown"), f"model {known.get('model', '?')}", speed and f"{speed} MHz"]
    return ", ".join(filter(None, parts))


def versions() -> dict[str, str]:
    """Of Python, the packages and the browser."""
    browser = subprocess.run([find_browser(), "--version"], capture_output=True, text=True, check=False).stdout.strip()
    packages = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    return {"python": platform.python_version(), "packages": packages, "browser": browser}
