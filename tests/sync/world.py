"""A world: one kernel, a few pages, a bad line between them, and people who press and run things. All by one seed."""

from __future__ import annotations

import base64
import heapq
import itertools
import random
from collections.abc import Generator
from typing import Any

import numpy as np

from epochscope.runs.commands import Branch, Pause, Play, Reset, Return, Rewind, Speed, Step, Until
from epochscope.widget.wire import OldBranch
from tests.sync.kernel import Kernel
from tests.sync.scripted import LRS
from tests.sync.simulated import Clock

MAX_PAGES = 3
HEAL_S = 15.0
"""How long a healed line is given before all must be alike: heartbeats and repetitions pass."""
SPEEDS = (6.0, 30.0, None)

World = Generator[list[Any], dict[str, Any], None]


class Line:
    """What lies between the kernel and one page: each message arrives in its own time, or twice, or not at all."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self._serial = itertools.count()
        self._under_way: list[tuple[float, int, Any]] = []
        self.drop = rng.choice([0, 0.05, 0.3, 0.6])
        self.double = rng.choice([0, 0.1])
        self.late_s = rng.choice([0.03, 0.3, 1.5])
        self.down_until = 0.0

    def put(self, message: Any, now: float) -> None:
        rng = self._rng
        if now < self.down_until or rng.random() < self.drop:
            return
        for _ in range(2 if rng.random() < self.double else 1):
            heapq.heappush(self._under_way, (now + rng.random() * self.late_s, next(self._serial), message))

    def arrived(self, now: float) -> list[Any]:
        found = []
        while self._under_way and self._under_way[0][0] <= now:
            found.append(heapq.heappop(self._under_way)[2])
        return found

    def breaks(self, until: float) -> None:
        self._under_way.clear()
        self.down_until = until

    def heal(self) -> None:
        """From now on nothing is lost or doubled; what is under way arrives when it arrives."""
        self.drop = self.double = self.down_until = 0
        self.late_s = 0.05


class Page:
    """A page as the world sees it; it is not `open` before the state that it asked for has come."""

    def __init__(self, rng: random.Random, name: int, now: float, state: Any) -> None:
        self.name = name
        self.up, self.down = Line(rng), Line(rng)
        self.opens_at, self._state = now + rng.random() * 0.3, state
        self.open = False

    def orders(self, now: float) -> list[Any]:
        """What reaches it by now."""
        if not self.open:
            if now < self.opens_at:
                return []
            self.open = True
            return [["open", self.name, self._state]]
        return [[kind, self.name, *rest] for kind, *rest in self.down.arrived(now)]

    def breaks(self, until: float) -> None:
        self.up.breaks(until)
        self.down.breaks(until)

    @property
    def is_down(self) -> bool:
        return self.down.down_until > 0


class Life:
    """What happens in a world."""

    def __init__(self, seed: int, *, scripted: bool = True) -> None:
        self.rng = random.Random(seed)
        self.clock = Clock()
        self.kernel = Kernel(self.clock, self.rng, scripted=scripted)
        self.pages: dict[int, Page] = {}
        self._closing: dict[int, Page] = {}
        self._names = itertools.count()
        self._busy_until = 0.0
        self._hears_when_busy = self.rng.random() < 0.5  # a kernel with a thread for messages

    def run(self) -> World:
        rng = self.rng
        self._open()
        for _ in range(rng.randrange(8, 30)):
            yield from self._pass(rng.choice([0.02, 0.1, 0.4, 1.0]), self._happens())
        yield from self._pass(0.1, self._heal())
        end = self.clock.now + 5
        while self.kernel.session.state == "training":
            if self.clock.now >= end:
                self.kernel.cell(lambda: self.kernel.session.do(Pause()))
            yield from self._pass(0.5, [])
        for seconds in (*[0.1] * 5, *[1.0] * round(HEAL_S)):
            yield from self._pass(seconds, [])
        told = (yield [["tell", name] for name in self.pages])["told"]
        for name in self.pages:
            self._compare(told[str(name)])
        self.kernel.stage.close()
        yield []

    def _pass(self, seconds: float, orders: list[Any]) -> World:
        """Let time pass on both sides; what was sent by its end is under way then."""
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
        if end >= self._busy_until or self._hears_when_busy:
            for page in (*self.pages.values(), *self._closing.values()):
                for message in page.up.arrived(end):
                    self.kernel.hear(message)
        self._publish(end)

    def _arriving(self, now: float) -> list[Any]:
        return [order for page in self.pages.values() for order in page.orders(now)]

    def _sent(self, name: int, message: Any, now: float) -> None:
        page = self.pages.get(name) or self._closing.get(name)
        if page is not None:
            page.up.put(message, now)

    def _publish(self, now: float) -> None:
        for message, page in itertools.product(self.kernel.sent, self.pages.values()):
            if page.open:  # nobody keeps messages for a widget that the page does not know yet
                page.down.put(message, now)
        self.kernel.sent.clear()

    def _open(self) -> None:
        page = Page(self.rng, next(self._names), self.clock.now, self.kernel.state())
        self.pages[page.name] = page

    def _reconnect(self, page: Page) -> None:
        """The page's connection is back: as JupyterLab does, it asks for all state."""
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

    # ---- what may happen

    def _happens(self) -> list[Any]:
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
                *[["toggle"], ["pause"], ["toHead"], ["rewind"], ["reset"], ["return"], ["step", rng.randrange(1, 4)]],
                *[["seek", rng.random()], ["step", -1], ["speed", rng.choice(SPEEDS)], ["branch", rng.choice(LRS)]],
                *[["until", {"epochs": rng.randrange(1, 40)}], ["until", {"all_correct": True}]],
            ]
        )
        return [["press", rng.choice(open_), *what]]

    def _cell(self) -> None:
        """Somebody runs a cell: a command of the scope, or something that takes its time."""
        rng, kernel = self.rng, self.kernel
        session = kernel.session
        if self.clock.now < self._busy_until:
            return
        epoch = rng.randrange(len(session.history) + 1)
        ghost = rng.choice([*session.branches._old, 99])
        acts = [
            lambda: session.do(Play(rng.choice(SPEEDS), rng.choice([None, Until(epochs=epoch + 5), Until(loss=0.1)]))),
            lambda: session.do(Step(rng.randrange(1, 6))),
            lambda: session.do(Pause()),
            lambda: session.do(Rewind(epoch)),
            lambda: session.do(Branch(epoch, rng.choice(LRS))),
            lambda: session.do(Return(ghost)),
            lambda: session.do(Reset(rng.choice([None, 5]))),
            lambda: session.do(Speed(rng.choice(SPEEDS))),
            lambda: session.train(rng.randrange(1, 30)),
            lambda: kernel.stage.seek(epoch) if epoch < len(session.history) else None,
            lambda: setattr(session.trainer, "lr", rng.choice(LRS)),
            lambda: setattr(session.trainer, "trouble", rng.random() < 0.2),
            lambda: setattr(self, "_busy_until", self.clock.now + rng.choice([0.5, 3, 12])),
        ]
        kernel.cell(rng.choice(acts))

    def _page(self) -> list[Any]:
        """A page is opened, closed, left, reloaded, hidden, or loses its connection for a while."""
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
                self._closing[page.name] = page  # what it said last is still under way, its goodbye too
            if what == "reload":
                self._open()
            return [["visit", page.name, "end"]]
        if what == "break":
            page.breaks(self.clock.now + rng.choice([0.5, 3, 20]))
            return []
        if what in ("hidden", "visible"):
            return [["show", page.name, what]]
        return [["visit", page.name, what]]

    # ---- all is alike

    def _compare(self, told: dict[str, Any]) -> None:
        session, stage = self.kernel.session, self.kernel.stage
        history = session.history
        records = history.records()
        assert told["epochs"] is not None, "the page has no recording"
        here = {
            "head": len(history) - 1,
            "epochs": len(history),
            "revision": session.revision,
            "about": history.metadata,
            "status": stage.player.status,
            "events": [{"epoch": e.epoch, "kind": e.kind, "value": e.value} for e in history.events],
            "losses": _text(records.losses, "<f8"),
            "lrs": _text(records.lrs, "<f8"),
            "positionLosses": _text(records.position_losses, "<u2"),
            "tokens": _text(records.top_tokens, "u1"),
            "probabilities": _text(records.top_probabilities, "u1"),
            "right": _text(history.n_correct, "<i4"),
            "learnedAt": _text(history.learned_at, "<i4"),
        }
        for name, value in here.items():
            assert told[name] == value, f"{name}: the page has {told[name]!r}, the kernel {value!r}"
        last, now = stage.player.status, session.status()
        now["lr"] = last["lr"]  # a cell may have set it since
        assert {**last, **now} == last, f"the kernel told {last}, it is {now}"
        assert -1 <= told["cursor"] <= told["head"], f"the cursor is at {told['cursor']} of {told['head']}"
        assert told["connection"] == "live", f"the connection is {told['connection']}"
        theirs = [
            OldBranch(g["id"], g["start"], np.frombuffer(base64.b64decode(g["losses"])), g["lr"])
            for g in told["ghosts"]
        ]
        whole = [_drawn(ghost, records.losses) for ghost in theirs]
        assert whole == [_drawn(ghost, records.losses) for ghost in session.old_branches()], "ghosts differ"


def _drawn(ghost: OldBranch, losses: np.ndarray) -> tuple[Any, ...]:
    """A ghost with the part that it shares with the line: this may have grown since."""
    return ghost.id, ghost.lr, [*losses[: ghost.start].tolist(), *ghost.losses.tolist()]


def _text(column: np.ndarray, kind: str) -> str:
    return base64.b64encode(np.ascontiguousarray(column, kind).tobytes()).decode()
