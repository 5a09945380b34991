"""The program of a run repeats its losses bit for bit, and can be read by a student."""

from __future__ import annotations

import ast
import contextlib
import io
import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch

from epochscope.recording.run_script import script
from epochscope.recording.run_spec import Change, RunSpec
from epochscope.training.trainer import Trainer
from tests.thoroughness import count

from .classic import LONG_SENTENCE, SENTENCE
from .random_runs import random_run


@pytest.fixture(autouse=True)
def torchs_global_state() -> Iterator[None]:
    """Restore what the programs change: the number of threads and the random state."""
    threads, state = torch.get_num_threads(), torch.get_rng_state()
    yield
    torch.set_num_threads(threads)
    torch.set_rng_state(state)


def run(code: str) -> tuple[list[float], list[str]]:
    """Run a program; return its losses and the lines that it printed."""
    names: dict[str, Any] = {"__name__": "__main__"}
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(code, "run.py", "exec"), names)
    return names["losses"], printed.getvalue().split("\n")[:-1]


def same(losses: list[float], recorded: list[float]) -> bool:
    """Return whether losses are equal bit for bit; a NaN equals another one."""
    return list(map(float.hex, losses)) == list(map(float.hex, recorded))


def test_the_program_of_the_classic_lab_repeats_its_losses_and_prints_its_texts() -> None:
    history = Trainer(SENTENCE).train(50)
    losses, printed = run(script(RunSpec(SENTENCE, epochs=50)))
    assert losses == history.losses.tolist()
    assert printed == [f"{epoch} {history.losses[epoch].item()} {history.text(epoch)}" for epoch in range(50)]


def test_windows_are_printed_as_one_text() -> None:
    options: Any = {"cell": "rnn", "num_layers": 2, "readout": True, "window": 10}
    history = Trainer(LONG_SENTENCE, **options).train(3)
    losses, printed = run(script(RunSpec(LONG_SENTENCE, epochs=3, **options)))
    assert losses == history.losses.tolist()
    assert printed[2].endswith(f" {history.text(2)}")


@pytest.mark.parametrize("number", range(count(15, 150)))
def test_a_random_run_is_repeated_bit_for_bit(number: int) -> None:
    trainer = random_run(random.Random(number))
    code = trainer.code()
    losses, _ = run(code)
    assert same(losses, trainer.history.losses.tolist()), code


def test_it_runs_as_a_file_in_another_process(tmp_path: Path) -> None:
    text = '나는 생각한다 😀 "so" it\'s\x00\n' * 3
    history = Trainer(text, seed=5, forget_bias=1.0, readout=True, hidden_size=7).train(8)
    code = script(RunSpec(text, seed=5, forget_bias=1.0, readout=True, hidden_size=7, epochs=8))
    (tmp_path / "run.py").write_text(f"{code}\nprint('losses', *map(float.hex, losses))\n", encoding="utf-8")
    command = [sys.executable, "-X", "utf8", "-W", "error", "run.py"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, encoding="utf-8", check=True)
    assert done.stdout.splitlines()[-1].split()[1:] == [loss.hex() for loss in history.losses.tolist()]
    assert done.stderr == ""


def test_a_text_of_several_kilobytes_is_repeated() -> None:
    choose = random.Random(1)
    text = "".join(choose.choice(("word ", "한국어 ", "\n", "x" * 300 + " ", "\u202e")) for _ in range(60))
    code = script(RunSpec(text, cell="rnn", epochs=2))
    losses, _ = run(code)
    assert losses == Trainer(text, cell="rnn").train(2).losses.tolist()
    assert max(map(len, code.splitlines())) <= 100


@pytest.mark.thorough
def test_a_large_network_is_repeated_with_the_threads_of_the_recording() -> None:
    text = (LONG_SENTENCE + " ") * 8
    options: Any = {"readout": True, "hidden_size": 64, "num_layers": 2}
    history = Trainer(text, **options).train(3)
    code = script(RunSpec(text, epochs=3, **options))
    assert "set_num_threads" not in code
    assert "the number of threads" in " ".join(code.replace("\n# ", " ").split())
    assert run(code)[0] == history.losses.tolist()


def test_a_run_that_diverged_ends_with_the_loss_that_is_not_finite() -> None:
    options: Any = {"optimizer": "sgd", "lr": 3e38, "readout": True}
    trainer = Trainer("hihello", **options)
    trainer.run(20)
    assert trainer.diverged
    losses, _ = run(script(RunSpec("hihello", epochs=len(trainer.history), **options)))
    assert same(losses, trainer.history.losses.tolist())


def test_options_that_torch_refuses_to_make_an_optimizer_with_are_set_in_the_loop() -> None:
    trainer = Trainer("hihello", optimizer="sgd")
    settings = (("dampening", 0.25), ("momentum", 0.5), ("nesterov", True))
    trainer.optimizer.param_groups[0].update(settings)
    history = trainer.train(5)
    code = script(RunSpec("hihello", optimizer="sgd", epochs=5, changes=(Change(0, settings),)))
    assert run(code)[0] == history.losses.tolist()


def test_the_program_is_short_has_no_long_lines_and_uses_every_name() -> None:
    code = script(RunSpec(SENTENCE))
    lines = code.splitlines()
    assert len([line for line in lines if line and not line.startswith("#")]) <= 40
    tree = ast.parse(code)
    stored = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    loaded = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}
    assert stored - {"_"} <= loaded
    modules = [node.module if isinstance(node, ast.ImportFrom) else node.names[0].name for node in tree.body[:2]]  # type: ignore[union-attr]
    assert modules == ["torch", "torch"]
    assert "epochscope" not in "\n".join(line for line in lines if not line.startswith("#"))


@pytest.mark.parametrize("number", range(20))
def test_a_linter_finds_nothing_in_the_program_of_a_random_run(number: int, tmp_path: Path) -> None:
    pytest.importorskip("ruff")
    file = tmp_path / "run.py"
    file.write_text(random_run(random.Random(number), most=1).code(), encoding="utf-8")
    options = ["--isolated", "--select=E,F,W,I,B,UP,C4,SIM", "--line-length=100", "--quiet"]
    done = subprocess.run(
        [sys.executable, "-m", "ruff", "check", *options, file], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout


def test_nothing_of_a_text_is_evaluated() -> None:
    text = "\"\"\" + __import__('os').getcwd() + '''\\\n# {text}\u2028import os"
    names = [node for node in ast.walk(ast.parse(script(RunSpec(text)))) if isinstance(node, ast.Constant)]
    assert text in [node.value for node in names]
    assert "getcwd" not in {
        node.attr for node in ast.walk(ast.parse(script(RunSpec(text)))) if isinstance(node, ast.Attribute)
    }


def test_changes_after_the_last_epoch_are_left_out() -> None:
    assert "changes" not in script(RunSpec("hihello", epochs=5, changes=(Change(5, (("lr", 0.01),)),)))
