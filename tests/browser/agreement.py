"""Compare what is on the screen with a recording: text, loss and every cursor."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from epochscope.recording.epoch_axis import epochs_on_axis
from tests.browser.player import DRAWN, Player, score, shown
from tests.browser.server import wait_until

if TYPE_CHECKING:
    from collections.abc import Sequence

    from epochscope.history import History

GOAL = 300
"""The default goal of a run."""
REST_MS = 100
"""Between two measurements that must be equal for a chart at rest, ms: bqplot delays its answer to a new size."""
NEAR_PX = 2.0
"""The largest distance of a drawn cursor from its place, px: half its width, and rounding."""

#: The cursor's place and the length of its axis, px: along the timeline, and down the map.
CURSORS = """box => {
  const rect = name => box.querySelector(name).getBoundingClientRect();
  const [line, thumb] = [rect("[data-part=sparkline]"), rect("[data-part=thumb]")];
  const [map, cursor] = [rect("[data-part=map]"), rect("[data-part=map-cursor]")];
  return {
    thumb: [thumb.x + thumb.width / 2 - line.x, line.width],
    map: [cursor.y + cursor.height / 2 - map.y, map.height],
  };
}"""

#: The curve, cursor and dot of the chart, px of the page; and the first and last tick of each axis, value and place.
CHART = """(chart, epochs) => {
  const place = (el, x, y) => new DOMPoint(x, y).matrixTransform(el.getScreenCTM());
  const middle = el => (box => [box.x + box.width / 2, box.y + box.height / 2])(el.getBoundingClientRect());
  const ticks = axis => [...axis.querySelectorAll(".tick")].map(tick => {
    const { x, y } = place(tick, 0, 0);
    return { value: Number(tick.textContent.replace("\\u2212", "-")), x, y };
  });
  const ends = axis => (all => [all[0], all[all.length - 1]])(ticks(axis));
  const [x, y] = [...chart.querySelectorAll("g.axis")];
  const lines = [...chart.querySelectorAll("g.curve path.line")];
  const [loss, cursor] = lines.slice(-2);
  const points = loss.getAttribute("d").slice(1).split("L").map(point => point.split(",").map(Number));
  return {
    x: ends(x).map(({ value, x }) => [value, x]),
    y: ends(y).map(({ value, y }) => [value, y]),
    points: points.length,
    curve: epochs.map(epoch => (at => [at.x, at.y])(place(loss, ...points[epoch]))),
    cursor: middle(cursor)[0],
    dot: middle([...chart.querySelectorAll("path.dot")].at(-1)),
  };
}"""


def assert_shows(player: Player, history: History, epoch: int) -> None:
    """Assert that the player shows this epoch as recorded, with the cursors of timeline and map in their places."""
    record = history[epoch]
    text, n_correct = history.text(epoch), int(history.n_correct[epoch])
    assert player.epoch == epoch
    assert player.predictions == shown(text)
    assert len(player.wrong) == history.positions - n_correct
    assert player.score == score(n_correct, history.positions, record.loss)
    assert player.head == len(history) - 1
    assert player.timeline.get_attribute("aria-valuenow") == str(epoch)
    places = player.box.evaluate(CURSORS)
    for name in ("thumb", "map"):
        at, length = places[name]
        assert at == pytest.approx((epoch + 0.5) / epochs_on_axis(len(history), GOAL) * length, abs=NEAR_PX), name


def assert_chart_shows(player: Player, history: History, epoch: int) -> None:
    """Assert that the chart has its curve where its axes say, and its cursor and dot at this epoch."""
    epochs = [0, epoch, len(history) - 1]
    seen = _chart_at_rest(player, epochs)
    assert seen["points"] == len(history)
    for at, (x, y) in zip(epochs, seen["curve"], strict=True):
        assert x == pytest.approx(_place(seen["x"], at), abs=NEAR_PX)
        assert y == pytest.approx(_place(seen["y"], float(history.losses[at])), abs=NEAR_PX)
    assert seen["cursor"] == pytest.approx(_place(seen["x"], epoch), abs=NEAR_PX)
    dot = [_place(seen["x"], epoch), _place(seen["y"], float(history.losses[epoch]))]
    assert seen["dot"] == pytest.approx(dot, abs=NEAR_PX)


def assert_replays(player: Player, history: History, epochs: Sequence[int], *, chart: bool = True) -> None:
    """Drag the timeline to each of these epochs and assert that all parts show it as recorded."""
    for epoch in epochs:
        player.drag(epoch, span=epochs_on_axis(len(history), GOAL))
        player.wait_for_epoch(epoch)
        assert_shows(player, history, epoch)
        if chart:
            assert_chart_shows(player, history, epoch)


def _chart_at_rest(player: Player, epochs: list[int]) -> dict[str, Any]:
    """Measure the chart once it no longer moves: bqplot draws a new size, such as beside a new scroll bar, in steps."""
    chart = player.page.locator(".epochscope-chart").first
    seen: list[dict[str, Any]] = []

    def at_rest() -> bool:
        player.page.wait_for_timeout(REST_MS)
        player.page.evaluate(DRAWN)
        seen.append(chart.evaluate(CHART, epochs))
        return len(seen) > 1 and seen[-1] == seen[-2]

    wait_until(lambda: at_rest() or None, 20, "the chart to come to rest")
    return seen[-1]


def _place(ticks: list[Any], value: float) -> float:
    """Return the place of a value on an axis with two known ticks, px."""
    (low, at_low), (high, at_high) = ticks
    return at_low + (value - low) / (high - low) * (at_high - at_low)
