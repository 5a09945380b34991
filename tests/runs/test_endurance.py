"""Ten thousand commands in any order, from cells and from pages, with slices of time between them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from epochscope import EpochScope, Trainer
from epochscope.runs.commands import Until
from epochscope.widget.wire import pack_recording
from tests.widget.browser import Browser

TEXT = "hihello"
EPOCHS = 25
MOST = 400  # epochs in a line: beyond, it is cut
shares = st.floats(0, 1)
speeds = st.sampled_from([None, 2.0, 500.0])
done = 0


class Page(Browser):
    """A browser that has opened the widget: it begins with the whole recording."""

    def __init__(self, name: str, scope: EpochScope) -> None:
        super().__init__(name)
        assert "recording" in scope.player.get_state("recording")
        self.revision, self.losses = scope._source.revision, scope.history.losses.tolist()


class Scope(RuleBasedStateMachine):
    """A scope, the pages that show it, and a book of the learning rates that its updates should have had."""

    scope: EpochScope
    seed: int
    lr: float
    rates: list[float]
    left: dict[Trainer, tuple[float, list[float]]]

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.pages: dict[str, Page] = {}
        self.opened = 0
        self.published = 0
        self.closed = False

    @initialize(seed=st.integers(0, 5))
    def make(self, seed: int) -> None:
        self.seed, self.lr, self.rates, self.left = seed, 0.1, [], {}

        def cell() -> None:
            self.scope = EpochScope(TEXT, seed=seed, epochs=EPOCHS)

        self.within(cell)
        self.scope.player.send = self.hear

    def within(self, act: Callable[[], Any]) -> Any:
        """As in a cell: inside the running loop."""
        global done  # commands of all machines together
        done += 1

        async def cell() -> Any:
            return act()

        said = self.loop.run_until_complete(cell())
        self.book()
        return said

    def hear(self, content: dict[str, Any], buffers: list[bytes] | None = None) -> None:
        self.published += 1
        losses = np.frombuffer(buffers[0], "<f8", content["count"]).tolist() if buffers else []
        for page in self.pages.values():
            page.hear(content, losses)

    def tell(self, **message: Any) -> None:
        self.within(lambda: self.scope._stage._hear(None, message, []))

    def command(self, command: str, **fields: Any) -> None:
        self.tell(kind="command", command=command, **fields)
        self.within(lambda: None)  # the loop hands it over

    def book(self) -> None:
        """What was trained meanwhile was trained at the rate of now."""
        self.rates += [self.lr] * (len(self.scope.history) - len(self.rates))

    def cut(self, epoch: int) -> None:
        self.lr = [*self.rates, self.lr][epoch]
        self.rates = self.rates[:epoch]

    def at(self, share: float) -> int:
        self.rest()
        return int(share * len(self.scope.history))

    def rest(self) -> None:
        self.within(self.scope.pause)

    # -- from a cell

    @rule(speed=speeds, until=st.none() | st.sampled_from([Until(all_correct=True), Until(loss=1.0), Until(epochs=7)]))
    def play(self, speed: float | None, until: Until | None) -> None:
        self.within(lambda: self.scope.play(speed=speed, until=until))

    @rule()
    def pause(self) -> None:
        self.rest()
        assert self.scope.status != "training"

    @rule(n=st.integers(1, 6))
    def step(self, n: int) -> None:
        self.rest()
        before = self.scope.head
        self.within(lambda: self.scope.step(n))
        assert self.scope.head == self.scope.epoch == before + n

    @rule(n=st.integers(1, 20))
    def train(self, n: int) -> None:
        self.rest()
        self.within(lambda: self.scope.train(n))

    @rule(share=shares)
    def seek(self, share: float) -> None:
        self.rest()
        if len(self.scope.history):
            epoch = min(int(share * len(self.scope.history)), self.scope.head)
            self.within(lambda: self.scope.seek(epoch))
            assert self.scope.epoch == epoch

    @rule(share=shares)
    def rewind(self, share: float) -> None:
        epoch = self.at(share)
        self.within(lambda: self.scope.rewind(epoch))
        self.cut(epoch)
        assert self.scope.head == self.scope.epoch == epoch - 1

    @rule(share=shares, lr=st.sampled_from([None, 0.01, 0.3]))
    def branch(self, share: float, lr: float | None) -> None:
        epoch = self.at(share)
        self.left[self.scope.trainer] = (self.lr, self.rates)
        self.within(lambda: self.scope.branch(epoch, lr=lr))
        self.cut(epoch)
        self.lr = self.lr if lr is None else lr

    @precondition(lambda self: self.left)
    @rule()
    def switch_to(self) -> None:
        self.rest()
        old = self.scope._source.branches._old  # type: ignore[attr-defined]
        key = min(old)
        there = self.left.pop(old[key])
        self.left[self.scope.trainer] = (self.lr, self.rates)
        self.lr, self.rates = there
        self.within(lambda: self.scope.switch_to(key))

    @rule(seed=st.none() | st.integers(0, 5))
    def reset(self, seed: int | None) -> None:
        self.rest()
        self.within(lambda: self.scope.reset(seed))
        self.seed = self.seed if seed is None else seed
        self.lr, self.rates = 0.1, []
        self.left.clear()

    @rule(epoch=st.integers(100_000, 200_000))
    def ask_for_what_is_not_there(self, epoch: int) -> None:
        self.rest()
        before = (self.scope.epoch, self.scope.head, self.scope._source.status())
        for ask in (self.scope.seek, self.scope.rewind, self.scope.branch, self.scope.switch_to):
            with pytest.raises(ValueError, match=str(epoch)):
                self.within(lambda ask=ask: ask(epoch))
        assert (self.scope.epoch, self.scope.head, self.scope._source.status()) == before

    # -- from a page

    @rule()
    def open_a_page(self) -> None:
        self.opened += 1
        name = f"page {self.opened}"
        self.pages[name] = self.within(lambda: Page(name, self.scope))

    @precondition(lambda self: self.pages)
    @rule()
    def leave_a_page(self) -> None:
        name = min(self.pages)
        del self.pages[name]
        self.tell(kind="bye", view=name)

    @rule()
    def acknowledge(self) -> None:
        for page in list(self.pages.values()):
            has = page.have()
            self.tell(kind="have", view=page.name, revision=has.revision, epochs=has.epochs, hidden=False, gap=has.gap)

    @rule(speed=speeds)
    def press_play(self, speed: float | None) -> None:
        self.command("play", speed=speed, until=None)

    @rule()
    def press_pause(self) -> None:
        self.command("pause")
        assert self.scope.status != "training"

    @rule(n=st.integers(1, 4))
    def press_step(self, n: int) -> None:
        self.command("step", n=n)

    @rule(speed=speeds)
    def choose_a_speed(self, speed: float | None) -> None:
        self.command("speed", speed=speed)

    @rule(share=shares)
    def drag(self, share: float) -> None:
        epoch = int(share * (self.scope.head + 4)) - 1  # perhaps one that was cut since
        self.within(lambda: self.scope.player.set_state({"cursor": epoch}))

    @rule(junk=st.sampled_from([None, 3, {}, {"kind": "command", "command": "exec"}, {"kind": "have", "view": []}]))
    def send_junk(self, junk: Any) -> None:
        before = self.scope._source.status()
        self.within(lambda: self.scope._stage._hear(None, junk, []))
        assert self.scope._source.status()["revision"] == before["revision"]

    # -- time

    @rule(turns=st.integers(1, 12))
    def time_passes(self, turns: int) -> None:
        self.turn(turns)
        self.book()
        if self.scope.head > MOST:
            self.reset(None)

    def turn(self, turns: int) -> None:
        async def slices() -> None:
            for _ in range(turns):
                await asyncio.sleep(0)

        self.loop.run_until_complete(slices())

    # -- what always holds

    @invariant()
    def one_task_at_most(self) -> None:
        tasks = asyncio.all_tasks(self.loop)
        assert len(tasks) <= 1
        assert tasks or self.scope.status != "training"

    @invariant()
    def head_history_and_cursor_agree(self) -> None:
        scope = self.scope
        assert scope.head == len(scope.history) - 1 == scope.trainer.epoch - 1
        assert -1 <= scope.epoch <= scope.head
        assert scope.player.cursor <= scope.head
        assert scope.history.lrs.tolist() == self.rates

    @invariant()
    def the_status_is_true(self) -> None:
        source, status = self.scope._source, self.scope._source.status()
        at_rest = "idle" if self.scope.head < 0 else "paused" if self.scope.head + 1 < status["goal"] else "finished"
        assert status["state"] in ("training", at_rest)
        assert (status["revision"], status["lr"]) == (source.revision, self.lr)
        told = {key: value for key, value in self.scope.player.status.items() if key != "told"}
        if status["state"] == "training":
            told["head"] = status["head"]
        assert told == status

    @invariant()
    def whoever_opens_a_page_sees_the_recording(self) -> None:
        packed = pack_recording(self.scope.history)
        assert packed[:4] == b"EPSC"
        assert self.scope.history.losses.astype("<f8").tobytes() in packed

    def teardown(self) -> None:
        try:
            self.rest()
            for _ in range(3):
                self.acknowledge()
            for page in self.pages.values():
                assert page.losses == self.scope.history.losses.tolist()
            straight = Trainer(TEXT, seed=self.seed)
            for rate in self.rates:
                straight.lr = rate
                straight.step()
            assert straight.history.losses.tolist() == self.scope.history.losses.tolist()
            self.within(self.scope.close)
            before = self.published
            with pytest.raises(RuntimeError, match="closed"):
                self.within(self.scope.step)
            self.command("play", speed=None, until=None)
            self.turn(3)
            assert self.published == before
            assert not asyncio.all_tasks(self.loop)
        finally:
            self.loop.close()


@pytest.fixture
def short_slices(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("epochscope.runs.training_run.SLICE_S", 0.002)


@pytest.mark.usefixtures("short_slices")
def test_ten_thousand_commands_in_any_order_leave_everything_true() -> None:
    run_state_machine_as_test(
        Scope, settings=settings(max_examples=160, stateful_step_count=50, phases=(Phase.reuse, Phase.generate))
    )
    assert done >= 10_000
