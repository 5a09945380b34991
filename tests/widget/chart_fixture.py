"""The fixture on which both charts are tested, Python's and that of a page that trains: recordings, and what is drawn.

`python -m tests.widget.chart_fixture` writes it, after an intended change of the chart.
"""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np

from epochscope.history import History
from epochscope.runs.branches import OldBranch
from epochscope.widget.chart_base import BaseChart
from epochscope.widget.comparison_chart import ComparisonChart
from epochscope.widget.loss_chart import LossChart
from tests.recording import made_up

FOLDER = Path(__file__).parents[1] / "fixtures"
FILE = FOLDER / "loss_chart.json"
FALLING = [2.0, 1.5, 0.9]


def long_curve(epochs: int) -> list[float]:
    """Return losses with a trend and noise, computed so that JavaScript has the same bits."""
    return [1000 / (epoch + 500) + (epoch * 7919 % 1000) / 2000 for epoch in range(epochs)]


def saved(name: str, epochs: int) -> History:
    """Return the first epochs of a recording in the folder of fixtures."""
    history = History.load(FOLDER / f"{name}.npz")
    history.truncate(epochs)
    return history


def one(history: History, goal: int, **options: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return what is shown, and the chart of one run with it."""
    options = {"old_branches": (), "growing": False, "lang": "en", **options}
    chart = LossChart(history.references, 1, options["lang"])
    chart.show(history, goal, options["old_branches"], growing=options["growing"])
    return shown([history], goal, None, options), drawn(chart)


def several(histories: list[History], names: list[str], goal: int) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return what is shown, and the chart of a comparison with it."""
    chart = ComparisonChart(names, 1, "ko")
    chart.show(histories, goal)
    return shown(histories, goal, names, {"lang": "ko"}), drawn(chart)


def runs(*losses: list[float]) -> list[History]:
    """Return a recording for each list of losses."""
    return [made_up.with_losses(each) for each in losses]


def make_cases() -> dict[str, Any]:
    """Return what is shown and drawn, by the names of the cases."""
    falling = made_up.with_losses(FALLING)
    branches = [OldBranch(1, 3, np.array([1.0, 0.5]), 0.1), OldBranch(2, 0, np.array([2.0]), None)]
    branches += [OldBranch(3, 1, np.array([math.nan]), None), OldBranch(4, 24, np.linspace(0.9, 0.2, 80), 0.01)]
    made = {
        "nothing recorded": one(made_up.with_losses([]), 300),
        "one epoch": one(made_up.with_losses([0.5]), 300, growing=True),
        "falling": one(falling, 3),
        "in Korean, with a goal ahead": one(saved("hangul", 60), 300, lang="ko", growing=True),
        "classic": one(saved("classic", 150), 150),
        "classic, rewound": one(saved("classic", 24), 100_000, old_branches=branches, growing=True),
        "beyond the goal": one(made_up.with_losses(long_curve(612)), 300, growing=True),
        "runaway": one(made_up.with_losses([2.6, 1.0, 80.0, 1e30, 0.7]), 5),
        "flat": one(made_up.with_losses([0.7] * 30), 30),
        "not finite": one(made_up.with_losses([1.0, math.nan, math.inf, 0.5, -math.inf]), 5),
        "nowhere finite": one(made_up.with_losses([math.nan] * 3), 5),
        "tiny": one(made_up.with_losses([2.0, 0.04, 0.0004, 0.0, -0.1]), 5),
        "huge": one(made_up.with_losses([1e300, 2e300, 1e299]), 5),
        "a label at the left end": one(made_up.with_losses([2.0, *[math.log(2) + 0.06] * 100]), 100),
        "events": one(
            made_up.with_losses([2.0, 1.0, 1.0, 5.0, 0.5], [0.1] * 2 + [0.9] * 3, [False, True] * 2 + [True]), 9
        ),
        "only old branches": one(made_up.with_losses([]), 10, old_branches=branches[:1]),
        "thinned": one(made_up.with_losses(long_curve(2_400)), 2_400),
        "comparison": several(runs(FALLING, [1.0, 0.2]), ["RNN", "LSTM, lr 0.01"], 10),
        "comparison of runs without losses": several(runs([], [math.nan, math.inf], FALLING), ["a", "b", "c"], 10),
        "comparison with nothing recorded": several(runs([], []), ["a", "b"], 10),
        "comparison of equal losses": several(runs(*([[3.0, 0.5]] * 4), [3.0, 2.0]), list("abcde"), 10_000),
        "comparison of texts": several([saved("classic", 20), saved("hangul", 20)], ["x" * 40, "y"], 20),
    }
    return {name: {**inputs, "drawn": values} for name, (inputs, values) in made.items()}


def shown(histories: list[History], goal: int, names: list[str] | None, options: dict[str, Any]) -> dict[str, Any]:
    """Return what a chart is given, for JSON; instead of the losses of a long curve, their number."""
    return {
        "runs": [
            {
                "losses": len(each) if each.losses.tolist() == long_curve(len(each)) else plain(each.losses),
                "references": [
                    {"kind": str(one.kind), "loss": one.loss, **({} if one.tokens is None else {"tokens": one.tokens})}
                    for one in each.references
                ],
                "events": [{"epoch": one.epoch, "kind": one.kind} for one in each.events],
                "oldBranches": [
                    {"start": one.start, "losses": plain(one.losses)} for one in options.get("old_branches", ())
                ],
            }
            for each in histories
        ],
        "goal": goal,
        "growing": options.get("growing", False),
        "comparison": names is not None,
        "lang": options["lang"],
    }


def drawn(chart: BaseChart) -> dict[str, Any]:
    """Return what a chart's models have, by their names in `BaseChart.refs`, and close it."""
    models = (*chart.figure.marks, *chart.figure.axes, chart.figure)
    known = {f"IPY_MODEL_{each.model_id}": each for each in models}
    refs = chart.refs
    points = ("x", "y", "text", "colors")

    def of(ref: str, *names: str) -> dict[str, Any]:
        return {name: plain(getattr(known[ref], name)) for name in names if hasattr(known[ref], name)}

    def axis(name: str) -> list[dict[str, Any]]:
        first, lines, *labels = refs[name]
        scale = known[first].scale
        ends, chart_names = labels[:2], labels[2:]
        return [
            {"min": plain(scale.min), "max": plain(scale.max)},
            of(first, "tick_values"),
            of(lines, "x", "y"),
            *(of(label, "x", "y", "text") for label in ends),
            *(of(label, *points) for label in chart_names),
        ]

    scale = chart.figure.axes[0].scale
    losses, *others = refs["covered"]
    values = {
        "names": refs.get("names"),
        "x": {"min": plain(scale.min), "max": plain(scale.max)},
        "epochs": of(refs["epochs"], "tick_values"),
        "figure": of(refs["figure"], "fig_margin"),
        "losses": of(losses, "x", "y"),
        "events": None if "names" in refs else of(others[0], "x", "y", "colors"),
        "hidden": [of(ref, "x", "y") for ref in refs["hidden"]],
        "linear": axis("linear"),
        "log": axis("log"),
    }
    chart.close()
    return values


def plain(value: Any) -> Any:
    """Return a value for JSON: numbers with 9 digits, and those that JSON does not have as JavaScript's texts."""
    if isinstance(value, np.ndarray):
        value = value.tolist()
    if isinstance(value, list):
        return [plain(each) for each in value]
    if isinstance(value, dict):
        return {name: plain(each) for name, each in value.items()}
    if not isinstance(value, float):
        return value
    if math.isfinite(value):
        return float(f"{value:.9g}")
    return "NaN" if math.isnan(value) else f"{'-' if value < 0 else ''}Infinity"


def make_file() -> str:
    """Return the contents of the fixture, a line for each case."""
    cases = {name: json.dumps(case, ensure_ascii=False, separators=(",", ":")) for name, case in make_cases().items()}
    lines = [f"{json.dumps(name)}: {case}" for name, case in cases.items()]
    return "{\n" + ",\n".join(lines) + "\n}\n"


if __name__ == "__main__":
    FILE.write_text(make_file(), encoding="utf-8")
