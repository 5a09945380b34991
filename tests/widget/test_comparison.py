"""A comparison in Python: lock step, cursor, files and messages."""

from __future__ import annotations

import asyncio
import copy
import json
import zlib
from base64 import b64decode
from contextvars import ContextVar
from pathlib import Path
from typing import Any

import pytest

from epochscope import Comparison, EpochScope, History, Trainer, compare

TEXT = "hihello"


def make(epochs: int = 6, **options: Any) -> Comparison:
    return compare(TEXT, cell=["rnn", "lstm"], epochs=epochs, **options)


def lengths(comparison: Comparison) -> list[int]:
    return [len(run.history) for run in comparison.runs]


class Page:
    """A page that shows a comparison: what it sends, and what it has received."""

    def __init__(self, comparison: Comparison) -> None:
        self.comparison = comparison
        self.received: list[tuple[Any, Any]] = []
        comparison.player.send = lambda content, buffers=None: self.received.append((content, buffers))

    def send(self, *messages: dict[str, Any]) -> None:
        content = messages[0] if len(messages) == 1 else {"kind": "several", "messages": list(messages)}
        self.comparison._display._receive(None, content, None)

    def ack(self, run: int, epochs: int = 0, revision: int = -1) -> dict[str, Any]:
        return {"kind": "ack", "view": "a", "run": run, "epochs": epochs, "revision": revision}

    def take(self) -> list[tuple[Any, Any]]:
        taken, self.received = self.received, []
        return taken


def test_one_cursor_for_all() -> None:
    comparison = make()
    assert (comparison.epoch, comparison.status) == (-1, "idle")
    comparison.train()
    assert (comparison.epoch, comparison.head, comparison.status) == (5, 5, "finished")
    comparison.seek(-2)
    assert [comparison.epoch, *(run.epoch for run in comparison.runs)] == [4, 4, 4]
    comparison.step()
    assert [comparison.epoch, *(run.epoch for run in comparison.runs)] == [6, 6, 6]


def test_a_run_that_ended_early_is_shown_at_its_last_epoch() -> None:
    comparison = compare(Trainer(TEXT).train(3), Trainer(TEXT).train(8))
    assert [comparison.epoch, *(run.epoch for run in comparison.runs)] == [7, 2, 7]


def test_one_run_can_be_rewound_branched_and_reset() -> None:
    comparison = make()
    comparison.train()
    comparison.rewind(2, run="LSTM")
    assert (lengths(comparison), comparison.epoch) == ([6, 2], 1)
    comparison.train()
    assert lengths(comparison) == [6, 6]
    comparison.branch(4, run=0, lr=0.5)
    assert (lengths(comparison), len(comparison[0].branches)) == ([4, 6], 2)
    comparison.switch_to(0, run="RNN")
    assert lengths(comparison) == [6, 6]
    comparison.switch_to(comparison["RNN"].branches[1], run=0)
    with pytest.raises(ValueError, match="branch=7: there is no such branch"):
        comparison.switch_to(7, run=0)
    comparison.reset(run=-1)
    assert lengths(comparison) == [4, 0]
    comparison.reset(seed=7)
    assert (lengths(comparison), [run.trainer.seed for run in comparison.runs]) == ([0, 0], [7, 7])


def test_all_can_be_rewound_and_branched() -> None:
    comparison = make()
    comparison.train()
    comparison.branch(3, lr=0.2)
    assert lengths(comparison) == [3, 3]
    comparison.rewind(1)
    assert lengths(comparison) == [1, 1]
    with pytest.raises(ValueError, match="epoch=9: no run of the comparison has this epoch; give one from 0 to 1"):
        comparison.rewind(9)
    with pytest.raises(ValueError, match="run='GRU': must be one of 'RNN', 'LSTM'"):
        comparison.rewind(0, run="GRU")


def test_looking_inside_a_run_uses_the_epoch_on_show() -> None:
    comparison = make()
    comparison.train()
    comparison.seek(2)
    alone = Trainer(TEXT, cell="rnn")
    alone.train(6)
    assert comparison["RNN"].free_run() == alone.free_run(2)


def test_a_table_has_a_row_for_each_run_and_epoch() -> None:
    comparison = make()
    comparison.train()
    table = comparison.to_pandas()
    assert table.index.names == ["run", "epoch"]
    assert table.loc[("LSTM", 3), "loss"] == comparison["LSTM"].history.losses[3]
    assert len(table) == 12


def test_a_file_replays_without_a_trainer(tmp_path: Path) -> None:
    comparison, path = make(), tmp_path / "both.npz"
    comparison.train()
    comparison.save(path, weights="all")
    loaded = Comparison.load(path)
    assert [run.history for run in loaded.runs] == [run.history for run in comparison.runs]
    assert loaded.labels == comparison.labels
    assert loaded[0].activations(3).hidden.shape == (6, 5)
    with pytest.raises(RuntimeError, match="recordings"):
        loaded.train()
    with pytest.raises(ValueError, match=r"Comparison\.load"):
        History.load(path)


def test_a_comparison_cannot_be_copied() -> None:
    with pytest.raises(TypeError, match=r"comparison\.save"):
        copy.copy(make())


def test_closing_ends_the_runs_that_it_made_and_leaves_scopes() -> None:
    scope = EpochScope(TEXT, epochs=5)
    comparison = compare(TEXT, scope, {"cell": "rnn"})
    comparison.train(2)
    own = comparison[1]
    comparison.close()
    comparison.close()
    scope.train(1)
    assert scope.head == 2
    with pytest.raises(RuntimeError, match="closed"):
        own._run.train(1)


def test_training_in_the_background_ends_with_finished() -> None:
    async def work() -> tuple[History, ...]:
        comparison = make()
        comparison.play(speed=None)
        result = await comparison.finished()
        comparison.close()
        return result

    histories = asyncio.run(work())
    assert [len(history) for history in histories] == [6, 6]


def test_messages_of_one_moment_leave_as_one_and_say_which_run_they_are_of() -> None:
    async def work() -> None:
        comparison = make()
        page = Page(comparison)
        page.send(page.ack(0), page.ack(1))
        [(content, _)] = page.take()
        assert [message["run"] for message in content["messages"]] == [0, 0, 1, 1]
        assert content["buffers"] == [1 if each["kind"] == "chunk" else 0 for each in content["messages"]]
        comparison.step()
        chunks = [content for content, _ in page.take() if content["kind"] == "several"]
        assert all({message["run"] for message in each["messages"]} == {0, 1} for each in chunks)
        comparison.close()

    asyncio.run(work())


@pytest.mark.parametrize(
    "message",
    [
        {"kind": "ack", "view": "a", "run": 2, "epochs": 0, "revision": 0},
        {"kind": "ack", "view": "a", "epochs": 0, "revision": 0},
        {"kind": "ack", "view": "a", "run": True, "epochs": 0, "revision": 0},
        {"kind": "command", "command": "rewind", "epoch": 0, "run": 9},
        {"kind": "command", "command": "rewind", "epoch": 0, "run": "0"},
        {"kind": "several", "messages": 3},
        {"kind": "several", "messages": [{"kind": "several", "messages": []}]},
        {"kind": "several", "messages": [{}] * 101},
        "text",
        None,
    ],
)
def test_hostile_messages_are_refused(message: Any) -> None:
    comparison = make()
    page = Page(comparison)
    page.send(message)
    assert page.take()[0][0]["kind"] == "refused"
    assert lengths(comparison) == [0, 0]


def test_commands_of_a_page_are_for_one_run_or_for_all() -> None:
    async def work() -> None:
        comparison = make()
        page = Page(comparison)
        page.send({"kind": "command", "command": "step", "n": 3, "run": None})
        await asyncio.sleep(0)
        assert lengths(comparison) == [3, 3]
        page.send({"kind": "command", "command": "rewind", "epoch": 1, "run": 1})
        await asyncio.sleep(0)
        assert lengths(comparison) == [3, 1]
        page.send({"kind": "command", "command": "reset", "run": None})
        await asyncio.sleep(0)
        assert lengths(comparison) == [0, 0]
        comparison.close()

    asyncio.run(work())


def test_what_is_sent_belongs_to_the_latest_cell_and_not_to_that_of_the_task() -> None:
    cell: ContextVar[str | None] = ContextVar("cell", default=None)
    sent = []
    comparison = make()
    page = Page(comparison)
    page.send(page.ack(0), page.ack(1))
    comparison.player.send = lambda content, buffers=None: sent.append(cell.get())  # noqa: ARG005
    cell.set("an earlier cell")
    comparison.train(2)
    assert sent
    assert set(sent) == {None}
    comparison.close()


def test_an_exported_page_has_the_older_branches_of_each_run() -> None:
    comparison = make()
    comparison.train()
    comparison.branch(3, run=1, lr=0.5)
    html = comparison.to_html(chart=False, weights=None) or ""
    counts = []
    for run in (0, 1):
        packed = zlib.decompress(b64decode(html.split(f'id="epochscope-recording-{run}">')[1].split("<")[0]))
        header = json.loads(packed[16 : 16 + int.from_bytes(packed[8:12], "little")])
        counts.append([branch["count"] for branch in header["old_branches"]])
    assert counts == [[], [3]]
