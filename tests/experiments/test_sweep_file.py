"""Files of sweeps: what is restored, and what is refused."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from typing import Any

import pytest

from epochscope import Alphabet, Comparison, History, compare
from epochscope.experiments import sweep_file
from epochscope.experiments.sweep_training import SweepTraining
from tests.recording.test_comparison_file import forged, members

from .runs import dropped, failing, make, trained


@pytest.fixture(scope="module")
def sweep() -> SweepTraining:
    return trained(seeds=2, epochs=5, cell=["rnn", "lstm"], lr=[0.1, 0.01])


@pytest.fixture
def data(sweep: SweepTraining) -> bytes:
    return sweep_file.pack(sweep.runs)


def test_a_file_restores_options_recordings_and_figures(sweep: SweepTraining, data: bytes) -> None:
    runs = sweep_file.unpack(data)
    assert runs.table().equals(sweep.runs.table())
    assert runs.summary.text == "hihello"
    assert [runs.history(run) for run in range(8)] == [sweep.runs.history(run) for run in range(8)]
    assert sweep_file.pack(runs) == data


def test_what_is_left_of_a_file_can_be_trained() -> None:
    begun, whole = make(seeds=3, cell=["rnn", "gru"]), trained(seeds=3, cell=["rnn", "gru"])
    runs = sweep_file.unpack(sweep_file.pack(begun.runs))
    assert runs.waiting == list(range(6))
    again = SweepTraining(runs)
    assert (again.state, again.can_resume) == ("stopped", True)
    again.start()
    assert again.wait(60)
    assert again.runs.table().equals(whole.runs.table())


def test_options_that_json_has_not_are_saved_as_labels_and_cannot_be_trained_again() -> None:
    sweep = trained(text="hi lo", epochs=12, seeds=2, alphabet=Alphabet("hilo "), readout=[True, False])
    assert sweep_file.unpack(sweep_file.pack(sweep.runs)).grid.fixed["alphabet"] == Alphabet("hilo ")
    begun = make(model=[dropped, failing], window=[None, 3])
    runs = sweep_file.unpack(sweep_file.pack(begun.runs))
    assert runs.grid.axes == begun.runs.grid.axes
    again = SweepTraining(runs)
    assert not again.can_resume
    with pytest.raises(ValueError, match=r"^model: a file cannot hold functions and modules"):
        again.start()


def test_failures_are_kept() -> None:
    sweep = trained(seeds=4, model=failing)
    runs = sweep_file.unpack(sweep_file.pack(sweep.runs))
    assert runs.table().equals(sweep.runs.table())
    assert runs.state(1).message == "OSError: no such layer"


def test_other_files_name_what_reads_them(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"this file holds a sweep; use epochscope.Sweep.load\(path\)"):
        History.from_bytes(data)
    with pytest.raises(ValueError, match=r"a single recording; use epochscope.EpochScope.load\(path\)"):
        sweep_file.unpack(History.to_bytes(trained(seeds=1).runs.history(0)))


def test_a_comparison_is_not_a_sweep_nor_a_sweep_a_comparison(data: bytes, tmp_path: Any) -> None:
    comparison = compare("hihello", cell=["rnn", "lstm"], epochs=2)
    comparison.train()
    comparison.save(tmp_path / "both.npz")
    with pytest.raises(ValueError, match=r"holds a comparison; use epochscope.Comparison.load\(path\)"):
        sweep_file.unpack((tmp_path / "both.npz").read_bytes())
    (tmp_path / "sweep.npz").write_bytes(data)
    with pytest.raises(ValueError, match=r"holds a sweep; use epochscope.Sweep.load\(path\)"):
        Comparison.load(tmp_path / "sweep.npz")


@pytest.mark.parametrize("at", [0.01, 0.3, 0.6, 0.97])
def test_a_damaged_or_truncated_file_is_refused(data: bytes, at: float) -> None:
    i = int(at * len(data))
    for broken in (data[:i], data[:i] + bytes([data[i] ^ 1]) + data[i + 1 :]):
        with pytest.raises(ValueError, match="cannot read this sweep"):
            sweep_file.unpack(broken)


def header(change: Callable[[dict[str, Any]], Any]) -> Callable[[dict[str, Any]], None]:
    def apply(contents: dict[str, Any]) -> None:
        fields = json.loads(contents["header.json"])
        change(fields)
        contents["header.json"] = fields

    return apply


FORGED = [
    (header(lambda h: h.update(version=2)), "its version is 2, expected 1; update epochscope"),
    (header(lambda h: h.update(format="x")), "its format is 'x', expected 'epochscope sweep'"),
    (header(lambda h: h.update(seeds=[0])), "it has runs that its options do not: run-4.npz"),
    (header(lambda h: h.update(epochs=-1)), "epochs=-1: must be an integer"),
    (header(lambda h: h.update(epochs=4)), "run 0: it has 5 epochs, expected at most 4"),
    (header(lambda h: h.update(positions="x")), "positions='x': must be an integer"),
    (header(lambda h: h.update(seeds=[0, 0])), "seeds: 0 occurs twice"),
    (header(lambda h: h.update(seeds=100_000_000)), "seeds=100000000: must be an integer"),
    (header(lambda h: h["varied"].update(lr=[])), "there is no value"),
    (header(lambda h: h.update(messages={"99": "no"})), "it has runs that its options do not: 99"),
    (header(lambda h: h.pop("text")), "KeyError"),
    (lambda contents: contents.update({"run-77.npz": b""}), "it has runs that its options do not: run-77.npz"),
    (lambda contents: contents.update({"run-3.npz": b"no zip"}), "run 3: cannot read this recording"),
    (lambda contents: contents.pop("header.json"), "header.json"),
]


@pytest.mark.parametrize(("change", "message"), FORGED, ids=[message for _, message in FORGED])
def test_a_forged_file_is_refused(data: bytes, change: Callable[[dict[str, Any]], None], message: str) -> None:
    contents = members(data)
    change(contents)
    with pytest.raises(ValueError, match="cannot read this sweep") as caught:
        sweep_file.unpack(forged(contents))
    assert message in str(caught.value)


def test_a_file_that_would_take_too_much_memory_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match="pass a larger max_bytes"):
        sweep_file.unpack(data, max_bytes=len(data) - 1)


def test_more_runs_than_a_comparison_has_members_can_be_saved() -> None:
    sweep = make(seeds=300, epochs=1)
    recording = trained(seeds=1, epochs=1).runs.recordings[0]
    from epochscope.experiments.job import Outcome

    for run in range(300):
        sweep.runs.add(Outcome(run, recording))
    data = sweep_file.pack(sweep.runs)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert len(archive.namelist()) == 301
    assert sweep_file.unpack(data).done == 300
