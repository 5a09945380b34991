"""`python -m epochscope sweep`."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest

from epochscope import Sweep, Trainer
from epochscope.experiments import command, sweep_file
from epochscope.experiments.command import main
from tests.thoroughness import quick_among


@pytest.fixture(autouse=True)
def _restored() -> Iterator[None]:
    """Restore what the command changes for its process."""
    show, handler = warnings.showwarning, signal.getsignal(signal.SIGTERM)
    yield
    warnings.showwarning = show
    signal.signal(signal.SIGTERM, handler)


def run(*arguments: str | Path) -> int:
    return main([*map(str, arguments)])


def test_it_writes_a_file_and_prints_the_rates(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "sweep.npz"
    assert run("hihello", "--cell", "rnn", "lstm", "--seeds", "2", "--epochs", "40", "--output", path) == 0
    runs = Sweep.load(path)
    assert (len(runs), runs.status) == (4, "finished")
    assert runs[3] == Trainer("hihello", cell="lstm", seed=1).train(40)
    out = capsys.readouterr().out.splitlines()
    assert out[0].split("   ")[-1].strip() == "at the end all correct"
    rates = runs.rates()
    assert out[1].startswith(f"RNN    {rates.ever['rnn'] * 2:.0f} of 2 (")
    assert len(out) == 3


def test_options_are_passed_with_their_types(tmp_path: Path) -> None:
    path, text = tmp_path / "sweep.npz", tmp_path / "text.txt"
    text.write_text("가나다라마", encoding="utf-8")
    options = (
        "--hidden-size 8 --num-layers 2 --readout yes no --optimizer sgd --lr 0.5 --seeds 7 9 --epochs 3 --window 2"
    )
    assert run("--text-file", text, *options.split(), "--quiet", "--backend", "threading", "--output", path) == 1
    assert run("--text-file", text, *options.replace(" no", "").split(), "--quiet", "--output", path) == 0
    runs = Sweep.load(path)
    expected = Trainer(
        "가나다라마", hidden_size=8, num_layers=2, readout=True, optimizer="sgd", lr=0.5, window=2, seed=9
    )
    assert runs[1] == expected.train(3)
    assert run("hihello", "--cell", "lstm", "--epochs", "2", "--output", tmp_path / "one.npz", "--quiet") == 0
    assert len(Sweep.load(tmp_path / "one.npz")) == 10


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--output", "new.npz"], "give either a text or --text-file FILE"),
        (
            ["hi", "--cell", "rnm", "--output", "new.npz"],
            "cell='rnm': must be one of 'rnn', 'lstm', 'gru'; did you mean",
        ),
        (["hi", "--output", "old.npz"], "exists; go on with it by --resume old.npz, or name another"),
        (["hi", "--output", "none/new.npz"], "the folder none does not exist; make it first"),
        (["hi", "--resume", "old.npz"], "text: the file given with --resume has its own; omit it"),
        (["--resume", "old.npz", "--lr", "1", "--epochs", "3"], "--lr, --epochs: the file given with --resume"),
        (["--resume", "missing.npz"], "No such file"),
        (["--resume", "old.npz"], "cannot read this sweep"),
        (["--text-file", "missing.txt", "--output", "new.npz"], "No such file"),
    ],
)
def test_mistakes_are_named(
    arguments: list[str],
    message: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("old.npz").write_bytes(b"")
    assert run(*arguments) == 1
    error = capsys.readouterr().err
    assert error.startswith("python -m epochscope sweep: ")
    assert message in error


def test_a_full_disk_at_the_end_loses_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "sweep.npz"
    write = command.write_atomic

    def full(target: Path, data: bytes) -> None:
        if target == path:
            raise OSError(28, f"path={str(target)!r}: No space left on device")
        write(target, data)

    monkeypatch.setattr(command, "write_atomic", full)
    assert run("hihello", "--seeds", "2", "--epochs", "3", "--quiet", "--output", path) == 1
    error = capsys.readouterr().err
    assert "No space left on device" in error
    other = Path(error.rsplit("written to ", 1)[1].split(" instead")[0])
    assert sweep_file.unpack(other.read_bytes()).done == 2
    other.unlink()
    other.parent.rmdir()


def test_the_file_is_written_while_runs_are_trained(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[int] = []
    write = command.write_atomic

    def noted(target: Path, data: bytes) -> None:
        written.append(sweep_file.unpack(data).done)
        write(target, data)

    monkeypatch.setattr(command, "write_atomic", noted)
    monkeypatch.setattr(command, "SAVE_EVERY_S", 0.0)
    assert run("hihello", "--seeds", "4", "--epochs", "300", "--quiet", "--output", tmp_path / "a.npz") == 0
    assert len(written) > 1
    assert written == sorted(written)
    assert written[-1] == 4


@pytest.mark.parametrize("n_jobs", quick_among(["1", "2"], "1"))
def test_an_interrupt_of_all_processes_keeps_what_is_done(n_jobs: str, tmp_path: Path) -> None:
    """As a terminal sends it: to the workers too."""
    path = tmp_path / "sweep.npz"
    program = """
import signal, sys
from epochscope.experiments import command

signal.signal(signal.SIGINT, signal.default_int_handler)  # what a shell runs in the background ignores it
command.SAVE_EVERY_S = 0.2
raise SystemExit(command.main(sys.argv[1:]))
"""
    options = ["--seeds", "12", "--epochs", "600", "--jobs", n_jobs, "--output", str(path)]
    process = subprocess.Popen(
        [sys.executable, "-c", program, "hihello", *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    deadline = time.monotonic() + 120
    while not path.exists() or not sweep_file.unpack(path.read_bytes()).done:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    os.killpg(process.pid, signal.SIGINT)
    _out, error = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Traceback" not in error
    done = sweep_file.unpack(path.read_bytes()).done
    assert 0 < done < 12
    assert f"warning: interrupted: {done} of 12 runs are done and kept" in error
    assert f"go on by: python -m epochscope sweep --resume {path}" in error
    assert run("--resume", path, "--quiet") == 0
    assert Sweep.load(path).status == "finished"


def test_the_module_can_be_run() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "epochscope", "sweep", "--help"], capture_output=True, text=True, check=True, timeout=60
    )
    assert "--resume FILE" in done.stdout
