"""`MonitorCallback` in real fits of PyTorch Lightning."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from lightning.pytorch.strategies import SingleDeviceStrategy
from torch import nn

from epochscope import History
from epochscope.callbacks.lightning import MonitorCallback
from epochscope.widget.monitor import monitor
from tests.callbacks.modules import BATCHES, TEXT, TOKENS, StopsAt, TinyModule, loader, trainer
from tests.widget.browser import send

pytestmark = [
    pytest.mark.filterwarnings("ignore:.*does not have many workers"),
    pytest.mark.filterwarnings("ignore:You defined a `validation_step` but have no"),
    pytest.mark.filterwarnings("ignore:.isinstance.treespec, LeafSpec:FutureWarning"),  # torch, of Lightning's call
]
PROBES = {"train": TEXT, "held out": "edcba"}


def callback(probe: Any = TEXT, **options: Any) -> MonitorCallback:
    return MonitorCallback(probe, **({"alphabet": TOKENS, "every": 2} | options))


def test_a_fit_with_validation_and_accumulation_is_recorded_before_each_due_step() -> None:
    watch, module = callback(PROBES), TinyModule()
    module.eval()
    untrained = module(torch.tensor([[TOKENS.index(c) for c in TEXT[:-1]]])).argmax(-1)[0]
    module.train()
    trainer(watch, max_epochs=2, accumulate_grad_batches=2).fit(module, loader(7), loader(1))
    history = watch.monitor.history
    assert history.axis == "step"
    assert history.places.tolist() == [0, 2, 4, 6, 7]  # 7 batches are 4 steps of an epoch; the last one is due
    assert history.lrs.tolist() == [0.1 * 0.5**step for step in (0, 2, 4, 6, 7)]
    assert list(history.scalars) == ["train_loss", "val_loss"]
    assert np.isnan(history.scalars["val_loss"]).tolist() == [True, True, False, False, False]
    assert [probe.name for probe in history.probes] == ["train", "held out"]
    assert history.probe("train").predictions[0].tolist() == untrained.tolist()
    assert watch.monitor.scope.status == "finished"


def weights(*callbacks: Any, **options: Any) -> tuple[list[torch.Tensor], TinyModule]:
    module = TinyModule()
    trainer(*callbacks, max_epochs=2, accumulate_grad_batches=2, **options).fit(module, loader(), loader(1))
    return [parameter.detach() for parameter in module.parameters()], module


def test_a_fit_has_the_same_weights_to_the_last_bit_with_and_without_the_callback() -> None:
    watch = callback(every=1)
    alone, bare = weights()
    watched, module = weights(watch)
    assert len(watch.monitor.history) == BATCHES
    assert all(torch.equal(a, b) for a, b in zip(alone, watched, strict=True))
    assert module.modes == bare.modes == [(True, True, False)] * 2 * BATCHES


@pytest.mark.parametrize("batches", [1, 2])
def test_the_loss_is_that_of_the_batches_of_the_step(batches: int) -> None:
    losses: list[float] = []

    class Noted(TinyModule):
        def training_step(self, batch: Any, index: int) -> torch.Tensor:
            loss = super().training_step(batch, index)
            losses.append(loss.item())
            return loss

    watch = callback(every=1)
    trainer(watch, max_steps=3, accumulate_grad_batches=batches).fit(Noted(), loader())
    assert watch.monitor.history.losses == pytest.approx(np.reshape(losses, (3, batches)).mean(axis=1), rel=1e-6)


class Fails(TinyModule):
    """Raises an error in its fifth step."""

    error: BaseException = RuntimeError("no memory")

    def training_step(self, batch: Any, index: int) -> torch.Tensor:
        if index == 4:
            raise self.error
        return super().training_step(batch, index)


def test_an_error_ends_the_recording_and_leaves_the_fit_as_it_would_have() -> None:
    watch = callback(every=1)
    with pytest.raises(RuntimeError, match="no memory") as raised:
        trainer(watch, max_epochs=1).fit(Fails(), loader())
    assert watch.monitor.scope.status == "failed"
    assert "no memory" in str(watch.monitor.scope.error)
    assert len(watch.monitor.history) == 4
    assert "watch.py" not in {Path(entry.path).name for entry in raised.traceback}


def test_an_interrupt_ends_the_recording() -> None:
    class Interrupted(Fails):
        error = KeyboardInterrupt()

    watch = callback(every=1)
    with pytest.raises((SystemExit, KeyboardInterrupt)):
        trainer(watch, max_epochs=1).fit(Interrupted(), loader())
    assert watch.monitor.scope.status == "finished"
    assert len(watch.monitor.history) == 4


def test_a_fit_that_stops_early_ends_the_recording_and_a_second_one_goes_on() -> None:
    watch, module = callback(), StopsAt(3)
    trainer(watch, max_epochs=1, min_epochs=0).fit(module, loader())
    assert watch.monitor.scope.status == "finished"
    assert watch.monitor.history.places.tolist() == [0, 2]
    trainer(watch, max_steps=3).fit(TinyModule(), loader())
    assert watch.monitor.history.places.tolist() == [0, 2, 4, 5]


def test_a_fit_from_a_checkpoint_has_the_places_of_its_steps(tmp_path: Path) -> None:
    first = trainer(max_epochs=1)
    first.fit(TinyModule(), loader(5))
    first.save_checkpoint(tmp_path / "five.ckpt")
    watch = callback(tokens=16)
    trainer(watch, max_steps=9).fit(TinyModule(), loader(5), ckpt_path=str(tmp_path / "five.ckpt"))
    assert watch.monitor.history.axis == "token"
    assert watch.monitor.history.places.tolist() == [16 * step for step in (6, 8)]


def test_a_fit_without_an_end_is_recorded_until_it_is_stopped() -> None:
    watch = callback(every=4)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("epochscope.callbacks.watch.UNKNOWN", 3)
        trainer(watch, max_epochs=-1, max_steps=-1).fit(StopsAt(30), loader())
    assert watch.monitor.history.places.tolist() == list(range(0, 30, 4))


def test_each_optimizer_step_counts_if_there_are_several_in_a_batch() -> None:
    class Manual(TinyModule):
        def __init__(self) -> None:
            super().__init__()
            self.automatic_optimization = False

        def training_step(self, batch: Any, index: int) -> None:  # type: ignore[override]
            for optimizer in self.optimizers():  # type: ignore[union-attr]  # two
                optimizer.zero_grad()
                self.manual_backward(self.logged("train_loss", batch))
                optimizer.step()

        def configure_optimizers(self) -> Any:
            return [torch.optim.SGD(self.readout.parameters(), lr) for lr in (0.1, 0.2)]

    watch = callback(every=3)
    trainer(watch, max_epochs=1).fit(Manual(), loader(5))
    assert watch.monitor.history.places.tolist()[:4] == [0, 3, 4, 6]  # Lightning says that there are 5 steps
    assert watch.monitor.history.lrs.tolist()[:4] == [0.1, 0.2, 0.1, 0.1]


@pytest.mark.parametrize("precision", ["bf16-mixed", "bf16-true"])
def test_a_probe_is_computed_with_the_precision_of_the_training(precision: Any) -> None:
    watch, kinds = callback(), []

    class Noted(TinyModule):
        def forward(self, indices: torch.Tensor) -> torch.Tensor:
            logits = super().forward(indices)
            kinds.append(logits.dtype)
            return logits

    trainer(watch, max_steps=3, precision=precision).fit(Noted(), loader())
    assert set(kinds) == {torch.bfloat16}
    assert len(watch.monitor.history) == 2


class OtherRank(SingleDeviceStrategy):
    """The strategy of a process that is not of rank 0."""

    @property
    def is_global_zero(self) -> bool:
        return False


def test_a_process_of_another_rank_records_nothing(tmp_path: Path) -> None:
    watch = callback(path=tmp_path / "run.npz")
    trainer(watch, max_steps=3, strategy=OtherRank("cpu")).fit(TinyModule(), loader())
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(RuntimeError, match="no monitor yet"):
        _ = watch.monitor


def test_a_strategy_that_divides_the_model_is_refused() -> None:
    class FSDPStrategy(SingleDeviceStrategy):
        pass

    with pytest.raises(ValueError, match="FSDPStrategy divides the model"):
        trainer(callback(), max_steps=3, strategy=FSDPStrategy("cpu")).fit(TinyModule(), loader())


def test_a_fit_may_write_a_file_and_have_a_network_of_another_name(tmp_path: Path) -> None:
    class Wrapped(TinyModule):
        def __init__(self) -> None:
            super().__init__()
            self.network = nn.Sequential(self.embedding, self.dropout, self.readout)

        def forward(self, indices: torch.Tensor) -> torch.Tensor:
            pytest.fail("the LightningModule is called")

        def training_step(self, batch: Any, index: int) -> torch.Tensor:
            return nn.functional.cross_entropy(self.network(batch[0]).flatten(0, 1), batch[1].flatten())

    watch = callback(network="network", path=tmp_path / "run.npz")
    trainer(watch, max_steps=3).fit(Wrapped(), loader())
    saved = History.load(tmp_path / "run.npz")
    assert len(saved) == 2
    assert np.array_equal(saved.losses, watch.monitor.history.losses)
    with pytest.raises(ValueError, match="network='net': Wrapped has no such attribute"):
        trainer(callback(network="net"), max_steps=3).fit(Wrapped(), loader())


def test_a_given_monitor_is_used_and_a_wrong_probe_is_refused_at_once() -> None:
    mine = monitor({"mine": TEXT}, alphabet=TOKENS)
    watch = MonitorCallback(mine, every=2)
    assert watch.monitor is mine
    trainer(watch, max_steps=3).fit(TinyModule(), loader())
    assert [probe.name for probe in mine.history.probes] == ["mine"]
    with pytest.raises(ValueError, match="not in the alphabet: 'z'"):
        callback("zebra")
    with pytest.raises(ValueError, match="every=0: must be an integer of at least 1"):
        callback(every=0)


def test_the_player_holds_the_fit_and_lets_it_go_on_to_the_next_record() -> None:
    class Pauses(TinyModule):
        def training_step(self, batch: Any, index: int) -> torch.Tensor:
            if index == 3:
                send(watch.monitor.scope.player, kind="command", command="pause")
                thread.start()
            return super().training_step(batch, index)

    def press() -> None:
        wait_until(lambda: watch.monitor.scope.status == "paused")
        held.append(fit.global_step)
        send(watch.monitor.scope.player, kind="command", command="step", n=1)
        wait_until(lambda: fit.global_step == 5 and watch.monitor.scope.status == "paused")
        held.append(len(watch.monitor.history))
        send(watch.monitor.scope.player, kind="command", command="play", speed=None)

    held: list[int] = []
    watch, thread = callback(), threading.Thread(target=press)
    fit = trainer(watch, max_epochs=1)
    fit.fit(Pauses(), loader())
    thread.join(10)
    assert held == [3, 3]  # before step 3, and after the record of step 4
    assert fit.global_step == BATCHES


def wait_until(condition: Any) -> None:
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.001)
