"""What is sent to the browsers, and when."""

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
from epochscope.widget.feed import AHEAD_S, CHUNK_BYTES, GONE_S, INTERVAL_S, LONGEST_RETRY_S, RETRY_S, SILENT_S, Feed
from tests.widget.browser import Browser, Line


def new_line() -> Line:
    return Line(History(Alphabet("ab"), np.array([0, 1]), np.array([1, 0])))


def record(line: Line, n: int, rng: random.Random) -> None:
    losses = np.array([rng.random() for _ in range(n)])
    line.history.append(losses, np.zeros((n, 2, 2), np.float32), 0.1)


class Wire:
    """Keeps what a feed sends, as (content, losses)."""

    def __init__(self, line: Line) -> None:
        self.sent: list[tuple[dict[str, Any], list[float]]] = []
        self.feed = Feed(line, self._send)  # type: ignore[arg-type]  # as much of a source as a feed needs

    def _send(self, content: dict[str, Any], buffers: list[bytes]) -> None:
        losses = np.frombuffer(buffers[0], "<f8", content["count"]).tolist() if buffers else []
        self.sent.append((content, losses))

    def chunks(self) -> list[dict[str, Any]]:
        return [content for content, _ in self.sent if content["kind"] == "chunk"]


@pytest.fixture
def line() -> Line:
    return new_line()


@pytest.fixture
def wire(line: Line) -> Wire:
    return Wire(line)


RNG = random.Random(0)


def test_nothing_is_sent_while_nobody_looks(line: Line, wire: Wire) -> None:
    record(line, 3, RNG)
    assert not wire.feed.pump(0.0, at_once=True)
    assert wire.sent == []


def test_a_new_view_is_answered_with_all_that_it_lacks(line: Line, wire: Wire) -> None:
    record(line, 3, RNG)
    wire.feed.hear(Ack("a", 0, 0), 0.0)
    (chunk,) = wire.chunks()
    assert (chunk["start"], chunk["count"], chunk["head"]) == (0, 3, 2)
    assert wire.sent[-1][0]["kind"] == "alive"


def test_one_message_carries_all_epochs_since_the_last_and_they_keep_their_distance(line: Line, wire: Wire) -> None:
    wire.feed.hear(Ack("a", 0, 0), 0.0)
    times = []
    for tick in range(1000):
        record(line, 1, RNG)
        if wire.feed.pump(tick / 1000):
            times.append(tick / 1000)
    assert all(b - a >= INTERVAL_S for a, b in itertools.pairwise(times))
    chunks = wire.chunks()
    assert [chunk["start"] for chunk in chunks[1:]] == [chunk["start"] + chunk["count"] for chunk in chunks[:-1]]


def test_what_must_not_wait_is_sent_at_once(line: Line, wire: Wire) -> None:
    wire.feed.hear(Ack("a", 0, 0), 0.0)
    record(line, 1, RNG)
    assert wire.feed.pump(0.0, at_once=True)
    assert not wire.feed.pump(0.0, at_once=True)
    record(line, 1, RNG)
    assert wire.feed.pump(0.0, at_once=True)


def test_a_gap_is_served_at_once_and_a_view_that_is_stuck_after_a_while(line: Line, wire: Wire) -> None:
    wire.feed.hear(Ack("a", 0, 0), 0.0)
    record(line, 10, RNG)
    wire.feed.pump(0.1)
    wire.feed.hear(Ack("a", 0, 0), 0.2)
    assert len(wire.chunks()) == 1
    wire.feed.hear(Ack("a", 0, 0, gap=True), 0.3)
    assert len(wire.chunks()) == 2
    wire.feed.hear(Ack("a", 0, 0), 0.3 + RETRY_S)
    assert len(wire.chunks()) == 3


def test_the_run_waits_for_a_listener_that_is_a_second_behind_but_not_for_one_that_fell_silent(
    line: Line, wire: Wire
) -> None:
    wire.feed.hear(Ack("a", 0, 0), 0.0)
    assert wire.feed.ready(100.0)
    wire.feed.hear(Ack("a", 0, 0), 100.0)
    record(line, 5, RNG)
    wire.feed.pump(100.0)
    assert wire.feed.ready(100.0 + AHEAD_S)
    assert not wire.feed.ready(100.0 + AHEAD_S + 0.1)
    assert wire.feed.ready(100.0 + SILENT_S + 0.1)
    wire.feed.hear(Ack("a", 0, 5), 105.0)
    record(line, 1, RNG)
    wire.feed.pump(105.0)
    assert wire.feed.ready(105.5)


def test_a_cut_reaches_a_browser_that_shares_the_beginning_in_one_message(line: Line, wire: Wire) -> None:
    record(line, 10, RNG)
    wire.feed.hear(Ack("a", 0, 10), 0.0)
    wire.feed.pump(0.0, at_once=True)
    line.cut(4)
    wire.feed.pump(0.0, at_once=True)
    chunk = wire.chunks()[-1]
    assert (chunk["revision"], chunk["after"], chunk["start"], chunk["count"]) == (1, 0, 4, 0)


def test_a_status_is_numbered_and_told_with_every_answer(wire: Wire) -> None:
    assert wire.feed.tell({"state": "idle"}, 0.0) == {"state": "idle", "told": 0}
    told = wire.feed.tell({"state": "paused"}, 0.0)
    assert told["told"] == 1
    wire.feed.hear(Ack("a", 0, 0), 0.0)
    assert wire.sent[-1][0] == {"kind": "alive", "view": "a", "status": told}


def test_a_browser_at_rest_is_sent_again_what_it_does_not_acknowledge(line: Line, wire: Wire) -> None:
    wire.feed.tell({}, 0.0)
    wire.feed.hear(Ack("a", 0, 0, told=0), 0.0)
    assert wire.feed.remind(100.0) is None  # silent, and lacks nothing
    record(line, 5, RNG)
    wire.feed.pump(100.0, at_once=True)
    wire.feed.tell({}, 100.0)
    wire.sent.clear()
    assert wire.feed.remind(100.0) == pytest.approx(RETRY_S)
    assert wire.sent == []
    wire.feed.remind(100.0 + RETRY_S)
    assert [chunk["count"] for chunk in wire.chunks()] == [5]
    wire.feed.hear(Ack("a", 0, 5, told=0), 101.0)
    wire.sent.clear()
    wire.feed.remind(101.0 + RETRY_S)
    assert [content["status"] for content, _ in wire.sent] == [{"told": 1}]
    wire.feed.hear(Ack("a", 0, 5, told=1), 102.0)
    assert wire.feed.remind(102.0 + RETRY_S) is None


def test_a_browser_that_does_not_answer_is_reminded_more_and_more_seldom_and_then_forgotten(
    line: Line, wire: Wire
) -> None:
    wire.feed.hear(Ack("a", 0, 0), 0.0)
    record(line, 5, RNG)
    wire.feed.pump(0.0, at_once=True)
    now, waits = 0.0, []
    while (wait := wire.feed.remind(now)) is not None:
        waits.append(wait)
        now += wait
    assert waits == sorted(waits)
    assert waits[-1] == LONGEST_RETRY_S
    assert GONE_S < now < GONE_S + 2 * LONGEST_RETRY_S
    assert not wire.feed.watched


def test_a_chunk_that_may_turn_a_browser_brings_the_ghosts_along_and_others_do_not(line: Line, wire: Wire) -> None:
    wire.feed.hear(Ack("a", 0, 0), 0.0)
    record(line, 10, RNG)
    wire.feed.pump(0.0, at_once=True)
    line.cut(4)
    wire.feed.pump(0.0, at_once=True)
    for _ in range(2):
        record(line, 1, RNG)
        wire.feed.pump(0.0, at_once=True)
    lines = [chunk.get("line") for chunk in wire.chunks()[-4:]]
    turned = {"about": {}, "ghosts": []}
    assert lines == [None, turned, turned, None]  # the first after the cut turns a browser too, if the cut was lost


def test_a_long_recording_goes_in_several_messages(wire: Wire, line: Line) -> None:
    each = CHUNK_BYTES // line.history.bytes_per_epoch
    record(line, 2 * each + 1, RNG)
    browser, now = Browser("a"), 0.0
    for _ in range(6):
        wire.feed.hear(browser.have(), now)
        for content, losses in wire.sent:
            browser.hear(content, losses)
        wire.sent.clear()
        now += 1.0
    assert browser.losses == line.history.losses.tolist()


class Network:
    """Two browsers behind a line that drops, doubles and reorders."""

    def __init__(self, wire: Wire, rng: random.Random, drop: float) -> None:
        self.browsers = [Browser("a"), Browser("b")]
        self._wire, self._rng, self._drop = wire, rng, drop
        self._queues: dict[str, list[tuple[dict[str, Any], list[float]]]] = {"a": [], "b": []}

    def carry(self) -> None:
        """Some of what was sent arrives, in an order of its own."""
        rng = self._rng
        for message, queue in itertools.product(self._wire.sent, self._queues.values()):
            queue.extend([message] * (0 if rng.random() < self._drop else rng.choice([1, 1, 2])))
        self._wire.sent.clear()
        for browser in self.browsers:
            queue = self._queues[browser.name]
            while queue and rng.random() < 0.7:
                browser.hear(*queue.pop(rng.randrange(min(3, len(queue)))))

    def speak(self, now: float) -> None:
        """One of the browsers says what it has, if that is not lost."""
        if self._rng.random() >= self._drop:
            self._wire.feed.hear(self._rng.choice(self.browsers).have(), now)

    def heal(self, now: float) -> None:
        """From now on nothing is lost, and the heartbeats go on."""
        for tick, speaker in itertools.product(range(8), self.browsers):
            self._wire.feed.hear(speaker.have(), now + 2.0 * (tick + 1))
            for browser in self.browsers:
                for message in self._queues[browser.name] + self._wire.sent:
                    browser.hear(*message)
                self._queues[browser.name].clear()
            self._wire.sent.clear()


@settings(max_examples=400)
@given(seed=st.integers(0, 2**32), length=st.integers(5, 60), drop=st.sampled_from([0.0, 0.2, 0.6]))
def test_whatever_is_dropped_doubled_or_reordered_every_browser_ends_with_the_kernels_recording(
    seed: int, length: int, drop: float
) -> None:
    rng = random.Random(seed)
    line = new_line()
    wire = Wire(line)
    network = Network(wire, rng, drop)
    now = 0.0
    for _ in range(length):
        now += rng.random() * 0.4
        act = rng.random()
        if act < 0.6:
            record(line, rng.randint(1, 5), rng)
        elif act < 0.7 and len(line.history):
            line.cut(rng.randrange(len(line.history)))
        wire.feed.pump(now, at_once=rng.random() < 0.3)
        network.speak(now)
        network.carry()
    network.heal(now)
    for browser in network.browsers:
        assert browser.revision == line.revision
        assert browser.losses == line.history.losses.tolist()
