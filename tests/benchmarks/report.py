"""The table of all figures, and the files in results/, which also name the machine and the versions."""

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
    """The results of one benchmark; `seconds` is how long it took."""

    name: str
    heading: str
    figures: list[Figure]
    seconds: float


def table(parts: Sequence[Part]) -> str:
    """Return the table in Markdown."""
    rows = [["", "", "spread", "n", "bound", "met", ""]]
    for part in parts:
        rows.append([f"**{part.heading}**", "", "", "", "", "", f"took {part.seconds:.0f} s"])
        rows.extend(row(figure) for figure in part.figures)
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = ["| " + " | ".join(map(str.ljust, row, widths)) + " |" for row in rows]
    return "\n".join([lines[0], "|" + "|".join("-" * (width + 2) for width in widths) + "|", *lines[1:]])


def row(figure: Figure) -> list[str]:
    """Return the cells of a figure's row."""
    unit = f" {figure.unit}" if figure.unit else ""
    spread = f"{number(figure.low)} – {number(figure.high)}" if figure.count > 1 else ""
    bound = f"{'≥' if figure.at_least else '≤'} {figure.bound:g}{unit}" if figure.bound is not None else ""
    met = {None: "", True: "yes", False: "**no**"}[figure.met]
    return [figure.name, f"{number(figure.value)}{unit}", spread, str(figure.count), bound, met, figure.note]


def number(value: float) -> str:
    """Format a number with as many decimals as are significant."""
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.1f}" if abs(value) >= 100 else f"{value:.3f}"


def write(parts: Sequence[Part], *, quick: bool, whole: bool) -> Path:
    """Write the table to results/ and return its path; only a complete run is named by its date."""
    today = dt.datetime.now(dt.timezone.utc).date().isoformat()
    name = "quick" if quick else today if whole else "some"
    facts = {"date": today, "quick": quick, **machine(), **versions()}
    described = "\n".join(f"- {key}: {value}" for key, value in facts.items())
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{name}.md"
    path.write_text(f"# What watching costs, {today}\n\n{described}\n\n{table(parts)}\n", encoding="utf-8")
    data = {**facts, "parts": [asdict(part) for part in parts]}
    path.with_suffix(".json").write_text(json.dumps(data, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return path.relative_to(Path(__file__).parents[2])


def machine() -> dict[str, str]:
    """Return processor, memory and system, without anything that identifies the machine."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return {
        "processor": f"{processor()}, {os.cpu_count()} cores",
        "memory": f"{memory:.0f} GiB",
        "system": f"{platform.system()} {platform.machine()}",
    }


def processor() -> str:
    """Return the name, model number and clock of the processor."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or "unknown"
    known = {key.strip(): value.strip() for key, _, value in (line.partition(":") for line in lines)}
    speed = known.get("cpu MHz", "")
    parts = [known.get("model name", "unknown"), f"model {known.get('model', '?')}", speed and f"{speed} MHz"]
    return ", ".join(filter(None, parts))


def versions() -> dict[str, str]:
    """Return the versions of Python, the packages and the browser."""
    browser = subprocess.run([find_browser(), "--version"], capture_output=True, text=True, check=False).stdout.strip()
    packages = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    return {"python": platform.python_version(), "packages": packages, "browser": browser}
