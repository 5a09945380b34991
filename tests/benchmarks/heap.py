"""6. Does the page grow? A recording that replays in a loop for ten minutes, in JupyterLab, its chart's cursor with it.

All garbage is collected before each look, through the browser's own debugging protocol. JupyterLab's page grows at rest
too, so it is looked at before anything moves, and what it grows by in as long is taken off.
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
AT_REST = 4  # minutes, before
CELL = """
from epochscope import EpochScope, Trainer
scope = EpochScope.from_history(Trainer(" I think therefore I am.").train(300))
scope
"""
#: A heap is never quite still.
NOTHING_KB = 100.0

Look = dict[str, float]


def look(session: Any) -> Look:
    """The heap in kB, and how many nodes and listeners there are, after all garbage is gone."""
    for _ in range(3):  # what finalizers let go of is garbage only then
        session.send("HeapProfiler.collectGarbage")
    counters = session.send("Memory.getDOMCounters")
    heap = session.send("Runtime.getHeapUsage")["usedSize"] / 1000
    return {"heap": heap, "nodes": counters["nodes"], "listeners": counters["jsEventListeners"]}


def looks(page: Page, session: Any, minutes: int, period: float) -> list[Look]:
    """Six a minute, where a period is ten seconds."""
    found, start = list[Look](), time.monotonic()
    for number in range(6 * minutes):
        found.append(look(session))
        page.wait_for_timeout(max(0.0, 1000 * (start + period * (number + 1) - time.monotonic())))
    return found


def growth(found: Sequence[Look], what: str) -> float:
    """From the first minute to the last, by their medians."""
    return median(each[what] for each in found[-6:]) - median(each[what] for each in found[:6])


def measure(quick: bool) -> list[Figure]:
    """The same page at rest, then with a film in a loop."""
    period = 2.0 if quick else 10.0
    with lab() as place:
        notebook, player = place.play(CELL)
        page = notebook.page
        session = page.context.new_cdp_session(page)
        session.send("HeapProfiler.enable")
        page.wait_for_timeout(6000 * period)
        resting = looks(page, session, AT_REST, period)
        player.action("loop").click()
        player.action("speed").select_option("60")
        player.action("start").click()
        player.action("play").click()
        page.wait_for_timeout(6000 * period)  # what is compiled and kept at the first rounds
        playing = looks(page, session, MINUTES, period)
        assert player.action("pause").count(), "it should have gone on all the time"
    alone = growth(resting, "heap") * (MINUTES - 1) / (AT_REST - 1)
    heap = growth(playing, "heap")
    note = f"{heap:,.0f} kB in all, of {playing[-1]['heap']:,.0f}; {alone:,.0f} kB in as long at rest"
    minutes = f"in {MINUTES * period / 10:.0f} minutes"
    return [
        one(f"growth of the heap {minutes}, beyond that at rest", heap - alone, NOTHING_KB, "kB", note),
        one("growth of the page's nodes", growth(playing, "nodes"), 0),
        one("growth of its event listeners", growth(playing, "listeners"), 0),
    ]
