"""A world: one kernel, a few pages, an unreliable network, and random clicks and cells. One seed determines it."""

from __future__ import annotations

import base64
import heapq
import itertools
import json
import random
from collections.abc import Generator
from typing import Any

import numpy as np

from epochscope.runs.branches import OldBranch
from epochscope.runs.commands import Until
from epochscope.widget.wire import pack_status
from tests.sync.kernel import Kernel
from tests.sync.scripted import LRS
from tests.sync.simulated import Clock

MAX_PAGES = 3
HEAL_S = 15.0
"""Seconds of a reliable network after which all pages must have everything: for acknowledgements and retries."""
SPEEDS = (6.0, 30.0, None)
UNKNOWN = -2
"""What a page says of a position of which only records tell that it does not keep."""

World = Generator[list[Any], dict[str, Any], None]


class Network:
    """The connection of one page, in one direction: a message arrives late, twice, or not at all."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self._serial = itertools.count()
        self._in_transit: list[tuple[float, int, Any]] = []
        self.drop = rng.choice([0, 0.05, 0.3, 0.6])
        self.double = rng.choice([0, 0.1])
        self.late_s = rng.choice([0.03, 0.3, 1.5])
        self.down_until = 0.0

    def put(self, message: Any, now: float) -> None:
        rng = self._rng
        if now < self.down_until or rng.random() < self.drop:
            return
        for _ in range(2 if rng.random() < self.double else 1):
            heapq.heappush(self._in_transit, (now + rng.random() * self.late_s, next(self._serial), message))

    def arrived(self, now: float) -> list[Any]:
        found = []
        while self._in_transit and self._in_transit[0][0] <= now:
            found.append(heapq.heappop(self._in_transit)[2])
        return found

    def disconnect(self, until: float) -> None:
        self._in_transit.clear()
        self.down_until = until

    def heal(self) -> None:
        """From now on lose and duplicate nothing; messages in transit arrive at their time."""
        self.drop = self.double = self.down_until = 0
        self.late_s = 0.05


class Page:
    """A page. It is `open` when the state that it requested has arrived."""

    def __init__(self, rng: random.Random, name: int, now: float, state: Any, *, long: bool) -> None:
        self.name, self._long = name, long
        self.up, self.down = Network(rng), Network(rng)
        self.opens_at, self._state = now + rng.random() * 0.3, state
        self.open = False

    def orders(self, now: float) -> list[Any]:
        """Return the orders for what has arrived by now."""
        if not self.open:
            if now < self.opens_at:
                return []
            self.open = True
            return [["open", self.name, self._state, self._long]]
        return [[kind, self.name, *rest] for kind, *rest in self.down.arrived(now)]

    def disconnect(self, until: float) -> None:
        self.up.disconnect(until)
        self.down.disconnect(until)

    @property
    def is_down(self) -> bool:
        return self.down.down_until > 0


class Schedule:
    """The random events of a world."""

    def __init__(self, seed: int, *, scripted: bool = True) -> None:
        self.rng = random.Random(seed)
        self.clock = Clock()
        self._long = self.rng.random() < 0.3  # pages keep few records, and most recordings have more
        self.kernel = Kernel(self.clock, self.rng, scripted=scripted, long=self._long)
        self.pages: dict[int, Page] = {}
        self._closing: dict[int, Page] = {}
        self._names = itertools.count()
        self._busy_until = 0.0
        self._receives_when_busy = self.rng.random() < 0.5  # a kernel with a thread for messages, as ipykernel 7

    def run(self) -> World:
        rng = self.rng
        self._open()
        for _ in range(rng.randrange(8, 30)):
            yield from self._pass(rng.choice([0.02, 0.1, 0.4, 1.0]), self._events())
        yield from self._pass(0.1, self._heal())
        end = self.clock.now + 5
        while self.kernel.run.state == "training":
            if self.clock.now >= end:
                self.kernel.cell(lambda: self.kernel.run.pause())
            yield from self._pass(0.5, [])
        for seconds in (*[0.1] * 5, *[1.0] * round(HEAL_S)):
            yield from self._pass(seconds, [])
        contents = (yield [["tell", name] for name in self.pages])["told"]
        for name in self.pages:
            self._compare(contents[str(name)])
        self.kernel.display.close()
        yield []

    def _pass(self, seconds: float, orders: list[Any]) -> World:
        """Let time pass on both sides; what was sent by its end is in transit then."""
        end = self.clock.now + seconds
        if self.clock.now >= self._busy_until:
            self.kernel.run_until(end)
        self.clock.now = end = max(end, self.clock.now)
        answer = yield [*orders, ["pass", seconds * 1000], *self._arriving(end)]
        assert not answer["complaints"], answer["complaints"]
        for name, message in answer["sent"]:
            self._sent(name, message, end)
        for page in self.pages.values():
            if 0 < page.down.down_until <= end:
                self._reconnect(page)
        if end >= self._busy_until or self._receives_when_busy:
            for page in (*self.pages.values(), *self._closing.values()):
                for message in page.up.arrived(end):
                    self.kernel.receive(message)
        self._publish(end)

    def _arriving(self, now: float) -> list[Any]:
        return [order for page in self.pages.values() for order in page.orders(now)]

    def _sent(self, name: int, message: Any, now: float) -> None:
        page = self.pages.get(name) or self._closing.get(name)
        if page is not None:
            page.up.put(message, now)

    def _publish(self, now: float) -> None:
        for message, page in itertools.product(self.kernel.sent, self.pages.values()):
            if page.open:  # a page drops messages for a widget that it does not know yet
                page.down.put(message, now)
        self.kernel.sent.clear()

    def _open(self) -> None:
        page = Page(self.rng, next(self._names), self.clock.now, self.kernel.state(), long=self._long)
        self.pages[page.name] = page

    def _reconnect(self, page: Page) -> None:
        """Reconnect a page: like JupyterLab, it requests the whole state."""
        page.up.down_until = page.down.down_until = 0
        page.down.put(["update", self.kernel.state()], self.clock.now)

    def _heal(self) -> list[Any]:
        self._busy_until = 0
        if not self.pages:
            self._open()
        for page in self.pages.values():
            if page.is_down:
                self._reconnect(page)
            page.up.heal()
            page.down.heal()
        return [["visit", page.name, "return"] for page in self.pages.values() if page.open]

    # -- events

    def _events(self) -> list[Any]:
        act = self.rng.choices([self._press, self._cell, self._page, self._nothing], [4, 2, 1, 3])[0]
        return act() or []

    def _nothing(self) -> None:
        pass

    def _press(self) -> list[Any]:
        rng = self.rng
        open_ = [page.name for page in self.pages.values() if page.open]
        if not open_:
            return []
        what = rng.choice(
            [
                *[["play"]] * 4,
                *[["toggle"], ["pause"], ["toHead"], ["rewind"], ["reset"], ["switch_to"]],
                ["step", rng.randrange(1, 4)],
                *[["seek", rng.random()], ["step", -1], ["speed", rng.choice(SPEEDS)], ["branch", rng.choice(LRS)]],
                *[["look", 1]] * 3,
                ["look", 0],
                *[["until", {"epochs": rng.randrange(1, 40)}], ["until", {"all_correct": True}]],
            ]
        )
        return [["press", rng.choice(open_), *what]]

    def _cell(self) -> None:
        """Run a cell: a command of the scope, or something that takes long."""
        rng, kernel = self.rng, self.kernel
        run = kernel.run
        if self.clock.now < self._busy_until:
            return
        epoch = rng.randrange(len(run.history) + 1)
        branch = rng.choice([*(branch.id for branch in run.branches()), 99])
        acts = [
            lambda: run.play(rng.choice(SPEEDS), rng.choice([None, Until(epochs=epoch + 5), Until(loss=0.1)])),
            lambda: run.step(rng.randrange(1, 6)),
            lambda: run.pause(),
            lambda: run.rewind(epoch),
            lambda: run.branch(epoch, rng.choice(LRS)),
            lambda: run.switch_to(branch),
            lambda: run.reset(rng.choice([None, 5])),
            lambda: run.set_speed(rng.choice(SPEEDS)),
            lambda: run.train(rng.randrange(1, 30)),
            lambda: kernel.display.seek(epoch) if epoch < len(run.history) else None,
            lambda: setattr(run.trainer, "lr", rng.choice(LRS)),
            lambda: setattr(run.trainer, "trouble", rng.random() < 0.2),
            lambda: setattr(self, "_busy_until", self.clock.now + rng.choice([0.5, 3, 12])),
        ]
        kernel.cell(rng.choice(acts))

    def _page(self) -> list[Any]:
        """Open, close, leave, reload or hide a page, or disconnect it for a while."""
        rng = self.rng
        what = rng.choice(["open", "close", "vanish", "reload", "leave", "return", "hidden", "visible", "break"])
        page = rng.choice([*self.pages.values()]) if self.pages else None
        if what == "open" or page is None:
            if len(self.pages) < MAX_PAGES:
                self._open()
            return []
        if what in ("close", "vanish", "reload"):
            del self.pages[page.name]
            if what == "close":
                self._closing[page.name] = page  # its last messages are still in transit
            if what == "reload":
                self._open()
            return [["visit", page.name, "end"]]
        if what == "break":
            page.disconnect(self.clock.now + rng.choice([0.5, 3, 20]))
            return []
        if what in ("hidden", "visible"):
            return [["show", page.name, what]]
        return [["visit", page.name, what]]

    # -- comparison

    def _compare(self, page: dict[str, Any]) -> None:
        run, display = self.kernel.run, self.kernel.display
        history = run.history
        records = history.records()
        assert page["epochs"] is not None, "the page has no recording"
        here = page["here"]
        assert self._long or here == list(range(len(history))), f"the page keeps the records of epochs {here}"
        assert page["cursor"] in (page["wanted"], -1), f"epoch {page['wanted']} has not arrived"
        assert page["cursor"] in (*here, -1)
        # Of positions whose last mistake is in records that the page does not keep, it says nothing.
        assert self._long or UNKNOWN not in page["learned"]
        pairs = zip(page["learned"], history.learned_at.tolist(), strict=True)
        learned = [said if said == UNKNOWN else epoch for said, epoch in pairs]
        expected = {
            "head": len(history) - 1,
            "epochs": len(history),
            "revision": run.revision,
            "metadata": {name: value for name, value in history.metadata.items() if name != "spec"},
            "status": display.player.status,
            "events": [{"epoch": e.epoch, "kind": e.kind, "value": e.value} for e in history.events],
            "losses": _text(records.losses, "<f8"),
            "lrs": _text(records.lrs, "<f8"),
            "positionLosses": _text(records.position_losses[here], "<u2"),
            "tokens": _text(records.top_tokens[here], "u1"),
            "probabilities": _text(records.top_probabilities[here], "u1"),
            "n_correct": _text(history.n_correct, "<i4"),
            "first_errors": _text(history.first_error, "<i4"),
            "learned": learned,
        }
        for name, value in expected.items():
            assert page[name] == value, f"{name}: the page has {page[name]!r}, the kernel {value!r}"
        self._compare_saved(page)
        self._compare_weights(page)
        last = display.player.status
        assert last == pack_status(run.status(), last["seq"]), f"the last status was {last}, it is {run.status()}"
        assert -1 <= page["cursor"] <= page["head"], f"the cursor is at {page['cursor']} of {page['head']}"
        assert page["connection"] == "live", f"the connection is {page['connection']}"
        branches = [
            OldBranch(b["id"], b["start"], np.frombuffer(base64.b64decode(b["losses"])), b["lr"])
            for b in page["old_branches"]
        ]
        expected_branches = [_drawn(branch, records.losses) for branch in run.old_branches()]
        assert [_drawn(branch, records.losses) for branch in branches] == expected_branches, "old branches differ"

    def _compare_saved(self, page: dict[str, Any]) -> None:
        """Compare the trait of the page, which a notebook saves; it is up to date once the run has ended.

        That of a long recording comes from the kernel, and is not sent again if it is lost.
        """
        if self.kernel.run.status().state == "training" or self._long:
            return
        saved, expected = _split(base64.b64decode(page["saved"])), _split(self.kernel.display.channels[0].pack())
        assert saved == expected, f"the page has saved {saved}, the kernel has {expected}"

    def _compare_weights(self, page: dict[str, Any]) -> None:
        trainer: Any = self.kernel.run.trainer
        assert page["refusal"] is None
        known = dict(page["weights"])
        for epoch, weights in known.items():
            assert epoch <= page["head"], f"the page has weights of epoch {epoch} of {page['head']}"
            assert weights == _text(trainer.weights_at(epoch), "<f4"), f"the weights of epoch {epoch} differ"
        if page["looking"] and page["cursor"] >= 0:
            assert page["cursor"] in known, f"the page has no weights of epoch {page['cursor']}, but of {[*known]}"


def _split(data: bytes) -> tuple[dict[str, Any], bytes]:
    """Return header and columns of a packed recording, without old branches: these are compared as they are drawn."""
    end = 16 + int.from_bytes(data[8:12], "little")
    header = json.loads(data[16:end])
    branches = header.pop("old_branches")
    return header, data[end : len(data) - 8 * sum(branch["count"] for branch in branches)]


def _drawn(branch: OldBranch, losses: np.ndarray) -> tuple[Any, ...]:
    """Return a branch with the part that it shares with the current one, which may have grown since."""
    return branch.id, branch.lr, [*losses[: branch.start].tolist(), *branch.losses.tolist()]


def _text(column: np.ndarray, kind: str) -> str:
    return base64.b64encode(np.ascontiguousarray(column, kind).tobytes()).decode()
