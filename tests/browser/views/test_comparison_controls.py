"""The controls of a comparison: one transport for all runs, and what is done to one of them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from tests.browser.player import WORDS
from tests.browser.test_accessibility import THEMES, assert_accessible
from tests.thoroughness import quick_among

if TYPE_CHECKING:
    from tests.browser.conftest import OpenDemo
    from tests.browser.views.demo import Demo

LABELS = ("RNN", "GRU", "LSTM")
SIX = (*LABELS, "RNN + output layer", "LSTM, lr 0.01", "LSTM, 32")


def opened(open_demo: OpenDemo, *runs: dict[str, Any], labels: tuple[str, ...] = LABELS, **scene: Any) -> Demo:
    context = scene.pop("context", None)
    return open_demo(context, labels=json.dumps(labels), runs=json.dumps(runs), **scene)


def sent(demo: Demo) -> list[list[dict[str, Any]]]:
    """Return the commands that each kernel has received; the first one's are also those for all runs."""
    return demo.commands  # pyright: ignore[reportReturnType] - of a comparison there are several lists


def chosen(demo: Demo) -> list[int]:
    """Return the numbers on the keys of the runs that the panels show."""
    pressed = demo.page.locator("[data-part=root] [data-action^=show-][aria-pressed=true]")
    names = [name.get_attribute("data-action") for name in pressed.all()]
    return [int(name.removeprefix("show-")) for name in names if name and name != "show-two"]


def test_one_transport_moves_the_cursor_of_all(open_demo: OpenDemo) -> None:
    demo = opened(open_demo, epoch=40)
    demo.timeline.focus()
    demo.press("ArrowRight", "Shift+ArrowRight")
    assert demo.epoch == 51
    assert demo.page.evaluate("store.runs.map(run => run.cursor.value)") == [51, 51, 51]
    demo.press("Home", "]", "]")
    assert demo.epoch == 20  # the second event
    expect(demo.message).to_have_text(f"GRU, epoch 20: {WORDS['event_all_correct']}.")
    box = demo.page.locator("[data-part=sparkline]").bounding_box()
    assert box
    demo.page.mouse.click(box["x"] + 0.5 * box["width"], box["y"] + 10)
    assert abs(demo.epoch - 150) <= 2


def test_play_is_one_command_for_all_runs(open_demo: OpenDemo) -> None:
    demo = opened(open_demo, *[{"epochs": 20}] * 3)
    demo.action("train").click()
    demo.page.wait_for_function("store.stage.cursor.value > 25")
    assert demo.message.inner_text() == WORDS["status_runs_training"].format(runs="all 3 runs")
    demo.action("pause").click()
    expect(demo.action("train")).to_be_visible()
    first, *others = sent(demo)
    assert [(command["command"], command["run"]) for command in first] == [("play", None), ("pause", None)]
    assert others == [[], []]


def test_each_line_of_the_timeline_has_its_name_at_its_end(open_demo: OpenDemo) -> None:
    demo = opened(open_demo, {"epochs": 120}, {"epochs": 60}, {"epochs": 120})
    names = demo.page.locator("[data-part=line-label]")
    expect(names).to_have_text(list(LABELS))
    boxes = [name.bounding_box() for name in names.all()]
    rnn, gru, lstm = [box for box in boxes if box]
    assert gru["x"] < rnn["x"] == pytest.approx(lstm["x"], abs=1)  # its line ends earlier
    assert abs(rnn["y"] - lstm["y"]) >= 10  # they do not overlap
    assert names.evaluate_all("all => all.map(name => name.scrollWidth > name.clientWidth)") == [False] * 3


def test_reset_and_continue_name_the_run_and_change_only_that(open_demo: OpenDemo) -> None:
    demo = opened(open_demo, epoch=100)
    reset = demo.action("reset")
    expect(reset).to_have_text(WORDS["runs_reset"].format(runs="all 3 runs"))
    demo.action("runs").select_option(label="LSTM")
    expect(reset).to_have_text("Reset LSTM")
    expect(reset).to_have_attribute("title", WORDS["runs_reset_one"].format(run="LSTM"))
    demo.action("continue").click()
    dialog = demo.page.get_by_role("dialog")
    expect(dialog).to_have_accessible_name("Continue LSTM from epoch 100")
    expect(dialog).to_contain_text(WORDS["runs_rewind_one"].format(run="LSTM"))
    demo.action("rewind").click()
    expect(demo.message).to_have_text(WORDS["status_runs_behind"].format(run="LSTM", head=99, epoch=299))
    demo.page.locator("[data-action=reset]").click()
    expect(demo.message).to_have_text(WORDS["status_runs_at_start"].format(run="LSTM", epoch=299))
    assert sent(demo) == [[], [], [{"command": "rewind", "epoch": 100}, {"command": "reset"}]]


def test_all_runs_are_changed_by_one_command(open_demo: OpenDemo) -> None:
    demo = opened(open_demo, epoch=100)
    demo.action("continue").click()
    demo.part("branch-lr").fill("0.02")
    demo.action("branch").click()
    demo.page.wait_for_function("store.runs.every(run => run.recording.value.epochs === 100)")
    demo.action("reset").click()
    branch = {"command": "branch", "epoch": 100, "lr": 0.02, "run": None}
    assert sent(demo) == [[branch, {"command": "reset", "run": None}], [], []]


def test_a_recording_is_not_offered_to_be_changed(open_demo: OpenDemo) -> None:
    demo = opened(open_demo, {"source": "recording"}, {}, {})
    expect(demo.action("runs").locator("option")).to_have_text(["all 2 that can train", "GRU", "LSTM"])
    expect(demo.action("reset")).to_have_text("Reset all 2 that can train")
    demo = opened(open_demo, {"source": "recording"}, {}, labels=LABELS[:2])
    expect(demo.action("runs")).to_have_count(0)
    expect(demo.action("reset")).to_have_text("Reset GRU")
    demo = opened(open_demo, connection="none")
    assert demo.message.inner_text() == WORDS["status_runs_replay_only"]
    expect(demo.action("reset")).to_have_count(0)


def test_the_run_that_diverged_is_named_and_can_be_rewound(open_demo: OpenDemo) -> None:
    training = {"epochs": 40, "state": "training"}
    demo = opened(open_demo, {"epochs": 30, "state": "failed", "reason": "diverged"}, training, training)
    problem = WORDS["status_runs_diverged"].format(run="RNN", epoch=29)
    assert demo.message.inner_text() == WORDS["status_runs_go_on"].format(problem=problem)
    demo.action("rewind-to").click()
    demo.page.wait_for_function("store.runs[0].recording.value.epochs === 28")
    assert sent(demo)[0] == [{"command": "rewind", "epoch": 28}]


def test_digits_choose_the_runs_that_the_panels_show(open_demo: OpenDemo) -> None:
    demo = opened(open_demo)
    demo.timeline.focus()
    seen = [chosen(demo)]
    for key in ("1", "Shift+Digit3", "Shift+Digit1", "2"):
        demo.press(key)
        seen.append(chosen(demo))
    assert seen == [[3], [1], [1, 3], [3], [2]]
    demo.action("show-two").click()
    assert chosen(demo) == [1, 2]
    demo.action("show-1").click()
    assert chosen(demo) == [2]
    demo.action("network").click()
    panels = demo.page.locator("[data-part=inspect-network]")
    expect(panels).to_have_count(1)
    demo.press("Shift+Digit3")
    expect(panels).to_have_count(2)
    assert [panel.get_attribute("aria-label") for panel in panels.all()] == ["GRU: Network", "LSTM: Network"]


def test_digits_in_a_field_are_written(open_demo: OpenDemo) -> None:
    demo = opened(open_demo)
    demo.action("free-run").click()
    demo.part("own-words").press_sequentially("1 2")
    assert chosen(demo) == [3]
    expect(demo.part("own-words")).to_have_value("1 2")


def test_a_summary_of_all_runs_is_announced_when_the_cursor_stops(open_demo: OpenDemo) -> None:
    demo = opened(open_demo, epoch=299, labels=LABELS[:2])
    score = WORDS["score"].format(correct=23, positions=23)
    expect(demo.part("summary")).to_have_text(f"epoch 299: RNN {score}; GRU {score}")


def test_a_failure_is_announced_while_the_others_go_on(open_demo: OpenDemo) -> None:
    training = {"epochs": 40, "state": "training"}
    demo = opened(open_demo, training, training, training)
    demo.page.evaluate("setInterval(() => store.runs[1].version.value++, 50)")  # epochs that arrive
    demo.page.evaluate(
        "store.runs[0].receiveStatus({ ...store.runs[0].status.value, state: 'failed', reason: 'diverged' })"
    )
    problem = WORDS["status_runs_diverged"].format(run="RNN", epoch=39)
    expect(demo.part("summary")).to_have_text(WORDS["status_runs_go_on"].format(problem=problem))


@pytest.mark.parametrize("theme", quick_among(THEMES, "light"))
def test_the_controls_and_panels_of_six_runs_are_accessible(open_demo: OpenDemo, theme: str) -> None:
    demo = opened(open_demo, labels=SIX, epoch=120, context={"color_scheme": theme, "height": 2400})
    for action in ("show-two", "network", "encoding", "continue"):
        demo.action(action).click()
    demo.settle()
    assert_accessible(demo.page, min_texts=60)


@pytest.mark.parametrize("width", [360, 700, 1000])
def test_nothing_is_wider_than_the_page(open_demo: OpenDemo, width: int) -> None:
    demo = opened(open_demo, labels=SIX, context={"width": width + 32})
    demo.action("network").click()
    demo.settle()
    assert demo.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    boxes = demo.page.evaluate(
        "[...document.querySelectorAll('[data-part=line-label], [data-part=root] button, [data-part=root] select')]"
        ".map(el => el.getBoundingClientRect()).map(({ left, right }) => [left, right])"
    )
    assert all(left >= 8 and right <= width + 24 for left, right in boxes)
