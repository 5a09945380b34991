"""`EpochScope`."""

from __future__ import annotations

import asyncio
import copy
import gc
import pickle
import subprocess
import sys
from base64 import b64decode
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any
from xml.etree.ElementTree import Element, fromstring

import numpy as np
import pytest

import epochscope.widget.display
import epochscope.widget.feed
from epochscope import Branch, EpochScope, History, Trainer, TrainingDiverged, monitor
from epochscope.widget.player import FOLLOW_HEAD
from tests.widget.browser import send

SENTENCE = " I think therefore I am."
WIDGET = "application/vnd.jupyter.widget-view+json"


@pytest.fixture
def scope() -> Iterator[EpochScope]:
    made = EpochScope(SENTENCE)
    yield made
    made.close()


def test_the_defaults_are_those_of_the_classic_lab(scope: EpochScope) -> None:
    metadata = scope.history.metadata
    wanted = {"cell": "lstm", "hidden_size": 14, "num_layers": 1, "readout": False, "optimizer": "Adam", "lr": 0.1}
    assert {key: metadata[key] for key in wanted} == wanted
    assert (scope.head, scope.epoch, scope.status, len(scope.history)) == (-1, -1, "idle", 0)


def test_training_in_a_cell_shows_the_head(scope: EpochScope) -> None:
    history = scope.train(30)
    assert history is scope.history
    assert (scope.head, scope.epoch, scope.status) == (29, 29, "paused")
    assert len(scope.train()) == 300
    assert scope.status == "finished"
    assert scope.history == Trainer(SENTENCE).train(300)


def test_seek_moves_the_cursor_and_trains_nothing(scope: EpochScope) -> None:
    scope.train(10)
    scope.seek(3)
    assert (scope.epoch, scope.head) == (3, 9)
    scope.seek(-1)
    assert scope.epoch == 9
    scope.seek(np.int64(2))  # type: ignore[arg-type]
    assert scope.epoch == 2
    for epoch in (10, -11, 1.5, "3", True):
        with pytest.raises(ValueError, match="epoch="):
            scope.seek(epoch)  # type: ignore[arg-type]


def test_a_browser_that_pauses_does_not_move_the_cursor_and_one_that_steps_does() -> None:
    async def work() -> None:
        scope = EpochScope(SENTENCE)
        scope.train(10)
        scope.seek(4)
        send(scope.player, kind="command", command="pause")
        send(scope.player, kind="command", command="speed", speed=3)
        await asyncio.sleep(0)
        assert scope.epoch == 4
        send(scope.player, kind="command", command="step")
        while scope.head < 10:  # noqa: ASYNC110 - a state is awaited
            await asyncio.sleep(0)
        assert scope.epoch == 10
        scope.close()

    asyncio.run(work())


def test_the_cursor_follows_the_head_only_from_the_head() -> None:
    scope = EpochScope(SENTENCE)
    scope.train(10)
    send(scope.player, kind="cursor", cursor=9)  # as a browser does
    scope.train(5)
    assert scope.epoch == 14
    send(scope.player, kind="cursor", cursor=3)
    scope.pause()
    assert scope.epoch == 3
    scope.rewind(2)
    assert scope.epoch == 1
    scope.close()


def test_a_cursor_that_a_browser_leaves_at_the_head_stays_there_and_any_other_does_not_move() -> None:
    scope = EpochScope(SENTENCE)
    scope.train(10)
    send(scope.player, kind="cursor", cursor=9)
    scope.trainer.train(5)  # epochs that this scope did not start
    assert (scope.head, scope.epoch) == (14, 9)
    send(scope.player, kind="cursor", cursor=FOLLOW_HEAD)
    scope.trainer.train(5)
    assert (scope.head, scope.epoch) == (19, 19)
    scope.close()


def test_before_the_first_epoch_there_is_nothing_to_seek(scope: EpochScope) -> None:
    with pytest.raises(ValueError, match="no epoch is recorded yet"):
        scope.seek(0)


def test_play_trains_in_the_background() -> None:
    async def work() -> None:
        scope = EpochScope(SENTENCE, epochs=20)
        scope.play(speed=None)
        assert scope.status == "training"
        await scope.finished()
        assert (scope.status, scope.epoch, scope.head) == ("finished", 19, 19)
        scope.close()

    asyncio.run(work())


def test_rewind_and_branch_change_the_trainer(scope: EpochScope) -> None:
    scope.train(20)
    scope.branch(10, lr=0.01)
    scope.train(5)
    assert scope.trainer.lr == 0.01
    assert [event.kind for event in scope.history.events if event.epoch == 10] == ["branch"]
    scope.rewind(2)
    assert (scope.head, scope.epoch) == (1, 1)


def test_step_and_branch_return_the_same_on_a_scope_and_on_a_trainer(scope: EpochScope) -> None:
    trainer = Trainer(SENTENCE)
    assert scope.step(3) == trainer.step(3) == trainer.history[2]
    branch = scope.branch(2, lr=0.01, betas=(0.5, 0.9))
    parted = trainer.branch(2, lr=0.01, betas=(0.5, 0.9))
    assert (branch.current, branch.lr) == (True, parted.lr)
    assert scope.train(4) == parted.train(4) == branch.history
    with pytest.raises(ValueError, match="momentum"):
        scope.branch(2, momentum=0.9)
    assert len(scope.branches) == 2


def test_an_unknown_option_is_refused_with_a_similar_name() -> None:
    with pytest.raises(TypeError, match="hiden_size: did you mean hidden_size"):
        EpochScope(SENTENCE, hiden_size=3)  # pyright: ignore[reportCallIssue]
    with pytest.raises(TypeError, match="lagn: did you mean lang"):
        EpochScope(SENTENCE, lagn="ko")  # pyright: ignore[reportCallIssue]


@pytest.mark.parametrize(
    ("conditions", "holds"),
    [
        ({"epochs": 12}, lambda history: len(history) == 12),
        ({"until_loss": 1.2}, lambda history: history.losses[-1] < 1.2 <= history.losses[:-1].min()),
        ({"until_all_correct": True}, lambda history: history.n_correct[-1] == 6 > history.n_correct[:-1].max()),
        ({"until_loss": 1e-6, "epochs": np.int64(9)}, lambda history: len(history) == 9),
    ],
)
def test_play_stops_at_the_first_condition(conditions: dict[str, Any], holds: Any) -> None:
    async def work() -> History:
        scope = EpochScope("hihello")
        scope.play(speed=None, **conditions)
        history = await scope.finished()
        scope.close()
        return history

    assert holds(asyncio.run(work()))


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"epochs": 0}, "epochs=0"),
        ({"epochs": 1.5}, "epochs=1.5"),
        ({"until_loss": 0}, "until_loss=0"),
        ({"until_loss": float("nan")}, "until_loss=nan"),
        ({"speed": 0}, "speed=0"),
        ({"speed": float("inf")}, "speed=inf"),
    ],
)
def test_an_invalid_argument_of_play_is_refused(scope: EpochScope, given: dict[str, Any], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        scope.play(**given)


def test_branches_are_listed_and_can_be_switched_to(scope: EpochScope) -> None:
    scope.train(20)
    (first,) = scope.branches
    assert (first.current, first.history, first.lr) == (True, scope.history, 0.1)
    scope.branch(10, lr=0.01)
    scope.train(5)
    first, second = scope.branches
    assert isinstance(second, Branch)
    assert [branch.current for branch in (first, second)] == [False, True]
    assert (first.start, first.lr, second.lr) == (11, 0.1, 0.01)
    assert "history" not in repr(first)
    scope.switch_to(first)
    assert (scope.head, scope.epoch, scope.history) == (19, 19, first.history)
    scope.switch_to(second.id)
    assert (scope.head, scope.history) == (14, second.history)
    with pytest.raises(ValueError, match=r"branch=7: .*0, 1"):
        scope.switch_to(7)


def test_training_after_divergence_raises_training_diverged() -> None:
    scope = EpochScope(SENTENCE, optimizer="sgd", lr=1e38, readout=True)
    scope.train()
    assert (scope.status, scope.error) == ("failed", None)
    for act in (scope.play, scope.step, scope.train):
        with pytest.raises(TrainingDiverged, match=r"rewind\("):
            act()
    scope.close()


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"text": ""}, "text"),
        ({"text": "aaa"}, "different token"),
        ({"text": "a"}, "text"),
        ({"text": SENTENCE, "cell": "lsmt"}, "did you mean 'lstm'"),
        ({"text": SENTENCE, "hidden_size": 8}, "hidden_size=8"),
        ({"text": SENTENCE, "epochs": 0}, "epochs=0"),
        ({"text": SENTENCE, "epochs": True}, "epochs=True"),
        ({"text": SENTENCE, "lr": float("nan")}, "lr=nan"),
        ({"text": SENTENCE, "lr": float("inf")}, "lr=inf"),
        ({"text": SENTENCE, "window": -1}, "window=-1"),
        ({"text": SENTENCE, "optimizer": "adma"}, "did you mean 'adam'"),
        ({"text": SENTENCE, "lang": "fr"}, "lang='fr'"),
        ({"text": SENTENCE, "seed": -1}, "seed=-1"),
    ],
)
def test_an_invalid_option_is_refused(given: dict[str, Any], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        EpochScope(**given)


def test_a_scope_that_was_refused_is_deleted_without_a_warning() -> None:
    with pytest.raises(ValueError, match="lang='fr'"):
        EpochScope(SENTENCE, lang="fr")
    gc.collect()


def test_a_trainer_and_a_recording_can_be_shown(tmp_path: Path) -> None:
    trainer = Trainer(SENTENCE, seed=3)
    trainer.train(7)
    shown = EpochScope.from_trainer(trainer)
    assert (shown.head, shown.epoch, shown.trainer) == (6, 6, trainer)
    shown.step()
    assert len(trainer.history) == 8
    shown.save(tmp_path / "run.npz")
    shown.close()
    for replay in (EpochScope.load(tmp_path / "run.npz"), EpochScope.from_history(trainer.history)):
        assert (replay.head, replay.status, replay.error) == (7, "finished", None)
        assert replay.history == trainer.history
        assert [branch.current for branch in replay.branches] == [True]
        replay.close()


def test_a_replay_refuses_to_train_and_says_what_does(scope: EpochScope) -> None:
    scope.train(3)
    replay = EpochScope.from_history(scope.history)
    for act in (
        replay.play,
        replay.pause,
        replay.step,
        replay.reset,
        replay.train,
        lambda: replay.rewind(1),
        lambda: replay.branch(1),
        lambda: replay.switch_to(0),
        lambda: replay.trainer,
        lambda: asyncio.run(replay.finished()),
    ):
        with pytest.raises(RuntimeError, match=r"EpochScope\(text\)"):
            act()
    replay.close()


def test_the_constructor_takes_a_text_only() -> None:
    trainer = Trainer(SENTENCE)
    with pytest.raises(TypeError, match=r"EpochScope\.from_trainer\(trainer\)"):
        EpochScope(trainer)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match=r"EpochScope\.from_history\(history\)"):
        EpochScope(trainer.history)  # type: ignore[arg-type]


def test_a_page_is_returned_or_written(scope: EpochScope, tmp_path: Path) -> None:
    scope.train(3)
    html = scope.to_html(chart=False)
    assert html is not None
    assert html.startswith("<!doctype html>")
    assert scope.to_html(tmp_path / "run.html", chart=False) is None
    assert (tmp_path / "run.html").read_text("utf-8") == html


def test_the_plain_text_describes_the_run(scope: EpochScope) -> None:
    scope.train(3)
    bundle = _bundle(scope)
    text = bundle["text/plain"]
    assert len(text) < 400
    assert "3 epochs" in text
    assert "LSTM" in text
    assert f"{scope.history.losses[-1]:.3f}" in text
    assert repr(scope.history.text(-1)) in text


def test_the_output_has_a_picture_for_where_no_widget_can_run(scope: EpochScope) -> None:
    assert "text/html" not in _bundle(scope)
    scope.train(3)
    bundle = _bundle(scope)
    assert WIDGET in bundle
    image = _image(bundle["text/html"])
    assert image.attrib["alt"] == bundle["text/plain"]
    kind, picture = image.attrib["src"].split(",")
    assert kind == "data:image/svg+xml;base64"
    assert b64decode(picture).decode() == scope.history.to_svg()


def test_colab_receives_the_metadata_of_an_anywidget(scope: EpochScope, monkeypatch: pytest.MonkeyPatch) -> None:
    assert scope._repr_mimebundle_()[1] == {}
    enabled: list[bool] = []
    colab = ModuleType("google.colab.output")
    colab.enable_custom_widget_manager = lambda: enabled.append(True)  # type: ignore[attr-defined]
    colab._widgets = SimpleNamespace(_installed_url="https://manager")  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "google.colab.output", colab)
    metadata = scope._repr_mimebundle_()[1]
    assert metadata == {WIDGET: {"colab": {"custom_widget_manager": {"url": "https://manager"}}}}
    assert enabled == [True]


def test_marimo_shows_the_player(scope: EpochScope) -> None:
    assert scope._display_() is scope.player
    watched = monitor(SENTENCE)
    assert watched._display_() is watched.scope.player
    watched.scope.close()


@pytest.mark.parametrize("has_everything", [True, False])
def test_after_training_the_whole_recording_is_sent_once_if_no_page_says_that_it_has_it(
    has_everything: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(epochscope.widget.display, "SAVE_DELAY_S", 0.05)
    monkeypatch.setattr(epochscope.widget.feed, "RETRY_S", 0.05)

    async def work() -> None:
        scope = EpochScope(SENTENCE)
        sent: list[int] = []
        scope.player.send_state = lambda key=None: sent.append(len(scope.history)) if key == "recording" else None
        send(scope.player, kind="ack", view="page", revision=0, epochs=0, hidden=False)
        for _ in range(4):
            scope.step()
        await asyncio.sleep(0.1)
        assert sent == []  # not for every step, and not before the page had time to answer
        if has_everything:
            send(scope.player, kind="ack", view="page", revision=0, epochs=4, hidden=False)
            await asyncio.sleep(0.5)
            assert sent == []
        while not (has_everything or sent):  # noqa: ASYNC110 - a timer is awaited
            await asyncio.sleep(0.01)
        assert sent == [4] * (not has_everything)
        scope.step()
        scope.close()

    asyncio.run(asyncio.wait_for(work(), 10))


def test_a_text_with_html_is_escaped_in_the_output() -> None:
    text = "\"><script>'&\u2028<!--"
    scope = EpochScope(text, epochs=2)
    scope.train()
    image = _image(_bundle(scope)["text/html"])
    assert image.tag == "img"
    assert image.attrib["alt"] == repr(scope)
    scope.close()


def test_the_state_that_a_browser_requests_has_the_current_recording(scope: EpochScope) -> None:
    empty = len(scope.player.get_state()["recording"])
    scope.train(10)
    assert len(scope.player.get_state("recording")["recording"]) >= empty + 10 * scope.history.bytes_per_epoch
    assert "recording" not in scope.player.get_state("cursor")
    assert len(scope.player.recording) == 0  # not kept twice


def test_closing_twice_is_harmless(scope: EpochScope) -> None:
    scope.close()
    scope.close()


def test_a_recording_replays_without_torch_and_without_bqplot(tmp_path: Path) -> None:
    path = tmp_path / "run.npz"
    Trainer(SENTENCE).train(5).save(path)
    code = f"""
import sys
for name in ("torch", "bqplot", "pandas"):
    sys.modules[name] = None
from epochscope import EpochScope
scope = EpochScope.load({str(path)!r})
print(scope.head, scope.chart, scope.history.text(4))
"""
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert said.startswith(f"4 None {History.load(path).text(4)}")


def _image(html: str) -> Element:
    assert html.endswith(">")
    return fromstring(html[:-1] + "/>")  # as XML: stricter than any browser


def _bundle(scope: EpochScope) -> dict[str, Any]:
    """What an output of the scope holds, by kind."""
    return scope._repr_mimebundle_()[0]


@pytest.mark.parametrize("make", [EpochScope, monitor])
@pytest.mark.parametrize("attempt", [copy.copy, copy.deepcopy, pickle.dumps])
def test_a_scope_or_a_monitor_cannot_be_copied_and_says_what_can(make: Any, attempt: Any) -> None:
    """dill#255, #537."""
    with pytest.raises(TypeError, match=r"(EpochScope|Monitor) belongs to its kernel, .*; copy or pickle \w+\.history"):
        attempt(make("hihello"))


def test_the_history_and_the_trainer_of_a_scope_can_be_pickled() -> None:
    scope = EpochScope("hihello")
    history = scope.train(5)
    assert pickle.loads(pickle.dumps(history)) == copy.deepcopy(history) == history
    assert pickle.loads(pickle.dumps(scope.trainer)).train(3) == scope.trainer.train(3)
