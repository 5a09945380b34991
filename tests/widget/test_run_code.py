"""The program of a run on the wire and in exported pages."""

from __future__ import annotations

import json
import re
from base64 import b64decode
from dataclasses import replace
from typing import Any

import pytest
import torch
from torch import nn

from epochscope import Comparison, EpochScope, History, Trainer, compare
from epochscope.widget import run_code


def code_of(scope: EpochScope) -> dict[str, Any]:
    return scope._display.player.get_state("code")["code"]


def embedded(page: str | None, name: str = "code") -> dict[str, Any]:
    found = re.search(f'id="epochscope-{name}">([^<]*)<', page or "")
    assert found is not None
    return json.loads(b64decode(found[1]))


def test_a_page_has_the_program_and_the_spec_of_the_run() -> None:
    scope = EpochScope("hihello", seed=2)
    scope.train(5)
    code = code_of(scope)
    assert code == {"code": scope.code(), "spec": scope.spec_url(), "epochs": 5}
    assert embedded(scope.to_html(chart=False)) == code


def test_before_the_first_epoch_it_is_that_of_the_run_to_come() -> None:
    scope = EpochScope("hihello", epochs=70)
    assert code_of(scope)["epochs"] == 0
    assert "for epoch in range(70):" in code_of(scope)["code"]


def test_it_is_sent_when_the_run_stops_and_not_for_each_epoch(monkeypatch: pytest.MonkeyPatch) -> None:
    scope = EpochScope("hihello", epochs=200)
    sent: list[str | None] = []
    written: list[dict[str, Any]] = []
    pack = run_code.pack_code

    def packing(run: Any) -> dict[str, Any]:
        written.append(pack(run))
        return written[-1]

    monkeypatch.setattr("epochscope.widget.channel.pack_code", packing)
    player = scope._display.player
    monkeypatch.setattr(player, "send_state", lambda key=None: sent.append(key))
    scope.train()
    assert sent.count("code") == 1
    scope.rewind(100)
    assert sent.count("code") == 2
    state = player.get_state("code")["code"]
    assert state["epochs"] == 100
    assert len(written) == 1


def test_while_it_trains_a_new_page_gets_none(monkeypatch: pytest.MonkeyPatch) -> None:
    run = EpochScope("hihello")._run
    training = replace(run.status(), state="training")
    monkeypatch.setattr(run, "status", lambda: training)
    assert run_code.pack_code(run) == {}


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"model": nn.RNN(5, 5, batch_first=True)}, "network of your own"),
        ({"criterion": nn.CrossEntropyLoss(label_smoothing=0.1)}, "criterion"),
        ({"optimizer": torch.optim.Adagrad}, "Adagrad"),
    ],
)
def test_a_run_with_parts_of_its_own_says_why_it_has_none(options: dict[str, Any], sentence: str) -> None:
    scope = EpochScope("hihello", **options)
    scope.train(2)
    assert code_of(scope) == {"refused": "own"}
    assert embedded(scope.to_html(chart=False)) == {"refused": "own"}
    for code in (scope.code, scope.trainer.code):
        with pytest.raises(ValueError, match=rf"^code\(\): .*{sentence}"):
            code()


def test_a_file_of_an_earlier_version_and_a_page_say_why_they_have_none() -> None:
    history = Trainer("hihello").train(3)
    del history.metadata["spec"]
    assert run_code.pack_recorded_code(history) == {"refused": "unknown"}
    history.metadata["trained_in_page"] = 1
    assert run_code.pack_recorded_code(history) == {"refused": "page"}
    history.metadata["source"] = "monitor"
    assert run_code.pack_recorded_code(history) == {"refused": "loop"}


def test_a_text_that_is_very_long_has_none_in_the_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run_code, "MAX_TEXT", 5)
    assert run_code.pack_recorded_code(Trainer("hihello").train(1)) == {"refused": "long"}


def test_a_spec_that_is_too_long_for_an_address_is_left_out() -> None:
    history = Trainer("ab" * 2_500).train(1)
    assert run_code.pack_recorded_code(history).keys() == {"code", "epochs"}


def test_a_replayed_file_has_the_program_of_the_recording(tmp_path: Any) -> None:
    trainer = Trainer("hihello", cell="gru")
    trainer.train(4).save(tmp_path / "run.npz")
    replayed = EpochScope.from_history(History.load(tmp_path / "run.npz"))
    assert code_of(replayed)["code"] == replayed.code() == trainer.code()


def test_each_run_of_a_comparison_has_its_own() -> None:
    compared: Comparison = compare("hihello", cell=["rnn", "lstm"])
    compared.train(3)
    codes = compared._display.player.get_state("codes")["codes"]
    assert [code["code"] for code in codes] == [compared[name].code() for name in ("RNN", "LSTM")]
    page = compared.to_html(chart=False)
    assert [embedded(page, f"code-{run}") for run in range(2)] == codes
