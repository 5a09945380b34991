"""The feed sends the browsers what they do not have."""

from __future__ import annotations

import itertools
import random
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from epochscope.history import History
from epochscope.recording.alphabet import Alphabet
from epochscope.runs.commands import Ack
from epochscope.runs.run import Status
from epochscope.widget.feed import (
    CHUNK_BYTES,
    MAX_LEAD_S,
    MAX_RETRIES,
    MAX_RETRY_S,
    RETRY_S,
    SILENT_RETRIES,
    Feed,
)
from epochscope.widget.pace import INTERVAL_S, Pace
from epochscope.widget.wire import pack_status
from tests.thoroughness import count
from tests.widget.browser import Browser, FakeRun


def make_run() -> FakeRun:
    return FakeRun(History(Alphabet("ab"), np.array([0, 1]), np.array([1, 0])))


def record(run: FakeRun, n: int, rng: random.Random) -> None:
    losses = np.array([rng.random() for _ in range(n)])
    run.history.append(losses, np.zeros((n, 2, 2), np.float32), 0.1)


class Wire:
    """Keeps what a feed sends as (content, losses)."""

    def __init__(self, run: FakeRun) -> None:
        self.sent: list[tuple[dict[str, Any], list[float]]] = []
        self.feed = Feed(run, self._send)  # type: ignore[arg-type]  # the part of a run that a feed uses

    def _send(self, content: dict[str, Any], buffers: list[bytes]) -> None:
        losses = np.frombuffer(buffers[0], "<f8", content["count"]).tolist() if buffers else []
        self.sent.append((content, losses))

    def chunks(self) -> list[dict[str, Any]]:
        return [content for content, _ in self.sent if content["kind"] == "chunk"]


@pytest.fixture
def run() -> FakeRun:
    return make_run()


@pytest.fixture
def wire(run: FakeRun) -> Wire:
    return Wire(run)


RNG = random.Random(0)


def test_nothing_is_sent_without_a_browser(run: FakeRun, wire: Wire) -> None:
    record(run, 3, RNG)
    assert not wire.feed.send_new(0.0, at_once=True)
    assert wire.sent == []


def test_a_new_browser_receives_all_epochs_and_the_status(run: FakeRun, wire: Wire) -> None:
    record(run, 3, RNG)
    wire.feed.receive(Ack("a", 0, 0), 0.0)
    (chunk,) = wire.chunks()
    assert (chunk["start"], chunk["count"]) == (0, 3)
    assert wire.sent[-1][0]["kind"] == "status"


def test_a_chunk_holds_all_epochs_since_the_last_and_the_interval_is_kept(run: FakeRun, wire: Wire) -> None:
    wire.feed.receive(Ack("a", 0, 0), 0.0)
    times = []
    for tick in range(1000):
        record(run, 1, RNG)
        if wire.feed.send_new(tick / 1000):
            times.append(tick / 1000)
    assert all(b - a >= INTERVAL_S for a, b in itertools.pairwise(times))
    chunks = wire.chunks()
    assert [chunk["start"] for chunk in chunks[1:]] == [chunk["start"] + chunk["count"] for chunk in chunks[:-1]]


def test_the_history_is_read_only_when_it_may_matter(run: FakeRun, wire: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    """Reading it records the buffered epochs: between all slices that would be too few at a time."""
    wire.feed.receive(Ack("a", 0, 0), 0.0)
    record(run, 5, RNG)
    wire.feed.send_new(0.0, at_once=True)
    reads = []
    history = run.history
    monkeypatch.setattr(type(run), "history", property(lambda _: reads.append(1) or history), raising=False)
    assert wire.feed.ready(MAX_LEAD_S / 2)
    assert not wire.feed.send_new(INTERVAL_S / 2)
    assert reads == []
    assert not wire.feed.ready(2 * MAX_LEAD_S)
    assert reads


def test_at_once_ignores_the_interval(run: FakeRun, wire: Wire) -> None:
    wire.feed.receive(Ack("a", 0, 0), 0.0)
    record(run, 1, RNG)
    assert wire.feed.send_new(0.0, at_once=True)
    assert not wire.feed.send_new(0.0, at_once=True)
    record(run, 1, RNG)
    assert wire.feed.send_new(0.0, at_once=True)


def test_a_missed_chunk_is_sent_again_at_once_and_an_unreported_one_after_a_while(run: FakeRun, wire: Wire) -> None:
    wire.feed.receive(Ack("a", 0, 0), 0.0)
    record(run, 10, RNG)
    wire.feed.send_new(0.1)
    wire.feed.receive(Ack("a", 0, 0), 0.2)
    assert len(wire.chunks()) == 1
    wire.feed.receive(Ack("a", 0, 0, missed=True), 0.3)
    assert len(wire.chunks()) == 2
    wire.feed.receive(Ack("a", 0, 0), 0.3 + RETRY_S)
    assert len(wire.chunks()) == 3


def test_the_run_waits_for_a_browser_that_is_a_second_behind_but_not_for_a_silent_one(run: FakeRun, wire: Wire) -> None:
    wire.feed.receive(Ack("a", 0, 0), 0.0)
    assert wire.feed.ready(100.0)
    record(run, 5, RNG)
    wire.feed.send_new(100.0)
    assert wire.feed.ready(100.0 + MAX_LEAD_S)
    assert not wire.feed.ready(100.0 + MAX_LEAD_S + 0.1)
    now = 100.0
    for _ in range(SILENT_RETRIES):
        assert not wire.feed.ready(now + MAX_LEAD_S + 0.1)
        wait = wire.feed.send_again(now)
        assert wait is not None
        now += wait
    wire.feed.send_again(now)
    assert wire.feed.ready(now + MAX_LEAD_S + 0.1)
    wire.feed.receive(Ack("a", 0, 5), now)
    record(run, 1, RNG)
    wire.feed.send_new(now)
    assert wire.feed.ready(now + 0.5)
    assert not wire.feed.ready(now + MAX_LEAD_S + 0.1)


def test_after_a_cut_a_browser_receives_one_chunk_that_keeps_the_shared_epochs(run: FakeRun, wire: Wire) -> None:
    record(run, 10, RNG)
    wire.feed.receive(Ack("a", 0, 10), 0.0)
    wire.feed.send_new(0.0, at_once=True)
    run.cut(4)
    wire.feed.send_new(0.0, at_once=True)
    chunk = wire.chunks()[-1]
    assert (chunk["revision"], chunk["after"], chunk["start"], chunk["count"]) == (1, 0, 4, 0)


def status(state: Any = "idle") -> Status:
    return Status(state, head=-1, revision=0, goal=300, speed=12.0, source="trainer")


def test_a_status_is_numbered_and_sent_with_every_answer(wire: Wire) -> None:
    assert wire.feed.update_status(status("idle"), 0.0) == pack_status(status("idle"), 0)
    packed = wire.feed.update_status(status("paused"), 0.0)
    assert packed == pack_status(status("paused"), 1)
    wire.feed.receive(Ack("a", 0, 0), 0.0)
    assert wire.sent[-1][0] == {"kind": "status", "view": "a", "status": packed}


def test_an_idle_browser_is_sent_again_what_it_does_not_acknowledge(run: FakeRun, wire: Wire) -> None:
    wire.feed.update_status(status(), 0.0)
    wire.feed.receive(Ack("a", 0, 0, status_seq=0), 0.0)
    assert wire.feed.send_again(100.0) is None  # silent, but nothing is missing
    record(run, 5, RNG)
    wire.feed.send_new(100.0, at_once=True)
    packed = wire.feed.update_status(status(), 100.0)
    wire.sent.clear()
    assert wire.feed.send_again(100.0) == pytest.approx(RETRY_S)
    assert wire.sent == []
    wire.feed.send_again(100.0 + RETRY_S)
    assert [chunk["count"] for chunk in wire.chunks()] == [5]
    wire.feed.receive(Ack("a", 0, 5, status_seq=0), 101.0)
    wire.sent.clear()
    wire.feed.send_again(101.0 + RETRY_S)
    assert [content["status"] for content, _ in wire.sent] == [packed]
    wire.feed.receive(Ack("a", 0, 5, status_seq=1), 102.0)
    assert wire.feed.send_again(102.0 + RETRY_S) is None


def test_the_retries_for_a_browser_that_does_not_answer_slow_down_and_end_after_a_minute(
    run: FakeRun, wire: Wire
) -> None:
    wire.feed.receive(Ack("a", 0, 0), 0.0)
    record(run, 5, RNG)
    wire.feed.send_new(0.0, at_once=True)
    now, waits = 0.0, []
    while (wait := wire.feed.send_again(now)) is not None:
        waits.append(wait)
        now += wait
    assert waits == sorted(waits)
    assert (len(waits), waits[-1]) == (MAX_RETRIES + 1, MAX_RETRY_S)
    assert 50 < now < 70
    assert not wire.feed.watched


def test_a_chunk_has_a_header_if_a_browser_of_an_older_revision_can_use_it(run: FakeRun, wire: Wire) -> None:
    wire.feed.receive(Ack("a", 0, 0), 0.0)
    record(run, 10, RNG)
    wire.feed.send_new(0.0, at_once=True)
    run.cut(4)
    wire.feed.send_new(0.0, at_once=True)
    for _ in range(2):
        record(run, 1, RNG)
        wire.feed.send_new(0.0, at_once=True)
    headers = [chunk.get("header") for chunk in wire.chunks()[-4:]]
    header = {"metadata": {}, "old_branches": []}
    assert headers == [None, header, header, None]  # that of the cut may be lost: the first chunk after it has one too


def test_a_long_recording_is_sent_in_several_messages(wire: Wire, run: FakeRun) -> None:
    each = CHUNK_BYTES // run.history.bytes_per_epoch
    record(run, 2 * each + 1, RNG)
    browser, now = Browser("a"), 0.0
    for _ in range(6):
        wire.feed.receive(browser.ack(), now)
        for content, losses in wire.sent:
            browser.receive(content, losses)
        wire.sent.clear()
        now += 1.0
    assert browser.losses == run.history.losses.tolist()


class Network:
    """Two browsers and messages that are lost, duplicated and reordered."""

    def __init__(self, wire: Wire, rng: random.Random, drop: float) -> None:
        self.browsers = [Browser("a"), Browser("b")]
        self._wire, self._rng, self._drop = wire, rng, drop
        self._queues: dict[str, list[tuple[dict[str, Any], list[float]]]] = {"a": [], "b": []}

    def carry(self) -> None:
        """Deliver some of what was sent, in another order."""
        rng = self._rng
        for message, queue in itertools.product(self._wire.sent, self._queues.values()):
            queue.extend([message] * (0 if rng.random() < self._drop else rng.choice([1, 1, 2])))
        self._wire.sent.clear()
        for browser in self.browsers:
            queue = self._queues[browser.name]
            while queue and rng.random() < 0.7:
                browser.receive(*queue.pop(rng.randrange(min(3, len(queue)))))

    def acknowledge(self, now: float) -> None:
        """Send the acknowledgement of one browser, unless it is lost."""
        if self._rng.random() >= self._drop:
            self._wire.feed.receive(self._rng.choice(self.browsers).ack(), now)

    def heal(self, now: float) -> None:
        """Deliver everything from now on, with regular acknowledgements."""
        for tick, sender in itertools.product(range(8), self.browsers):
            self._wire.feed.receive(sender.ack(), now + 2.0 * (tick + 1))
            for browser in self.browsers:
                for message in self._queues[browser.name] + self._wire.sent:
                    browser.receive(*message)
                self._queues[browser.name].clear()
            self._wire.sent.clear()


@settings(max_examples=count(100, 400))
@given(seed=st.integers(0, 2**32), length=st.integers(5, 60), drop=st.sampled_from([0.0, 0.2, 0.6]))
def test_every_browser_ends_with_the_recording_whatever_is_lost_duplicated_or_reordered(
    seed: int, length: int, drop: float
) -> None:
    rng = random.Random(seed)
    run = make_run()
    wire = Wire(run)
    network = Network(wire, rng, drop)
    now = 0.0
    for _ in range(length):
        now += rng.random() * 0.4
        act = rng.random()
        if act < 0.6:
            record(run, rng.randint(1, 5), rng)
        elif act < 0.7 and len(run.history):
            run.cut(rng.randrange(len(run.history)))
        wire.feed.send_new(now, at_once=rng.random() < 0.3)
        network.acknowledge(now)
        network.carry()
    network.heal(now)
    for browser in network.browsers:
        assert browser.revision == run.revision
        assert browser.losses == run.history.losses.tolist()


def test_feeds_that_share_a_pace_send_at_the_same_moments_only() -> None:
    pace, sent = Pace(), [-1.0, -1.0]
    moments = []
    for step in range(400):
        now = 10 + 0.003 * step
        for feed in (0, 1):
            at = now + 0.001 * feed  # one after the other
            if pace.due(at, sent[feed]):
                sent[feed] = pace.sent(at)
                moments.append((feed, sent[feed]))
    by_feed = [[moment for feed, moment in moments if feed == each] for each in (0, 1)]
    assert by_feed[0] == by_feed[1]
    assert min(b - a for a, b in itertools.pairwise(by_feed[0])) >= INTERVAL_S
