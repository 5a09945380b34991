"""6. Does the page grow? A recording that replays in a loop for ten minutes, in JupyterLab, its chart's cursor with it.

All garbage is collected before each look, through the browser's own debugging protocol.
"""

from __future__ import annotations

import time
from statistics import median
from typing import Any

from tests.benchmarks.figure import Figure, one
from tests.benchmarks.lab import lab

MINUTES = 10
CELL = """
from epochscope import EpochScope, Trainer
scope = EpochScope.from_history(Trainer(" I think therefore I am.").train(300))
scope
"""
#: A heap is never still: JupyterLab itself asks its server how things are every few seconds.
NOTHING_KB = 100.0


def look(session: Any) -> dict[str, float]:
    """The heap in kB, and how many nodes and listeners there are, after all garbage is gone."""
    for _ in range(3):  # what finalizers let go of is garbage only then
        session.send("HeapProfiler.collectGarbage")
    counters = session.send("Memory.getDOMCounters")
    heap = session.send("Runtime.getHeapUsage")["usedSize"] / 1000
    return {"heap": heap, "nodes": counters["nodes"], "listeners": counters["jsEventListeners"]}


def measure(quick: bool) -> list[Figure]:
    """Six looks a minute; the median of the first minute's against the last minute's."""
    period = 2.0 if quick else 10.0
    looks = list[dict[str, float]]()
    with lab() as place:
        notebook, player = place.play(CELL)
        player.button("Loop").click()
        player.box.get_by_label("Speed").select_option("60")
        player.button("To the start").click()
        player.button("Play").click()
        session = notebook.page.context.new_cdp_session(notebook.page)
        session.send("HeapProfiler.enable")
        notebook.page.wait_for_timeout(1000 * period * 3)  # what is compiled and kept at the first round
        start = time.monotonic()
        for number in range(6 * MINUTES):
            looks.append(look(session))
            notebook.page.wait_for_timeout(max(0.0, 1000 * (start + period * (number + 1) - time.monotonic())))
        looks.append(look(session))
        assert player.button("Pause").count(), "it should have gone on all the time"
        minutes = (time.monotonic() - start) / 60

    def grown(what: str) -> float:
        return median(each[what] for each in looks[-6:]) - median(each[what] for each in looks[:6])

    note = f"first and last {6 * period:.0f} s of {minutes:.1f} minutes; {looks[-1]['heap']:,.0f} kB at the end"
    return [
        one("growth of the heap", grown("heap"), NOTHING_KB, "kB", note),
        one("growth of the page's nodes", grown("nodes"), 0),
        one("growth of its event listeners", grown("listeners"), 0),
    ]
