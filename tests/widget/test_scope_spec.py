"""A scope is made again from the spec of another one."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest

import epochscope
from epochscope.widget.compare import compare
from epochscope.widget.monitor import monitor
from epochscope.widget.scope import EpochScope


def recorded(epochs: int = 30) -> EpochScope:
    scope = EpochScope("hi hello", seed=2, epochs=epochs, cell="gru")
    scope.train(10)
    scope.trainer.lr = 0.01
    scope.train()
    return scope


def test_a_scope_from_a_spec_repeats_the_run() -> None:
    scope = recorded()
    for spec in (scope.spec(), scope.spec_url(), scope.spec_url("https://example.org/playground.html")):
        again = EpochScope.from_spec(spec, lang="ko")
        assert (len(again.history), again.status, again.verify().outcome) == (0, "idle", "unfinished")
        again.train()
        assert again.status == "finished"
        assert again.verify()
        assert again.history == scope.history
        assert again.spec() == scope.spec()


def test_a_run_from_a_spec_is_exact_in_the_background_and_by_steps() -> None:
    scope, again = recorded(), EpochScope.from_spec(recorded().spec())

    async def play() -> None:
        again.play(speed=None, epochs=7)
        await again.finished()
        again.step(5)
        again.rewind(4)
        again.step()
        again.branch(2)
        again.play(speed=None)
        await again.finished()

    asyncio.run(play())
    assert again.verify()
    assert again.history.losses.tolist() == scope.history.losses.tolist()


def test_a_file_has_the_spec(tmp_path: Path) -> None:
    scope = recorded()
    scope.save(tmp_path / "run.npz")
    loaded = EpochScope.load(tmp_path / "run.npz")
    assert loaded.spec() == scope.spec()
    assert loaded.spec_url() == scope.spec_url()
    assert loaded.verify(scope.spec())
    assert loaded.verify().outcome == "unknown"


def test_a_file_tells_the_spec_without_torch(tmp_path: Path) -> None:
    scope = recorded()
    scope.save(tmp_path / "run.npz")
    program = (
        "import sys; sys.modules['torch'] = None\n"
        "from epochscope.widget.scope import EpochScope\n"
        f"print(EpochScope.load({str(tmp_path / 'run.npz')!r}).spec())\n"
        "try: EpochScope.from_spec('epochscope:1?text=ab')\n"
        "except ImportError as error: print(error)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    spec, refused = done.stdout.splitlines()
    assert spec == str(scope.spec())
    assert "torch" in refused.lower()


def test_the_runs_of_a_comparison_and_of_a_file_of_it_have_specs(tmp_path: Path) -> None:
    comparison = compare("hi hello", cell=["rnn", "gru"], epochs=5)
    comparison.train()
    specs = [run.spec() for run in comparison.runs]
    assert [spec["cell"] for spec in specs] == ["rnn", "gru"]
    comparison.save(tmp_path / "both.npz")
    assert [run.spec() for run in epochscope.Comparison.load(tmp_path / "both.npz").runs] == specs


def test_a_loop_of_the_user_has_no_spec() -> None:
    watched = monitor("hello")
    with pytest.raises(ValueError, match=r"spec\(\): a training loop of your own"):
        watched.scope.spec()


def test_branches_change_what_is_told() -> None:
    scope = recorded()
    scope.branch(5, lr=0.3)
    scope.train(2)
    assert {name: value for name, value in scope.spec().items() if "@" in name} == {"lr@5": 0.3}
    scope.switch_to(0)
    assert {name: value for name, value in scope.spec().items() if "@" in name} == {"lr@10": 0.01}
