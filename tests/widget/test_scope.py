"""The front door."""

from __future__ import annotations

import asyncio
import gc
import subprocess
import sys
from base64 import b64decode
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any
from xml.etree.ElementTree import Element, fromstring

import pytest

from epochscope import EpochScope, History, Trainer, monitor

SENTENCE = " I think therefore I am."
WIDGET = "application/vnd.jupyter.widget-view+json"


@pytest.fixture
def scope() -> Iterator[EpochScope]:
    made = EpochScope(SENTENCE)
    yield made
    made.close()


def test_every_default_is_the_classic_labs(scope: EpochScope) -> None:
    about = scope.history.metadata
    wanted = {"cell": "lstm", "hidden_size": 14, "num_layers": 1, "readout": False, "optimizer": "Adam", "lr": 0.1}
    assert {key: about[key] for key in wanted} == wanted
    assert (scope.head, scope.epoch, scope.status, len(scope.history)) == (-1, -1, "idle", 0)


def test_training_in_a_cell_shows_the_head(scope: EpochScope) -> None:
    history = scope.train(30)
    assert history is scope.history
    assert (scope.head, scope.epoch, scope.player.cursor, scope.status) == (29, 29, 29, "paused")
    assert len(scope.train()) == 300
    assert scope.status == "finished"
    assert scope.history == Trainer(SENTENCE).train(300)


def test_seek_moves_the_cursor_and_trains_nothing(scope: EpochScope) -> None:
    scope.train(10)
    scope.seek(3)
    assert (scope.epoch, scope.head) == (3, 9)
    scope.seek(-1)
    assert scope.epoch == 9
    for epoch in (10, -11, 1.5, "3", True):
        with pytest.raises(ValueError, match="epoch="):
            scope.seek(epoch)  # type: ignore[arg-type]


def test_a_browsers_pause_leaves_a_cursor_that_was_put_elsewhere_where_it_is(scope: EpochScope) -> None:
    scope.train(10)
    scope.seek(4)
    scope._stage._hear(None, {"kind": "command", "command": "pause"}, [])
    scope._stage._hear(None, {"kind": "command", "command": "speed", "speed": 3}, [])
    assert scope.epoch == 4
    scope._stage._hear(None, {"kind": "command", "command": "step"}, [])
    scope._source._drain()  # type: ignore[attr-defined]
    assert (scope.epoch, scope.head) == (10, 10)


def test_before_the_first_epoch_there_is_nothing_to_seek(scope: EpochScope) -> None:
    with pytest.raises(ValueError, match="no epoch is recorded yet"):
        scope.seek(0)


def test_it_plays_in_the_background_of_a_loop() -> None:
    async def work() -> None:
        scope = EpochScope(SENTENCE, epochs=20)
        scope.play(speed=None)
        assert scope.status == "training"
        await scope.finished()
        assert (scope.status, scope.epoch, scope.head) == ("finished", 19, 19)
        scope.close()

    asyncio.run(work())


def test_rewind_and_branch_go_through_to_the_trainer(scope: EpochScope) -> None:
    scope.train(20)
    scope.branch(10, lr=0.01)
    scope.train(5)
    assert scope.trainer.lr == 0.01
    assert [event.kind for event in scope.history.events if event.epoch == 10] == ["branch"]
    scope.rewind(2)
    assert (scope.head, scope.epoch) == (1, 1)


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"text": ""}, "text"),
        ({"text": "aaa"}, "more than one kind of token"),
        ({"text": "a"}, "text"),
        ({"text": SENTENCE, "cell": "lsmt"}, "did you mean 'lstm'"),
        ({"text": SENTENCE, "hidden_size": 8}, "hidden_size=8"),
        ({"text": SENTENCE, "epochs": 0}, "epochs=0"),
        ({"text": SENTENCE, "lr": float("nan")}, "lr=nan"),
        ({"text": SENTENCE, "lr": float("inf")}, "lr=inf"),
        ({"text": SENTENCE, "window": -1}, "window=-1"),
        ({"text": SENTENCE, "optimizer": "adma"}, "did you mean 'adam'"),
        ({"text": SENTENCE, "lang": "fr"}, "lang='fr'"),
        ({"text": SENTENCE, "seed": -1}, "seed=-1"),
    ],
)
def test_what_cannot_be_is_refused_where_it_is_given(given: dict[str, Any], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        EpochScope(**given)
    gc.collect()  # a scope that was never made has nothing to close, and says nothing of it


def test_a_trainer_and_a_recording_can_be_shown(tmp_path: Path) -> None:
    trainer = Trainer(SENTENCE, seed=3)
    trainer.train(7)
    shown = EpochScope.from_trainer(trainer)
    assert (shown.head, shown.epoch) == (6, 6)
    shown.step()
    assert len(trainer.history) == 8
    shown.save(tmp_path / "run.npz")
    replay = EpochScope.replay(tmp_path / "run.npz")
    assert (replay.head, replay.status) == (7, "finished")
    assert replay.history == trainer.history
    for act in (replay.play, replay.step, replay.reset, replay.train, lambda: replay.trainer):
        with pytest.raises(RuntimeError, match="EpochScope\\(text\\)"):
            act()
    with pytest.raises(ValueError, match="seed"):
        EpochScope(trainer, seed=4)
    shown.close()
    replay.close()


def test_the_plain_text_is_worth_reading(scope: EpochScope) -> None:
    scope.train(3)
    bundle = _bundle(scope)
    text = bundle["text/plain"]
    assert len(text) < 400
    assert "3 epochs" in text
    assert "LSTM" in text
    assert f"{scope.history.losses[-1]:.3f}" in text
    assert repr(scope.history.text(-1)) in text


def test_where_nothing_can_run_the_output_shows_the_picture(scope: EpochScope) -> None:
    assert "text/html" not in _bundle(scope)
    scope.train(3)
    bundle = _bundle(scope)
    assert WIDGET in bundle
    image = _image(bundle["text/html"])
    assert image.attrib["alt"] == bundle["text/plain"]
    kind, picture = image.attrib["src"].split(",")
    assert kind == "data:image/svg+xml;base64"
    assert b64decode(picture).decode() == scope.history.to_svg()


def test_colab_is_told_how_to_show_the_whole_scope(scope: EpochScope, monkeypatch: pytest.MonkeyPatch) -> None:
    assert scope._repr_mimebundle_()[1] == {}
    enabled: list[bool] = []
    colab = ModuleType("google.colab.output")
    colab.enable_custom_widget_manager = lambda: enabled.append(True)  # type: ignore[attr-defined]
    colab._widgets = SimpleNamespace(_installed_url="https://manager")  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "google.colab.output", colab)
    metadata = scope._repr_mimebundle_()[1]
    assert metadata == {WIDGET: {"colab": {"custom_widget_manager": {"url": "https://manager"}}}}
    assert enabled == [True]


def test_marimo_is_handed_what_it_can_show(scope: EpochScope) -> None:
    assert scope._display_() is scope.player
    watched = monitor(SENTENCE)
    assert watched._display_() is watched.scope.player
    watched.scope.close()


def test_pages_that_watched_are_given_what_a_notebook_is_saved_with_once_the_run_rests() -> None:
    async def session() -> None:
        scope = EpochScope(SENTENCE)
        kept: list[int] = []
        scope.player.send_state = lambda key=None: kept.append(len(scope.history)) if key == "recording" else None
        scope._stage._hear(None, {"kind": "have", "view": "page", "revision": 0, "epochs": 0, "hidden": False}, [])
        for _ in range(4):
            scope.step()
        assert kept == []  # not for every step
        for _ in range(500):
            if kept:
                break
            await asyncio.sleep(0.01)
        assert kept == [4]
        scope.step()
        scope.close()

    asyncio.run(session())


def test_no_text_breaks_out_of_the_picture() -> None:
    text = "\"><script>'&\u2028<!--"
    scope = EpochScope(text, epochs=2)
    scope.train()
    image = _image(_bundle(scope)["text/html"])
    assert image.tag == "img"
    assert image.attrib["alt"] == repr(scope)
    scope.close()


def test_the_state_that_a_browser_asks_for_holds_the_recording_as_it_is_now(scope: EpochScope) -> None:
    empty = len(scope.player.get_state()["recording"])
    scope.train(10)
    assert len(scope.player.get_state("recording")["recording"]) >= empty + 10 * scope.history.bytes_per_epoch
    assert "recording" not in scope.player.get_state("cursor")
    assert len(scope.player.recording) == 0  # never kept twice


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
scope = EpochScope.replay({str(path)!r})
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
