"""6. Does the page's memory grow while a recording, with its chart, replays in a loop in JupyterLab for ten minutes?

Garbage is collected before each measurement through the browser's debugging protocol. JupyterLab's page grows when idle
too, so its growth when idle is measured first and subtracted.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from statistics import median
from typing import Any

from playwright.sync_api import Page

from tests.benchmarks.figure import Figure, one
from tests.benchmarks.lab import lab

MINUTES = 10
IDLE_MINUTES = 4  # before
CELL = """
from epochscope import EpochScope, Trainer
scope = EpochScope.from_history(Trainer(" I think therefore I am.").train(300))
scope
"""
#: Smaller changes occur in any heap.
MAX_GROWTH_KB = 100.0

Counts = dict[str, float]


def measure_once(session: Any) -> Counts:
    """Collect garbage; return the size of the heap in kB and the numbers of nodes and listeners."""
    for _ in range(3):  # what finalizers release is garbage only afterwards
        session.send("HeapProfiler.collectGarbage")
    counters = session.send("Memory.getDOMCounters")
    heap = session.send("Runtime.getHeapUsage")["usedSize"] / 1000
    return {"heap": heap, "nodes": counters["nodes"], "listeners": counters["jsEventListeners"]}


def measurements(page: Page, session: Any, minutes: int, period: float) -> list[Counts]:
    """Measure 6 x `minutes` times, every `period` seconds."""
    found, start = list[Counts](), time.monotonic()
    for number in range(6 * minutes):
        found.append(measure_once(session))
        page.wait_for_timeout(max(0.0, 1000 * (start + period * (number + 1) - time.monotonic())))
    return found


def growth(found: Sequence[Counts], what: str) -> float:
    """Return the growth from the first minute to the last, by their medians."""
    return median(each[what] for each in found[-6:]) - median(each[what] for each in found[:6])


def measure(quick: bool) -> list[Figure]:
    """Measure the idle page, then the same page with a replay in a loop."""
    period = 2.0 if quick else 10.0
    with lab() as place:
        notebook, player = place.play(CELL)
        page = notebook.page
        session = page.context.new_cdp_session(page)
        session.send("HeapProfiler.enable")
        page.wait_for_timeout(6000 * period)
        idle = measurements(page, session, IDLE_MINUTES, period)
        player.action("loop").click()
        player.action("speed").select_option("60")
        player.action("start").click()
        player.action("play").click()
        page.wait_for_timeout(6000 * period)  # code is compiled and kept during the first rounds
        playing = measurements(page, session, MINUTES, period)
        assert player.action("pause").count(), "the replay stopped"
    alone = growth(idle, "heap") * (MINUTES - 1) / (IDLE_MINUTES - 1)
    heap = growth(playing, "heap")
    note = f"{heap:,.0f} kB in all, of {playing[-1]['heap']:,.0f}; {alone:,.0f} kB when idle for as long"
    minutes = f"in {MINUTES * period / 10:.0f} minutes"
    return [
        one(f"growth of the heap {minutes}, beyond that when idle", heap - alone, MAX_GROWTH_KB, "kB", note),
        one("growth of the page's nodes", growth(playing, "nodes"), 0),
        one("growth of its event listeners", growth(playing, "listeners"), 0),
    ]
