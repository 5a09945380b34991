"""The transport with mouse and keyboard, and the messages about the state."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from tests.browser.player import WORDS, score

if TYPE_CHECKING:
    from epochscope.history import History
    from tests.browser.conftest import OpenDemo


def test_the_buttons_step_and_jump(open_demo: OpenDemo) -> None:
    demo = open_demo(recording="classic", epoch=150)
    for action, epoch in (("step", 151), ("back", 150), ("start", 0), ("head", 299)):
        demo.action(action).click()
        assert demo.epoch == epoch


def test_the_keys_step_and_jump(open_demo: OpenDemo, classic: History) -> None:
    demo = open_demo(recording="classic", epoch=150)
    events = [event.epoch for event in classic.events]
    demo.timeline.focus()
    for key, epoch in (
        ("ArrowRight", 151),
        ("ArrowLeft", 150),
        ("Shift+ArrowRight", 160),
        ("Shift+ArrowLeft", 150),
        ("PageDown", 151),
        ("PageUp", 150),
        ("Home", 0),
        ("End", 299),
        ("[", events[-1]),
        ("Home", 0),
        ("]", events[0]),
        (".", 299),
    ):
        demo.press(key)
        assert demo.epoch == epoch, key


def test_all_controls_can_be_reached_with_tab_and_used_with_enter(open_demo: OpenDemo) -> None:
    demo = open_demo(recording="classic", epoch=150)
    reached = []
    for _ in range(19):
        demo.press("Tab")
        reached.append(demo.focused_action)
    transport = ["start", "back", "play", "step", "head", "timeline", "speed"]
    inspect = ["free-run", "memory", "inside", "gradient-reach", "network", "encoding"]
    assert reached == ["option", *transport, "until", "continue", "reset", *inspect, "loop", "present"]
    demo.action("start").focus()
    demo.press("Enter")
    assert demo.epoch == 0


def test_space_plays_and_pauses_after_a_click_on_a_button(open_demo: OpenDemo) -> None:
    demo = open_demo(recording="classic", epoch=0)
    demo.action("step").click()
    demo.press("Space")
    expect(demo.action("pause")).to_be_visible()
    demo.page.wait_for_function("store.cursor.value > 4")
    demo.press("Space")
    expect(demo.action("play")).to_be_visible()


def test_dragging_the_timeline_or_the_map_moves_the_cursor(open_demo: OpenDemo) -> None:
    demo = open_demo(recording="classic", epoch=0)
    mouse = demo.page.mouse
    for place, along in ((demo.timeline, "x"), (demo.page.locator("[data-part=map]"), "y")):
        box = place.bounding_box()
        assert box
        points = [
            (box["x"] + share * box["width"], box["y"] + 15)
            if along == "x"
            else (box["x"] + 40, box["y"] + share * box["height"])
            for share in (0.1, 0.3, 0.6, 0.9)
        ]
        mouse.move(*points[0])
        mouse.down()
        for share, point in ((0.3, points[1]), (0.6, points[2])):
            mouse.move(*point)
            assert abs(demo.epoch - share * 300) <= 2
        mouse.up()
        mouse.move(*points[3])
        assert abs(demo.epoch - 180) <= 2


def test_the_speed_can_be_chosen(open_demo: OpenDemo) -> None:
    demo = open_demo(recording="classic", epoch=0)
    speed = demo.action("speed")
    for epochs in (1, 60):
        speed.select_option(label=WORDS["epochs_per_second"].format(speed=epochs))
        assert demo.page.evaluate("store.speed.value") == epochs
    speed.select_option(label=WORDS["max_speed"])
    assert demo.page.evaluate("store.speed.value === Infinity")


def test_loop_is_a_switch(open_demo: OpenDemo) -> None:
    demo = open_demo(recording="classic")
    loop = demo.action("loop")
    expect(loop).to_have_attribute("aria-pressed", "false")
    loop.click()
    expect(loop).to_have_attribute("aria-pressed", "true")
    assert demo.page.evaluate("store.loop.value")


def test_train_at_the_head_sends_a_command_and_follows_the_kernel(open_demo: OpenDemo) -> None:
    demo = open_demo(recording="classic", epochs=20, goal=300)
    demo.action("train").click()
    demo.page.wait_for_function("store.cursor.value > 25")
    assert demo.message.inner_text() == WORDS["status_training"]
    demo.action("pause").click()
    expect(demo.action("train")).to_be_visible()
    assert [command["command"] for command in demo.commands] == ["play", "pause"]


def test_a_summary_is_announced_politely_when_the_cursor_stops(open_demo: OpenDemo, classic: History) -> None:
    demo = open_demo(recording="classic", epoch=19)
    summary = demo.part("summary")
    text = f"{WORDS['epoch_number'].format(epoch=19)}: {score(23, 23, float(classic.losses[19]))}"
    expect(summary).to_have_text(text.replace(" ·", ","))
    expect(summary).to_have_attribute("aria-live", "polite")


@pytest.mark.parametrize(
    ("scene", "message"),
    [
        ({"epochs": 0}, WORDS["status_ready"]),
        ({"epoch": 150}, WORDS["status_behind"].format(at="epoch 299")),
        ({"epoch": 19}, f"Epoch 19: {WORDS['event_all_correct']}."),
        ({"connection": "waiting", "epochs": 20}, WORDS["status_busy"]),
        ({"connection": "gone"}, WORDS["status_disconnected"]),
        ({"connection": "none"}, WORDS["status_replay_only"]),
        (
            {"state": "failed", "reason": "error", "message": "ValueError: no"},
            WORDS["status_error"].format(message="ValueError: no"),
        ),
    ],
)
def test_the_message_says_what_state_the_run_is_in(open_demo: OpenDemo, scene: dict[str, Any], message: str) -> None:
    assert open_demo(recording="classic", **scene).message.inner_text() == message


def test_a_diverged_run_can_be_rewound(open_demo: OpenDemo) -> None:
    demo = open_demo(recording="classic", epochs=30, goal=300, state="failed", reason="diverged")
    assert demo.message.inner_text() == WORDS["status_diverged"].format(at="epoch 29")
    demo.action("rewind-to").click()
    demo.page.wait_for_function("store.recording.value.epochs === 28")
    assert demo.commands == [{"command": "rewind", "epoch": 28}]
