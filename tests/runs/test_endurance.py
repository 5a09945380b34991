"""Thousands of random commands from cells and pages, with slices of training between them."""

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
from epochscope.widget.wire import pack_recording
from tests.thoroughness import count
from tests.widget.browser import Browser, send

TEXT = "hihello"
EPOCHS = 25
MAX_EPOCHS = 400  # of a branch; then the scope is reset
shares = st.floats(0, 1)
speeds = st.sampled_from([None, 2.0, 500.0])
EXAMPLES, STEPS = count(40, 160), 50
CONDITIONS: list[dict[str, Any]] = [{}, {"until_all_correct": True}, {"until_loss": 1.0}, {"epochs": 7}]
done = 0


class Page(Browser):
    """A browser that opens the widget: it starts with the whole recording."""

    def __init__(self, name: str, scope: EpochScope) -> None:
        super().__init__(name)
        assert "recording" in scope.player.get_state("recording")
        self.revision, self.losses = scope.player.status["revision"], scope.history.losses.tolist()


class Scope(RuleBasedStateMachine):
    """A scope, the pages that show it, and the learning rates that its updates should have had."""

    scope: EpochScope
    seed: int
    lr: float
    rates: list[float]
    left: dict[int, tuple[float, list[float]]]  # by the id of a branch: the next rate, and those of its epochs

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
        self.scope.player.send = self.receive

    def within(self, act: Callable[[], Any]) -> Any:
        """Call as in a cell: in the running event loop."""
        global done  # commands of all machines together
        done += 1

        async def cell() -> Any:
            return act()

        result = self.loop.run_until_complete(cell())
        self.note_rates()
        return result

    def receive(self, content: dict[str, Any], buffers: list[bytes] | None = None) -> None:
        self.published += 1
        losses = np.frombuffer(buffers[0], "<f8", content["count"]).tolist() if buffers else []
        for page in self.pages.values():
            page.receive(content, losses)

    def tell(self, **message: Any) -> None:
        self.within(lambda: send(self.scope.player, **message))

    def command(self, command: str, **fields: Any) -> None:
        self.tell(kind="command", command=command, **fields)
        self.within(lambda: None)  # the event loop passes it on

    def note_rates(self) -> None:
        """Note the current rate for the epochs that were trained since."""
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

    @rule(speed=speeds, until=st.sampled_from(CONDITIONS))
    def play(self, speed: float | None, until: dict[str, Any]) -> None:
        self.within(lambda: self.scope.play(speed=speed, **until))

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
        self.left[self.branch_id()] = (self.lr, self.rates)
        self.within(lambda: self.scope.branch(epoch, lr=lr))
        self.cut(epoch)
        self.lr = self.lr if lr is None else lr

    def branch_id(self) -> int:
        return next(branch.id for branch in self.scope.branches if branch.current)

    @precondition(lambda self: self.left)
    @rule(data=st.data())
    def switch_to(self, data: st.DataObject) -> None:
        self.rest()
        key = data.draw(st.sampled_from(sorted(self.left)))
        assert {branch.id for branch in self.scope.branches if not branch.current} == set(self.left)
        there = self.left.pop(key)
        self.left[self.branch_id()] = (self.lr, self.rates)
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
    def ask_for_what_does_not_exist(self, epoch: int) -> None:
        self.rest()
        before = (self.scope.epoch, self.scope.head, self.scope.player.status)
        for ask in (self.scope.seek, self.scope.rewind, self.scope.branch, self.scope.switch_to):
            with pytest.raises(ValueError, match=str(epoch)):
                self.within(lambda ask=ask: ask(epoch))
        assert (self.scope.epoch, self.scope.head, self.scope.player.status) == before

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
        self.tell(kind="closed", view=name)

    @rule()
    def acknowledge(self) -> None:
        for page in list(self.pages.values()):
            ack = page.ack()
            self.tell(kind="ack", view=page.name, revision=ack.revision, epochs=ack.epochs, missed=ack.missed)

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
        epoch = int(share * (self.scope.head + 4)) - 1  # perhaps one that was discarded
        self.tell(kind="cursor", cursor=epoch)

    @rule(junk=st.sampled_from([{}, {"kind": "command", "command": "exec"}, {"kind": "ack", "view": []}]))
    def send_junk(self, junk: dict[str, Any]) -> None:
        before = self.scope.player.status["revision"]
        self.tell(**junk)
        assert self.scope.player.status["revision"] == before

    # -- time

    @rule(turns=st.integers(1, 12))
    def time_passes(self, turns: int) -> None:
        self.turn(turns)
        self.note_rates()
        if self.scope.head > MAX_EPOCHS:
            self.reset(None)

    def turn(self, turns: int) -> None:
        async def slices() -> None:
            for _ in range(turns):
                await asyncio.sleep(0)

        self.loop.run_until_complete(slices())

    # -- invariants

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
        assert scope.history.lrs.tolist() == self.rates

    @invariant()
    def the_status_is_current(self) -> None:
        scope, status = self.scope, self.scope.player.status
        at_rest = "idle" if scope.head < 0 else "paused" if scope.head + 1 < status["goal"] else "finished"
        assert scope.status == status["state"]
        assert status["state"] in ("training", at_rest)
        assert scope.trainer.lr == self.lr
        if status["state"] != "training":
            assert status["head"] == scope.head

    @invariant()
    def a_new_page_receives_the_recording(self) -> None:
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
    monkeypatch.setattr("epochscope.runs.pacer.SLICE_S", 0.002)


@pytest.mark.usefixtures("short_slices")
def test_random_commands_leave_a_scope_consistent() -> None:
    phases = (Phase.reuse, Phase.generate)
    run_state_machine_as_test(Scope, settings=settings(max_examples=EXAMPLES, stateful_step_count=STEPS, phases=phases))
    assert done >= EXAMPLES * STEPS
