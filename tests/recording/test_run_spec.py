"""A spec is exact: what is written as JSON, as text or as a link is read back as it was."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given

from epochscope.recording.read_spec import read_spec, spec_from_json
from epochscope.recording.run_spec import Change, RunSpec
from epochscope.recording.spec_limits import MAX_LAYERS, MAX_WEIGHTS, check_size
from epochscope.recording.spec_text import MAX_LENGTH, json_of, to_text

from .specs import specs

CLASSIC = " I think therefore I am."


@given(spec=specs())
def test_a_spec_is_read_from_its_json_as_it_was(spec: RunSpec) -> None:
    assert spec_from_json(json.loads(json.dumps(spec.to_json()))) == spec


@given(spec=specs())
def test_a_spec_is_read_from_its_text_and_its_link_as_it_was(spec: RunSpec) -> None:
    text, link = to_text(spec), to_text(spec, "https://example.org/a?b=c&text=no")
    assert text.isascii()
    assert link.isascii()
    assert read_spec(text) == read_spec(link) == read_spec(f" {text}\n") == spec


@pytest.mark.parametrize("text", ["👩‍🚀 ok", "\0a", "a\nb\r\n\tc", "a+b c%20&text=x#y", "é é", ("ab", "a", " ", "\n")])
def test_every_text_is_kept_exactly(text: str | tuple[str, ...]) -> None:
    spec = RunSpec(text)
    assert read_spec(to_text(spec)).text == read_spec(spec.to_json()).text == text


def test_the_json_has_what_differs_from_the_classic_lab_only() -> None:
    assert RunSpec(CLASSIC).to_json() == {"text": CLASSIC}
    changed = RunSpec("hihello", cell="gru", seed=9, epochs=100, changes=(Change(80, (("lr", 0.01),)),))
    assert changed.to_json() == {"text": "hihello", "cell": "gru", "seed": 9, "epochs": 100, "lr@80": 0.01}


def test_the_text_form_names_the_options_as_the_form_of_a_page_does() -> None:
    spec = RunSpec("hi there", readout=True, seed=9, changes=(Change(120, (("betas", (0.9, 0.99)),)),))
    fields = "text=hi%20there&cell=lstm&output=1&hidden=6&lr=0.1&seed=9&epochs=300&betas@120=0.9,0.99"
    assert to_text(spec) == f"epochscope:1?{fields}"
    assert to_text(spec, "page.html") == f"page.html#epochscope=1&{fields}"


def test_the_fragment_of_a_page_is_read() -> None:
    link = "file:///playground.html#text=a+b%2B&cell=gru&output=0&lr=0.05&seed=3&hidden=12"
    assert read_spec(link) == RunSpec("a b+", cell="gru", lr=0.05, seed=3)


def test_an_alphabet_is_left_out_if_it_is_that_of_the_text() -> None:
    assert spec_from_json({"text": "hihello", "alphabet": "ehilo"}).alphabet is None
    assert spec_from_json({"text": "hihello", "alphabet": "hielo"}).alphabet == (*"hielo",)


def test_a_size_that_is_the_number_of_tokens_is_left_out() -> None:
    assert spec_from_json({"text": "hihello", "hidden_size": 5}).hidden_size is None


def test_numbers_of_numpy_are_read() -> None:
    import numpy as np

    given: dict[str, Any] = {"text": "ab", "seed": np.int64(3), "lr": np.float64(0.3), "readout": np.bool_(True)}
    assert spec_from_json(given) == RunSpec("ab", seed=3, lr=0.3, readout=True)


def test_a_text_form_that_programs_would_cut_is_refused() -> None:
    spec = RunSpec("ab" * 2_100)
    with pytest.raises(ValueError, match=r"spec_url.*takes 4,2.* characters.*4,096.*JSON"):
        to_text(spec)
    assert len(to_text(RunSpec("ab" * 2_000))) <= MAX_LENGTH
    assert read_spec(spec.to_json()) == spec


@pytest.mark.parametrize("base", ["a#b", "a b", 5, None])
def test_a_base_that_is_no_address_is_refused(base: Any) -> None:
    with pytest.raises(ValueError, match="base="):
        to_text(RunSpec("ab"), base)


def test_the_number_of_weights_is_that_of_the_network() -> None:
    from epochscope.training.model import CharRNN

    for cell, layers, readout in (("rnn", 1, True), ("lstm", 3, True), ("gru", 2, False)):
        hidden = 7 if readout else 5
        model = CharRNN(5, cell=cell, hidden_size=hidden, num_layers=layers, readout=readout)
        weights = sum(parameter.numel() for parameter in model.parameters())
        spec = RunSpec("abcde", cell=cell, hidden_size=hidden, num_layers=layers, readout=readout)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("epochscope.recording.spec_limits.MAX_WEIGHTS", weights)
            check_size(spec)
            patch.setattr("epochscope.recording.spec_limits.MAX_WEIGHTS", weights - 1)
            with pytest.raises(ValueError, match=f"{weights:,} weights"):
                check_size(spec)
    assert (MAX_LAYERS, MAX_WEIGHTS) == (100, 10_000_000)


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"hiden_size": 5}, "did you mean hidden_size"),
        ({"cell": "lstn"}, "did you mean 'lstm'"),
        ({"lrr@5": 0.1}, r"did you mean lr@5"),
        ({"optimizer": "sgd", "momentun@5": 0.1}, r"did you mean momentum@5"),
        ({"model": "x"}, "a network of your own"),
        ({"lr@300": 0.1}, "lr@0 to lr@299"),
    ],
)
def test_a_misspelling_is_named(given: dict[str, Any], says: str) -> None:
    with pytest.raises((ValueError, TypeError), match=says):
        spec_from_json({"text": "ab", **given})


def test_an_empty_fragment_has_no_field() -> None:
    assert json_of("page.html#") == {}
