"""Replay at 60 epochs a second leaves the page's thread most of every frame."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.browser.views.conftest import OpenDemo

FRAME_MS = 1000 / 60


@pytest.mark.parametrize(
    "scene", [{"recording": "classic"}, {"length": 2001, "run": 1000}], ids=["300 x 23", "1000 x 2000"]
)
def test_replay_at_60_epochs_a_second_fits_into_the_frame(open_demo: OpenDemo, scene: dict[str, Any]) -> None:
    """Processor time, not wall time: other work on the machine is not the page's fault."""
    demo = open_demo({"width": 1400}, epoch=0, **scene)
    devtools = demo.page.context.new_cdp_session(demo.page)
    devtools.send("Performance.enable", {"timeDomain": "threadTicks"})

    def busy() -> float:
        metrics = devtools.send("Performance.getMetrics")["metrics"]
        return next(metric["value"] for metric in metrics if metric["name"] == "TaskDuration")

    demo.page.evaluate("store.setSpeed(60)")
    demo.settle()
    before = busy()
    demo.page.evaluate("store.play()")
    demo.page.wait_for_function("store.cursor.value >= 120")
    spent = busy() - before
    epochs = demo.page.evaluate("store.cursor.value")
    assert 1000 * spent / epochs < 0.7 * FRAME_MS
