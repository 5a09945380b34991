"""What the text of lesson 7 says, against computations without the notebook."""

from __future__ import annotations

import re

import nbformat
import numpy as np
import pytest
import torch

from tests.notebooks.cells import run_cells
from tests.notebooks.comparing import committed, shown
from tests.notebooks.executed import printed

STEM = "07-real-training"
KINDS = ["a space", "a common letter", "another letter", "a closing quote"]

pytestmark = pytest.mark.usefixtures("one_thread")


@pytest.fixture(scope="module", params=["committed", pytest.param("fresh", marks=pytest.mark.thorough)])
def notebook(request: pytest.FixtureRequest) -> nbformat.NotebookNode:
    """Return the notebook with the outputs that are committed, and with those of a run on this machine."""
    return committed(STEM) if request.param == "committed" else request.getfixturevalue("run_of")(STEM).notebook


def test_a_million_characters_come_with_python(notebook: nbformat.NotebookNode) -> None:
    output = printed(notebook, "held-out")
    assert re.match(r"1,000,000 characters, \d\d different ones\n", output)
    assert output.endswith("known in text = True, made_up in text = False\n")


@pytest.mark.parametrize("network", ["GPT", "LSTM"])
def test_a_network_does_not_see_the_characters_after_a_position(network: str) -> None:
    names = run_cells(STEM, "imports", "block", "gpt-network", "lstm-network", characters=list("abcdef"), block=8)
    net = names[network]().eval()
    indices = torch.tensor([[0, 1, 2, 3, 4, 5, 0, 1]])
    other = indices.clone()
    other[0, 5:] = 2
    with torch.no_grad():
        assert torch.allclose(net(indices)[0, :5], net(other)[0, :5], atol=1e-6)
        assert not torch.allclose(net(indices)[0, 5:], net(other)[0, 5:], atol=1e-3)


def test_kinds_are_counted_at_the_right_positions() -> None:
    names = run_cells(STEM, "imports", definitions="first", characters=list('" abe'), block=7)
    text = 'abe "e" '

    class Probe:
        inputs = np.array([names["characters"].index(c) for c in text[:-1]])
        targets = np.array([names["characters"].index(c) for c in text[1:]])
        p_target = np.array([[0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7]])  # of b, e, space, quote, e, quote, space
        places = np.array([0.0])

    class History:
        def probe(self, name: str) -> Probe:
            assert name == "held out"
            return Probe()

    (row,) = names["learned"](History()).to_numpy()
    assert row.tolist() == pytest.approx([(0.3 + 0.7) / 2, 0.2, 0.1, 0.6])  # the second e is not after a letter


def test_spaces_letters_and_quotes_are_learned_in_this_order_and_the_gpt_needs_less_time_for_quotes_than_for_letters(
    notebook: nbformat.NotebookNode,
) -> None:
    rows = re.findall(r"^(a.*?) +(\d+) +(\d+)$", shown(notebook, "both"), re.MULTILINE)
    assert [kind for kind, _, _ in rows] == KINDS
    gpt, lstm = ([int(row[column]) for row in rows] for column in (1, 2))
    for steps in (gpt, lstm):
        assert steps == sorted(steps)
    assert gpt[0] == lstm[0]
    assert all(3 * lstm[kind] < gpt[kind] for kind in (1, 2)), "the GPT finds the last character late"
    assert gpt[3] < 2 * gpt[2]
    assert lstm[3] > 3 * lstm[2]


def test_on_the_plateau_the_gpt_knows_little_more_than_pairs(notebook: nbformat.NotebookNode) -> None:
    pairs = printed(notebook, "pairs")
    known = float(re.findall(r"one letter known +([\d.]+)", pairs)[0])
    losses = [float(loss) for loss in re.findall(r": loss ([\d.]+)", pairs)]
    assert known < np.mean(losses[1:3]) < known + 0.3
    assert losses[-1] < known - 0.5
