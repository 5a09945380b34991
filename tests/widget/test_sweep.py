"""A sweep in Python: its widget, its messages, its files and pages."""

from __future__ import annotations

import asyncio
import copy
import json
import subprocess
import sys
import time
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import pytest
import torch

from epochscope import EpochScope, History, Sweep, Trainer, compare, sweep
from epochscope.widget import sweep_view

TEXT = "hihello"


def make(**options: Any) -> Sweep:
    """Return a sweep that is trained on another thread of this process."""
    return sweep(TEXT, **{"seeds": 2, "epochs": 12, "cell": ["rnn", "lstm"], "progress": False, **options})


@pytest.fixture(scope="module")
def runs() -> Sweep:
    return make()


async def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.005)


class Page:
    """A page that shows a sweep: what it sends, and what it has received."""

    def __init__(self, shown: Sweep) -> None:
        self.shown = shown
        self.received: list[tuple[Any, Any]] = []
        self.states: list[dict[str, Any]] = []
        player: Any = shown.player
        player.send = lambda content, buffers=None: self.received.append((content, buffers))
        player.send_state = lambda names: self.states.append(player.get_state(names))

    def send(self, **message: Any) -> None:
        self.shown._display._receive(None, message, None)


def test_outside_a_notebook_it_returns_when_all_runs_are_trained(runs: Sweep) -> None:
    assert (runs.status, len(runs), runs.error) == ("finished", 4, None)
    assert runs[3] == Trainer(TEXT, cell="lstm", seed=1).train(12)
    assert runs[-1] == runs[3]
    assert runs.label(3) == "LSTM, seed 1"
    assert repr(runs).startswith("Sweep, finished: 4 of 4 runs; RNN: all correct ever ")
    assert [len(history) for history in runs] == [12] * 4
    with pytest.raises(IndexError, match="run 4: the sweep has the runs 0 to 3"):
        _ = runs[4]


def test_tables_have_a_row_for_each_run_and_for_each_combination(runs: Sweep) -> None:
    table = runs.table()
    assert table[["cell", "seed"]].values.tolist() == [["rnn", 0], ["rnn", 1], ["lstm", 0], ["lstm", 1]]
    for run, row in table.iterrows():
        history = runs[int(run)]  # type: ignore[call-overload]  # the index has integers
        assert (row.epochs, row.final_loss, row.n_correct) == (12, history.losses[-1], history.n_correct[-1])
        assert row.at_end == (history.n_correct[-1] == 6)
        assert row.ever == bool((history.n_correct == 6).any())
        assert row.first_error == history.first_error[-1]
    assert runs.rates().index.tolist() == ["rnn", "lstm"]
    assert make(cell="rnn").rates().runs.tolist() == [2]


def test_the_best_run_has_most_correct_and_then_the_lowest_loss(runs: Sweep) -> None:
    def merit(run: int) -> tuple[int, float]:
        return int(runs[run].n_correct[-1]), -float(runs[run].losses[-1])

    assert merit(runs.best_index) == max(map(merit, range(4)))
    assert runs.best == runs[runs.best_index]


def test_a_run_can_be_trained_again_and_looked_into(runs: Sweep) -> None:
    trainer = runs.trainer(2)
    assert trainer.history == runs[2]
    scope = EpochScope.from_trainer(trainer)
    assert scope.free_run(11) == trainer.free_run(11)
    assert compare(runs[0], runs[2]).labels == ("RNN", "LSTM")


def test_in_a_notebook_it_returns_at_once_and_can_be_awaited() -> None:
    async def notebook() -> None:
        runs = make(seeds=3, epochs=60)
        assert runs.status == "running"
        page = Page(runs)
        assert await runs.finished() is runs
        await until(lambda: bool(page.states) and page.states[-1]["sweep"]["state"] == "finished")
        assert runs.status == "finished"
        assert [len(data) > 0 for data in page.states[-1]["recordings"]] == [True] * 6
        assert runs.wait() is runs

    asyncio.run(notebook())


def test_a_cell_that_is_cancelled_stops_the_sweep_and_keeps_what_is_done() -> None:
    async def notebook() -> None:
        runs = make(seeds=20, epochs=300)
        waiting = asyncio.ensure_future(runs.finished())
        await until(lambda: runs._runs.done > 1)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        await until(lambda: runs.status == "stopped")
        assert 1 < runs._runs.done < 40

    asyncio.run(notebook())


def test_a_page_stops_resumes_and_opens_runs() -> None:
    async def notebook() -> None:
        runs = make(seeds=20, epochs=300)
        page = Page(runs)
        await until(lambda: runs._runs.done > 0)
        page.send(kind="stop")
        await until(lambda: bool(page.states) and page.states[-1]["sweep"]["state"] == "stopped")
        done = runs._runs.done
        assert page.states[-1]["sweep"]["can_resume"]
        assert sum(map(bool, page.states[-1]["recordings"])) == done
        page.send(kind="resume")
        page.send(kind="resume")  # a page may be out of date
        await until(lambda: runs.status == "running")
        await until(lambda: runs._runs.done > done)
        runs.stop()
        await until(lambda: runs.status == "stopped")
        ended = next(run for run in range(40) if runs._runs.state(run).state == "trained")
        waiting = runs._runs.waiting[0]
        for run in (ended, waiting, 99, -1):
            page.send(kind="open", run=run)
        (opened, buffers), *refused = page.received
        assert opened == {"kind": "recording", "run": ended}
        assert zlib.decompress(buffers[0]).startswith(b"EPSC")
        assert [message["run"] for message, _ in refused] == [waiting, 99, -1]
        assert "it is not trained yet" in refused[0][0]["message"]

    asyncio.run(notebook())


@pytest.mark.parametrize("message", [None, 3, {"kind": "open"}, {"kind": "open", "run": True}, {"kind": "x"}, {}])
def test_messages_that_make_no_sense_are_ignored(runs: Sweep, message: Any) -> None:
    page = Page(runs)
    runs._display._receive(None, message, None)
    assert page.received == []


def test_figures_are_sent_at_most_twice_a_second_and_everything_at_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    async def notebook() -> None:
        loop = asyncio.get_running_loop()
        runs = make(seeds=30, epochs=40)
        page, times = Page(runs), []
        send = runs.player.send_state

        def noted(names: Any) -> None:
            times.append(loop.time())
            send(names)

        monkeypatch.setattr(runs.player, "send_state", noted)
        await runs.finished()
        await until(lambda: page.states[-1]["sweep"]["state"] == "finished")
        assert (np.diff(times[:-1]) > 0.45).all()
        assert [len(state) for state in page.states] == [2] * (len(page.states) - 1) + [3]

    asyncio.run(notebook())


def test_a_sweep_of_more_than_a_hundred_runs_keeps_no_recordings_in_the_page() -> None:
    runs = make(seeds=51, epochs=1)
    assert runs.player.get_state("recordings")["recordings"] == []
    with pytest.raises(ValueError, match=r"102 runs: a page keeps the recordings of at most 100; use to_svg\(path\)"):
        runs.to_html()
    page = Page(runs)
    page.send(kind="open", run=101)
    assert page.received[0][0] == {"kind": "recording", "run": 101}


def test_a_replaced_sweep_stops_and_its_widget_is_closed_when_the_page_removes_it() -> None:
    async def notebook() -> None:
        for before in (False, True):
            runs = make(seeds=20, epochs=300)
            page = Page(runs)
            if before:
                page.send(kind="closed")
            runs._replaced()
            if not before:
                page.send(kind="closed")
            await until(lambda runs=runs: runs.status == "stopped")
            assert runs.comm is None
            runs._open()
            runs.close()

    asyncio.run(notebook())


def test_a_closed_sweep_trains_no_more() -> None:
    async def notebook() -> None:
        runs = make(seeds=20, epochs=300)
        runs.close()
        await until(lambda: runs.status == "stopped")
        runs.close()

    asyncio.run(notebook())


def test_a_saved_sweep_is_the_same_and_can_be_resumed(tmp_path: Path) -> None:
    path = tmp_path / "sweep.npz"

    async def notebook() -> None:
        runs = make(seeds=4, epochs=100)
        await until(lambda: runs._runs.done > 1)
        runs.stop()
        await until(lambda: runs.status == "stopped")
        runs.save(path)

    asyncio.run(notebook())
    loaded = Sweep.load(path, lang="ko")
    assert (loaded.status, loaded.player.lang) == ("stopped", "ko")
    assert loaded.player.get_state("sweep")["sweep"]["can_resume"]
    loaded.resume(progress=False)
    whole = make(seeds=4, epochs=100)
    assert loaded.table().equals(whole.table())
    assert Sweep.load(path).to_html() != whole.to_html()
    loaded.save(path)
    assert Sweep.load(path).to_html() == whole.to_html()
    with pytest.raises(ValueError, match=r"sweep.npz: cannot read this recording: this file holds a sweep"):
        History.load(path)
    with pytest.raises(FileNotFoundError):
        Sweep.load(tmp_path / "none.npz")


def test_a_saved_sweep_is_shown_and_exported_without_torch(runs: Sweep, tmp_path: Path) -> None:
    runs.save(tmp_path / "sweep.npz")
    program = f"""
import sys
sys.modules["torch"] = None
from epochscope import Sweep
loaded = Sweep.load({str(tmp_path / "sweep.npz")!r})
print(len(loaded.rates()), loaded[0].text(-1), "epochscope-recording-3" in loaded.to_html(), "<svg" in loaded.to_svg())
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == f"2 {runs[0].text(-1)} True True\n"


def test_a_full_disk_leaves_the_old_file_and_the_sweep(runs: Sweep, tmp_path: Path, monkeypatch: Any) -> None:
    path = tmp_path / "sweep.npz"
    runs.save(path)
    before = path.read_bytes()

    def full(self: Path, data: bytes) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(OSError, match=r"path='.*sweep.npz': No space left on device"):
        make(cell="rnn").save(path)
    assert path.read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == ["sweep.npz"]
    assert Sweep.load(path).table().equals(runs.table())


def test_an_interrupt_outside_a_notebook_keeps_what_is_done() -> None:
    program = f"""\
import signal, threading, time, warnings
from epochscope import sweep
signal.signal(signal.SIGINT, signal.default_int_handler)  # what a shell runs in the background ignores it
def interrupt():
    while all(thread.name != "epochscope-sweep" for thread in threading.enumerate()):
        time.sleep(0.01)
    time.sleep(1)
    signal.raise_signal(signal.SIGINT)
threading.Thread(target=interrupt, daemon=True).start()
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    runs = sweep({TEXT!r}, seeds=2000, epochs=20, progress=False)
done = len(runs) - len(runs._runs.waiting)
assert runs.status == "stopped" and 0 < done < 2000, (runs.status, done)
told = [each for each in caught if str(each.message).startswith("interrupted")]  # older libraries warn, too
assert [(str(each.message), each.filename) for each in told] == [
    (f"interrupted: {{done}} of 2000 runs are done and kept; resume() trains the others", "<string>")
], told
"""
    subprocess.run([sys.executable, "-c", program], check=True, timeout=120)


@pytest.mark.parametrize("progress", [True, False])
def test_a_progress_bar_is_shown_outside_notebooks(progress: bool, capsys: pytest.CaptureFixture[str]) -> None:
    make(progress=progress)
    assert ("4/4" in capsys.readouterr().err) == progress


def test_the_configuration_of_joblib_is_that_of_the_caller() -> None:
    async def notebook() -> None:
        with joblib.parallel_config("threading", n_jobs=2):
            runs = make()
        assert runs._training.jobs == 2
        await runs.finished()

    asyncio.run(notebook())


def test_the_output_of_a_cell_has_text_and_a_picture(runs: Sweep) -> None:
    data, _ = runs._repr_mimebundle_()
    assert data["text/plain"] == repr(runs)
    assert data["text/html"].startswith('<img src="data:image/svg+xml;base64,')
    assert runs._display_() is runs.player


def test_it_cannot_be_copied(runs: Sweep) -> None:
    with pytest.raises(TypeError, match=r"Sweep belongs to its kernel.*sweep.save\(path\)"):
        copy.copy(runs)


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"lang": "fr"}, ValueError, "lang='fr': must be one of 'en', 'ko'"),
        ({"epochs": 0}, ValueError, "epochs=0: must be an integer"),
        ({"n_jobs": 0}, ValueError, "n_jobs=0: must be an integer other than 0"),
        ({"seed": 1}, TypeError, "seed=1: a sweep has several; pass seeds=1"),
        ({"model": torch.nn.Linear(5, 5)}, ValueError, "must be a function of the seed"),
        ({"lr": "0.1"}, ValueError, "lr='0.1': must be a finite number"),
    ],
)
def test_what_makes_no_sense_is_refused_before_anything_is_shown(
    options: dict[str, Any], error: type[Exception], message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweep_view, "SweepDisplay", None)
    with pytest.raises(error, match=message):
        make(**{"cell": "rnn", **options})


def test_the_state_of_the_widget_is_json(runs: Sweep) -> None:
    state = runs.player.get_state("sweep")["sweep"]
    assert json.loads(json.dumps(state, allow_nan=False)) == state
