"""A recording that no page keeps as a whole: what pages receive of it, and what is sent when they ask."""

from __future__ import annotations

import json
import tracemalloc
from typing import Any

import numpy as np
import pytest

from epochscope import EpochScope, History
from epochscope.recording import overview
from epochscope.recording.alphabet import Alphabet
from epochscope.recording.overview import Overview, is_long
from epochscope.recording.records import Records
from epochscope.runs.commands import Ack, WantRecords
from epochscope.widget import feed, overview_wire
from epochscope.widget.feed import Feed
from epochscope.widget.html import page
from epochscope.widget.player import Player
from epochscope.widget.record_answers import ANSWER_BYTES
from epochscope.widget.wire import pack_block, pack_chunk, pack_recording
from tests.widget.browser import FakeRun, send

POSITIONS = 5
RNG = np.random.default_rng(0)


def make_history(epochs: int = 0, probes: tuple[tuple[str, int, int], ...] = (), positions: int = POSITIONS) -> History:
    indices = RNG.integers(0, 3, positions + 1)
    history = History(Alphabet("abc"), indices[:-1], indices[1:], probes=probes)
    grow(history, epochs)
    return history


def grow(history: History, epochs: int) -> None:
    logits = RNG.normal(size=(epochs, history.positions, 3)).astype(np.float32)
    history.append(RNG.random(epochs), logits, 0.1)


SIZE = make_history().bytes_per_epoch


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """A recording of more than twenty records is long."""
    monkeypatch.setattr(overview, "PAGE_BYTES", 20 * SIZE)
    monkeypatch.setattr(overview, "SAMPLES", 6)
    monkeypatch.setattr(feed, "OVERVIEW_BYTES", 10 * SIZE)
    monkeypatch.setattr(overview_wire, "LAST_BYTES", 4 * SIZE)


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[tuple[dict[str, Any], list[bytes]]]:
    """What players send."""
    messages: list[tuple[dict[str, Any], list[bytes]]] = []
    monkeypatch.setattr(Player, "send", lambda _self, content, buffers=None: messages.append((content, buffers or [])))
    return messages


def header_of(packed: bytes) -> dict[str, Any]:
    return json.loads(packed[16 : 16 + int.from_bytes(packed[8:12], "little")])


def same(one: Records, other: Records) -> bool:
    return all(a.tobytes() == b.tobytes() for a, b in zip(one, other, strict=True))


@pytest.mark.usefixtures("small")
class TestOverview:
    def test_it_has_every_so_many_records_and_the_last_mistakes(self) -> None:
        history, seen = make_history(), Overview(POSITIONS, 3)
        for count in (1, 3, 4, 30, 2, 100):
            grow(history, count)
            seen.update(history)
            epochs = range(0, len(history), seen.stride)
            assert len(history) / 12 <= seen.stride <= max(1, len(history) / 3)
            assert len(epochs) <= 6
            assert same(seen.sample, Records._make(column[list(epochs)] for column in history.records()))
            wrong = ~history.correct
            last = [max(np.flatnonzero(wrong[:, p]), default=-1) for p in range(POSITIONS)]
            assert seen.last_wrong.tolist() == last

    def test_it_reads_only_new_records_and_at_most_as_many_as_it_may(self, monkeypatch: pytest.MonkeyPatch) -> None:
        history, seen = make_history(100), Overview(POSITIONS, 3)
        read: list[int] = []
        records = history.records
        monkeypatch.setattr(history, "records", lambda a, b: read.extend(range(a, b)) or records(a, b))
        seen.update(history, most=30 * SIZE)
        assert read == list(range(30))
        seen.update(history)
        grow(history, 5)
        seen.update(history)
        assert read == list(range(105))

    def test_a_cut_recording_has_another_one(self) -> None:
        history = make_history(50)
        history.overview.update(history)
        history.truncate(30)
        grow(history, 7)
        history.overview.update(history)
        fresh = Overview(POSITIONS, 3)
        fresh.update(history)
        assert same(history.overview.sample, fresh.sample)
        assert history.overview.last_wrong.tolist() == fresh.last_wrong.tolist()

    def test_it_is_packed_with_the_figures_of_each_probe(self) -> None:
        history = make_history(50, probes=(("a", 0, 2), ("b", 2, 5)))
        fields, packed = overview_wire.pack_overview(history, Overview(POSITIONS, 3))
        assert fields == {"stride": 16, "samples": 4, "last": 4}
        (first, second), at = history.figures(), 16 * 50
        for column in (first.losses, second.losses):
            np.testing.assert_array_equal(np.frombuffer(packed, "<f8", 50, at), column)
            at += 8 * 50
        for column in (first.n_correct, second.n_correct, first.first_errors, second.first_errors):
            np.testing.assert_array_equal(np.frombuffer(packed, "<u4", 50, at), column)
            at += 4 * 50
        assert packed.endswith(pack_block(history, 46, 50))


@pytest.mark.usefixtures("small")
class TestFeed:
    @pytest.fixture
    def wired(self) -> tuple[FakeRun, Feed, list[dict[str, Any]]]:
        run, messages = FakeRun(make_history()), []

        def pack() -> bytes:
            return pack_recording(run.history, revision=run.revision, thinned=True)

        made: Any = run  # the part of a run that a feed uses
        return run, Feed(made, lambda content, _buffers: messages.append(content), pack=pack), messages

    def test_a_page_that_is_opened_late_receives_an_overview_and_then_what_is_new(self, wired: Any) -> None:
        run, sender, messages = wired
        grow(run.history, 100)
        sender.receive(Ack("a", -1, 0), 0.0)
        assert [message["kind"] for message in messages] == ["overview", "status"]
        sender.receive(Ack("a", 0, 100), 1.0)
        grow(run.history, 2)
        sender.send_new(2.0, at_once=True)
        assert [(m["start"], m["count"]) for m in messages if m["kind"] == "chunk"] == [(100, 2)]

    def test_a_page_that_lacks_little_receives_chunks(self, wired: Any) -> None:
        run, sender, messages = wired
        grow(run.history, 100)
        sender.receive(Ack("a", 0, 91), 0.0)
        assert [(m["start"], m["count"]) for m in messages if m["kind"] == "chunk"] == [(91, 9)]

    def test_an_overview_that_was_lost_is_sent_again(self, wired: Any) -> None:
        run, sender, messages = wired
        grow(run.history, 100)
        sender.receive(Ack("a", -1, 0), 0.0)
        sender.send_again(10.0)
        assert [message["kind"] for message in messages].count("overview") == 2

    def test_a_page_that_has_dropped_records_keeps_nothing_for_the_notebook(self, wired: Any) -> None:
        run, sender, _ = wired
        grow(run.history, 10)
        sender.receive(Ack("a", 0, 10, thinned=True), 0.0)
        assert sender.is_kept is False
        sender.receive(Ack("b", 0, 5), 0.0)
        assert sender.is_kept is None
        sender.receive(Ack("b", 0, 10), 0.0)
        assert sender.is_kept is True


@pytest.mark.usefixtures("small")
class TestScope:
    def test_a_page_receives_an_overview_as_trait_and_the_records_that_it_asks_for(
        self, sent: list[tuple[dict[str, Any], list[bytes]]]
    ) -> None:
        history = make_history(100)
        scope = EpochScope.from_history(history)
        assert header_of(scope.player.get_state("recording")["recording"])["overview"]["last"] == 4
        send(scope.player, kind="want_records", view="abc", revision=0, first=40, last=43)
        answer = {"kind": "records", "view": "abc", "revision": 0, "start": 40, "count": 4}
        assert sent[-1] == (answer, [pack_block(history, 40, 44)])
        send(scope.player, kind="want_records", view="abc", revision=0, first=98, last=300)
        assert sent[-1][0] == {**answer, "start": 98, "count": 2}
        before = len(sent)
        send(scope.player, kind="want_records", view="abc", revision=1, first=40, last=43)
        send(scope.player, kind="want_records", view="abc", revision=0, first=100, last=103)
        assert len(sent) == before
        send(scope.player, kind="want_records", view="abc", revision=0, first=4, last=3)
        assert sent[-1][0]["kind"] == "refused"
        scope.close()

    def test_an_answer_has_a_limited_size(self, sent: list[tuple[dict[str, Any], list[bytes]]]) -> None:
        history = make_history(5, positions=100_000)
        scope = EpochScope.from_history(history)
        send(scope.player, kind="want_records", view="abc", revision=0, first=0, last=4)
        assert sent[-1][0]["count"] == 2
        assert len(sent[-1][1][0]) <= ANSWER_BYTES
        scope.close()


class TestSmallRecordings:
    def test_they_are_sent_as_a_whole(self) -> None:
        history = make_history(100)
        assert not is_long(history)
        assert "overview" not in header_of(pack_recording(history))
        assert "overview" not in history.__dict__


@pytest.mark.usefixtures("small")
class TestExportedPages:
    def test_a_page_has_some_records_of_a_long_recording(self) -> None:
        short, long = make_history(20, positions=50), make_history(2000, positions=50)
        assert len(page(long, chart=False)) < len(page(short, chart=False)) + 100_000

    def test_a_question_about_a_long_recording_is_refused(self) -> None:
        with pytest.raises(ValueError, match="a question about a recording of 100 records"):
            page(make_history(100), chart=False, question={"shown": 3})

    def test_a_page_that_trains_on_is_refused(self) -> None:
        scope = EpochScope("abcab", epochs=40)
        scope.train()
        with pytest.raises(ValueError, match="train=True: of a recording of 40 epochs, which is long"):
            scope.to_html(train=True)
        scope.close()


def test_sending_a_growing_recording_takes_memory_for_what_is_new_only(monkeypatch: pytest.MonkeyPatch) -> None:
    positions, epochs = 500, 2000
    monkeypatch.setattr(overview, "PAGE_BYTES", 1_000_000)
    monkeypatch.setattr(overview, "SAMPLE_BYTES", 50_000)
    monkeypatch.setattr(overview_wire, "LAST_BYTES", 50_000)
    history = make_history(epochs, positions=positions)
    pack_recording(history, thinned=True)
    tracemalloc.start()
    grow(history, 1)
    history.overview.update(history)
    pack_chunk(history, epochs, epochs + 1, revision=0, after=0)
    pack_recording(history, thinned=True)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < epochs * positions / 2  # bytes: not even one for each prediction


def test_a_request_names_epochs_in_order() -> None:
    assert WantRecords("a", 0, 3, 3).last == 3
    with pytest.raises(ValueError, match="first <= last"):
        WantRecords("a", 0, 4, 3)
