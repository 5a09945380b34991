"""What is on screen, held against a recording: the text, the loss, and every place that the cursor has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.browser.player import DRAWN, Player, shown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from epochscope.history import History

SPAN = 300
"""How many epochs the axes of these recordings span: the goal of a run, unless another is given."""
NEAR_PX = 2.0
"""How far beside its place a cursor may be drawn, px: half its own width, and what a page rounds."""

#: Where the cursor is drawn in the player, as a share of what it moves over: the timeline's width, the map's height.
CURSORS = """box => {
  const rect = name => box.querySelector(name).getBoundingClientRect();
  const [line, thumb] = [rect(".epochscope-silhouette"), rect(".epochscope-thumb")];
  const [map, cursor] = [rect(".epochscope-map"), rect(".epochscope-map-cursor")];
  return {
    thumb: [thumb.x + thumb.width / 2 - line.x, line.width],
    map: [cursor.y + cursor.height / 2 - map.y, map.height],
  };
}"""

#: Where things are drawn in the chart (px of the page), and how its axes count: two ticks of each, value and place.
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


def agrees(player: Player, history: History, epoch: int) -> None:
    """The player shows this epoch as it was recorded, and its timeline and its map have their cursor there.

    Raises:
        AssertionError: something on the screen is not what was recorded.
    """
    record = history[epoch]
    text, right = history.text(epoch), int(history.n_correct[epoch])
    assert player.epoch == epoch
    assert player.says == shown(text)
    assert len(player.wrong) == history.positions - right
    score = player.box.locator(".epochscope-score").inner_text()
    assert f"{right} of {history.positions} right" in score
    assert f"loss {record.loss:.3f}" in score
    assert player.head == len(history) - 1
    assert player.timeline.get_attribute("aria-valuenow") == str(epoch)
    places = player.box.evaluate(CURSORS)
    for name in ("thumb", "map"):
        at, length = places[name]
        assert at == pytest.approx((epoch + 0.5) / SPAN * length, abs=NEAR_PX), name


def chart_agrees(player: Player, history: History, epoch: int) -> None:
    """The chart beside the player has its curve on its axes, and its cursor and dot at this epoch."""
    chart = player.page.locator(".epochscope-chart").first
    player.page.evaluate(DRAWN)
    seen = chart.evaluate(CHART, _some(history, epoch))
    assert seen["points"] == len(history)
    for at, (x, y) in zip(_some(history, epoch), seen["curve"], strict=True):
        assert x == pytest.approx(_on(seen["x"], at), abs=NEAR_PX)
        assert y == pytest.approx(_on(seen["y"], float(history.losses[at])), abs=NEAR_PX)
    assert seen["cursor"] == pytest.approx(_on(seen["x"], epoch), abs=NEAR_PX)
    dot = [_on(seen["x"], epoch), _on(seen["y"], float(history.losses[epoch]))]
    assert seen["dot"] == pytest.approx(dot, abs=NEAR_PX)


def replays(player: Player, history: History, epochs: Sequence[int], *, chart: bool = True) -> None:
    """Drag the timeline to these epochs: each is shown as it was recorded, by every part of the display."""
    for epoch in epochs:
        player.drag(epoch, span=SPAN)
        player.wait_for_epoch(epoch)
        agrees(player, history, epoch)
        if chart:
            chart_agrees(player, history, epoch)


def _some(history: History, epoch: int) -> list[int]:
    return [0, epoch, len(history) - 1]


def _on(ticks: list[Any], value: float) -> float:
    """The place of a value on an axis with two known ticks, px."""
    (low, at_low), (high, at_high) = ticks
    return at_low + (value - low) / (high - low) * (at_high - at_low)
