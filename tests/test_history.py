"""`History`: what a recording offers beyond its columns."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

from epochscope.history import History
from epochscope.recording.alphabet import Alphabet
from tests.recording import made_up


def test_learned_at_is_the_epoch_from_which_a_position_stays_correct() -> None:
    correct = [[False, True, True], [True, True, False], [True, True, True], [True, True, False]]
    history = History(Alphabet("ab"), [0, 0, 0], [1, 1, 1])
    history.append([1.0] * 4, np.eye(2, dtype=np.float32)[np.array(correct, int)])
    assert history.learned_at.tolist() == [1, 0, -1]
    history.truncate(3)
    assert history.learned_at.tolist() == [1, 0, 2]
    history.truncate(0)
    assert history.learned_at.tolist() == [-1, -1, -1]


def test_first_error_is_the_first_wrong_position_of_each_epoch() -> None:
    correct = [[False, True, True], [True, False, False], [True, True, False], [True, True, True]]
    history = History(Alphabet("ab"), [0, 0, 0], [1, 1, 1])
    assert history.first_error.tolist() == []
    history.append([1.0] * 4, np.eye(2, dtype=np.float32)[np.array(correct, int)])
    assert history.first_error.tolist() == [0, 1, 2, 3]
    assert history.first_error.dtype == np.int64


def test_first_error_skips_ignored_positions() -> None:
    """Padding of sequences of different length: deeplearningzerotoall/PyTorch lab-12_7, pytorch-seq2seq#64."""
    history = History(Alphabet("ab"), [0] * 4, [-1, 1, -1, 1])
    history.append([1.0] * 3, np.eye(2, dtype=np.float32)[[[0, 0, 0, 0], [1, 1, 0, 0], [0, 1, 0, 1]]])
    assert history.first_error.tolist() == [1, 3, 4]


def test_ignored_positions_are_never_learned_and_count_nowhere() -> None:
    """Padding of sequences of different length: deeplearningzerotoall/PyTorch lab-12_7, pytorch-seq2seq#64."""
    history = History(Alphabet("ab"), [0, 0, 0], [1, -1, 1])
    history.append([1.0] * 2, np.eye(2, dtype=np.float32)[[[0, 1, 1], [1, 1, 1]]])
    assert history.learned_at.tolist() == [1, -1, 0]
    assert repr(history).startswith("<History: 2 epochs of 3 positions (1 ignored), loss ")
    assert "2 of 2 correct" in repr(history)


def test_the_table_counts_only_positions_with_a_target() -> None:
    pytest.importorskip("pandas")
    history = History(Alphabet("ab"), [0, 0, 0], [1, -1, 1])
    history.append([1.0] * 2, np.eye(2, dtype=np.float32)[[[0, 1, 1], [1, 1, 1]]])
    table = history.to_pandas()
    assert table["n_correct"].tolist() == [1, 2]
    assert table["accuracy"].tolist() == [0.5, 1.0]
    assert table["text"].tolist() == ["abb", "bbb"]


def test_the_table_has_a_row_per_epoch() -> None:
    pytest.importorskip("pandas")
    table = made_up.history(4).to_pandas()
    assert list(table.columns) == ["loss", "lr", "n_correct", "accuracy", "text"]
    assert table.index.name == "epoch"
    assert table["text"][2] == made_up.history(4).text(2)


def test_a_table_without_pandas_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(ImportError, match="pip install pandas"):
        made_up.history(1).to_pandas()


def test_the_repr_summarizes_the_run() -> None:
    text = repr(made_up.history(3))
    assert text.startswith("<History: 3 epochs of 10 positions, loss ")
    assert text.endswith("LSTM, lr 0.1, seed 0>")


@pytest.mark.parametrize(("first", "said"), [(0, ", trained in a page>"), (3, ", trained in a page from epoch 3>")])
def test_a_recording_that_a_page_trained_says_so_also_after_it_was_saved(first: int, said: str, tmp_path: Path) -> None:
    history = made_up.history(4)
    history.metadata |= {"source": "page", "trained_in_page": first}
    history.save(tmp_path / "run.npz")
    loaded = History.load(tmp_path / "run.npz")
    assert repr(loaded).endswith(said)
    assert said[2:-1] in loaded.to_svg()
    assert "페이지에서 학습" in loaded.to_svg(lang="ko")


def test_a_recording_that_no_page_has_trained_yet_does_not_say_so() -> None:
    history = made_up.history(4)
    assert "trained in a page" not in repr(history) + history.to_svg()
    history.metadata["trained_in_page"] = 3
    assert "trained in a page" in repr(history)
    history.truncate(3)
    assert "trained in a page" not in repr(history) + history.to_svg()
    made_later = History(Alphabet("ab"), [0], [1], metadata={"trained_in_page": 0})
    assert "trained in a page" not in repr(made_later)


def test_a_picture_is_returned_or_written(tmp_path: Path) -> None:
    history = made_up.history(3)
    path = tmp_path / "run.svg"
    assert history.to_svg(1, path=path) is None
    assert path.read_text("utf-8") == history.to_svg(1)


def test_histories_are_equal_if_everything_that_is_saved_is_equal() -> None:
    history = made_up.history(3)
    assert history == made_up.history(3)
    assert history != made_up.history(3, seed=1)
    assert history != made_up.history(2)
    assert history != history.fork(3)
    assert history != 3


def test_the_table_of_a_loop_has_its_places_its_scalars_and_columns_for_each_probe() -> None:
    pandas = pytest.importorskip("pandas")
    history = made_up.loop(4, every=50)
    table = history.to_pandas()
    assert table.index.name == "step"
    assert table.index.tolist() == [0, 50, 100, 150]
    probes = [
        f"{name} {column}" for name in ("train", "held out") for column in ("loss", "n_correct", "accuracy", "text")
    ]
    assert list(table) == ["loss", "lr", *probes, "gradient norm"]
    assert table["held out loss"].tolist() == history.probe("held out").losses.tolist()
    assert table["train text"].tolist() == [history.probe("train").text(i) for i in range(4)]
    assert table["gradient norm"].isna().tolist() == [False, True, True, False]
    history.append([1.0], made_up.logits(history, 1), places=[150.5], scalars={"train accuracy": [0.3]})
    table = history.to_pandas()
    assert table.index.tolist()[-1] == 150.5
    assert table["scalar train accuracy"].tolist()[-1] == 0.3
    assert isinstance(table, pandas.DataFrame)


@pytest.mark.parametrize(
    ("axis", "place"), [("step", "step 1,500"), ("token", "1,500 tokens"), ("epoch", "epoch 1,500")]
)
def test_the_description_of_a_loop_names_its_probes_and_its_place(axis: str, place: str) -> None:
    said = repr(made_up.loop(4, every=500, axis=axis))
    assert said.startswith("<History: 4 records of 17 positions (1 ignored), probes 'train' (10), 'held out' (7), ")
    assert f", {place}, loss " in said
