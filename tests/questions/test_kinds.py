"""The right answers follow from recordings."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from epochscope.questions.asked import Asked
from epochscope.questions.subject import Subject
from tests.questions.made import ALPHABET, TARGETS, Run, ask, compared, grow, history, update

texts = st.lists(st.text("abcd", min_size=4, max_size=4), min_size=1, max_size=12)
some_targets = st.text("abcd.", min_size=4, max_size=4).filter(lambda text: text != "....")


def all_correct(text: str, targets: str) -> bool:
    return all(token in (".", said) for said, token in zip(text, targets, strict=True))


def first_all_correct(predictions: list[str], targets: str) -> int:
    """Return the first epoch that is all correct, -1 if none is, one token at a time."""
    return next((epoch for epoch, text in enumerate(predictions) if all_correct(text, targets)), -1)


def last_learned(predictions: list[str], targets: str) -> list[int]:
    """Return the positions that are learned last, one token at a time."""
    since = {}
    for position, target in enumerate(targets):
        if target != ".":
            epoch = len(predictions)
            while epoch > 0 and predictions[epoch - 1][position] == target:
                epoch -= 1
            since[position] = epoch
    return [position for position, epoch in since.items() if epoch == max(since.values())]


@given(texts, some_targets, st.data())
def test_the_prediction_is_the_token_at_the_position(predictions: list[str], targets: str, data: st.DataObject) -> None:
    epoch = data.draw(st.integers(0, len(predictions) - 1))
    position = data.draw(st.integers(0, 3))
    asked = ask("prediction", Run(history(predictions, targets)), epoch=epoch, position=position)
    assert asked.answer == ("abcd".index(predictions[epoch][position]),)


@given(texts, some_targets, st.data())
def test_all_are_first_correct_at_the_first_such_epoch_up_to_the_last_that_counts(
    predictions: list[str], targets: str, data: st.DataObject
) -> None:
    epoch = data.draw(st.integers(0, len(predictions) - 1))
    asked = ask("first_all_correct", Run(history(predictions, targets)), epoch=epoch)
    assert asked.answer == (first_all_correct(predictions[: epoch + 1], targets),)


@given(texts, some_targets, st.data())
def test_the_last_learned_positions_are_those_that_stay_correct_from_the_latest_epoch_on(
    predictions: list[str], targets: str, data: st.DataObject
) -> None:
    epoch = data.draw(st.integers(0, len(predictions) - 1))
    asked = ask("last_learned", Run(history(predictions, targets)), epoch=epoch)
    assert list(asked.answer or ()) == last_learned(predictions[: epoch + 1], targets)


@given(texts, some_targets)
def test_without_an_epoch_learning_ends_at_the_first_epoch_that_is_all_correct(
    predictions: list[str], targets: str
) -> None:
    asked = ask("last_learned", Run(history(predictions, targets), done=True))
    first = first_all_correct(predictions, targets)
    end = len(predictions) - 1 if first < 0 else first
    assert (asked.epoch, list(asked.answer or ())) == (end, last_learned(predictions[: end + 1], targets))


@given(st.text("abcd", min_size=4, max_size=4), st.text("abcd", min_size=4, max_size=4), some_targets)
def test_a_memory_cut_changes_the_positions_that_are_predicted_otherwise(text: str, cut: str, targets: str) -> None:
    asked = ask("memory_cut", Run(history([text], targets), cut=cut), after=0)
    assert asked.answer == (tuple(i for i in range(4) if text[i] != cut[i]),)


@given(st.text("abcd", min_size=4, max_size=4), some_targets)
def test_a_free_run_parts_at_the_first_position_that_has_another_target(free: str, targets: str) -> None:
    asked = ask("free_run", Run(history(["aaaa"], targets), free=free))
    parts = [i for i in range(4) if targets[i] not in (".", free[i])]
    assert asked.answer == ((parts[0] if parts else -1),)


@given(st.lists(texts, min_size=2, max_size=3), some_targets, st.data())
def test_the_run_that_is_all_correct_first_wins(runs: list[list[str]], targets: str, data: st.DataObject) -> None:
    longest = max(map(len, runs))
    epoch = data.draw(st.integers(0, longest - 1))
    asked = ask("which_run", compared(*(Run(history(each, targets), done=True) for each in runs)), epoch=epoch)
    found = [first_all_correct(each[: epoch + 1], targets) for each in runs]
    reached = [first for first in found if first >= 0]
    assert list(asked.answer or ()) == (
        [i for i, first in enumerate(found) if first == min(reached)] if reached else [-1]
    )


@given(st.lists(texts, min_size=2, max_size=3), some_targets, st.data())
def test_the_run_with_most_correct_positions_wins_at_its_last_epoch_if_it_ended_before(
    runs: list[list[str]], targets: str, data: st.DataObject
) -> None:
    epoch = data.draw(st.integers(0, max(map(len, runs)) - 1))
    subject = compared(*(Run(history(each, targets), done=True) for each in runs))
    counts = [sum(a == b for a, b in zip(each[min(epoch, len(each) - 1)], targets, strict=True)) for each in runs]
    asked = ask("which_run", subject, by="correct", epoch=epoch)
    assert list(asked.answer or ()) == [i for i, count in enumerate(counts) if count == max(counts)]


@given(
    st.lists(
        st.lists(st.sampled_from([0.5, 1.0, 2.0, math.inf, math.nan]), min_size=1, max_size=4), min_size=2, max_size=3
    )
)
def test_the_lowest_finite_loss_wins_and_none_if_no_loss_is_finite(losses: list[list[float]]) -> None:
    runs = [Run(history(["aaaa"] * len(each), losses=each), done=True) for each in losses]
    last = [each[min(max(map(len, losses)) - 1, len(each) - 1)] for each in losses]
    finite = [loss for loss in last if math.isfinite(loss)]
    expected = [i for i, loss in enumerate(last) if loss == min(finite)] if finite else [-1]
    assert list(ask("which_run", compared(*runs), by="loss").answer or ()) == expected


def test_a_choice_is_right_if_it_was_given_as_the_answer_and_a_poll_has_none() -> None:
    def answer(right: Any) -> Any:
        return ask("choice", Run(history(["aaaa"])), prompt="?", options=["x", "y", "z"], answer=right).answer

    assert [answer(right) for right in (0, "y", [2, "x"], ("z", "z"), None)] == [(0,), (1,), (0, 2), (2,), ()]


UNTRAINED: list[tuple[str, dict[str, Any], list[Any]]] = [
    ("prediction", {"position": 3, "epoch": 2}, [None, None, None, (3,)]),
    ("first_all_correct", {}, [None, None, None, (2,)]),
    ("first_all_correct", {"epoch": 1}, [None, None, (-1,), (-1,)]),
    ("last_learned", {}, [None, None, None, (3,)]),
    ("last_learned", {"epoch": 1}, [None, None, (3,), (3,)]),
]


@pytest.mark.parametrize(("kind", "what", "answers"), UNTRAINED)
def test_an_answer_becomes_known_with_the_epoch_that_tells(kind: str, what: dict[str, Any], answers: list[Any]) -> None:
    run = Run(history([]), goal=5)
    asked = ask(kind, run, **what)
    found = [asked.answer]
    for text in ("aaaa", "abca", "abcd"):
        grow(run.history, [text])
        asked = update(asked, run)
        found.append(asked.answer)
    assert found == answers


def test_the_last_epoch_that_counts_follows_the_first_that_is_all_correct_and_never_shows_it() -> None:
    run = Run(history(["aaaa"] * 3), goal=9)
    asked = ask("last_learned", run, shown=2)
    assert (asked.epoch, asked.shown, asked.answer) == (8, 2, None)
    run.history.truncate(1)
    grow(run.history, ["abcd", "abcd"])
    asked = update(asked, run)
    assert (asked.epoch, asked.shown, asked.answer) == (1, 0, (1, 2, 3))
    run.history.truncate(1)
    assert (update(asked, run).epoch, update(asked, run).answer) == (8, None)


def test_a_race_is_decided_once_no_other_run_can_be_as_early() -> None:
    first, second = Run(history(["aaaa", TARGETS]), goal=5), Run(history(["aaaa"]), goal=5)
    subject = compared(first, second)
    asked = ask("which_run", subject)
    assert asked.answer is None
    grow(second.history, ["aaaa"])
    assert update(asked, subject).answer == (0,)
    second.history.truncate(1)
    second.done = True
    assert update(asked, subject).answer == (0,)


def test_a_run_that_goes_on_is_waited_for_and_one_that_ended_is_not() -> None:
    long, short = Run(history(["aaaa"] * 3, losses=[3, 2, 1]), done=True), Run(history(["aaaa"], losses=[1.5]), goal=2)
    subject = compared(long, short)
    asked = ask("which_run", subject, by="loss")
    assert (asked.epoch, asked.answer) == (2, None)
    short.done = True
    assert update(asked, subject).answer == (0,)


SHOWN: list[tuple[str, dict[str, Any], int, int]] = [
    # kind, options, cursor, what is shown. All are correct at epoch 6 of 10.
    ("prediction", {"position": 0}, 3, 3),
    ("prediction", {"position": 0}, 9, 4),
    ("prediction", {"position": 0, "epoch": 1}, 9, 0),
    ("prediction", {"position": 0, "epoch": 0}, 9, -1),
    ("first_all_correct", {}, 5, 5),
    ("first_all_correct", {}, 6, 0),
    ("first_all_correct", {"epoch": 4}, 4, 0),
    ("first_all_correct", {"epoch": 0}, 4, -1),
    ("last_learned", {}, 5, 5),
    ("last_learned", {}, 6, 0),
    ("last_learned", {"epoch": 8}, 7, 7),
    ("memory_cut", {"after": 1}, 4, 4),
    ("memory_cut", {"after": 1, "epoch": -1}, 4, 9),
    ("free_run", {}, 4, 4),
    ("free_run", {"epoch": 2}, 4, 2),
    ("choice", {"prompt": "?", "options": ["x", "y"]}, 4, 4),
    ("choice", {"prompt": "?", "options": ["x", "y"], "shown": 2}, 4, 2),
    ("first_all_correct", {"shown": 3}, 9, 3),
    ("first_all_correct", {"shown": -1}, 9, -1),
]


@pytest.mark.parametrize(("kind", "what", "cursor", "shown"), SHOWN)
def test_what_is_shown_does_not_tell(kind: str, what: dict[str, Any], cursor: int, shown: int) -> None:
    run = Run(history(["aaaa"] * 6 + [TARGETS] * 4), cut="aaaa", free="abca")
    assert ask(kind, run, cursor, **what).shown == shown


def test_nothing_is_shown_before_the_first_epoch() -> None:
    assert ask("prediction", Run(history([]), goal=3), position=0).shown == -1
    assert ask("choice", Run(history([])), prompt="?", options=["x", "y"]).shown == -1


def test_of_a_race_nothing_is_shown_from_its_decision_on() -> None:
    runs = [Run(history(["aaaa"] * n + [TARGETS] * (9 - n)), done=True) for n in (4, 6)]
    assert [ask("which_run", compared(*runs), cursor).shown for cursor in (3, 4)] == [3, 0]
    assert [ask("which_run", compared(*runs), cursor, by="loss").shown for cursor in (7, 8)] == [7, 0]


@pytest.mark.parametrize(
    ("kind", "what"),
    [
        ("prediction", {"position": 0, "epoch": 5, "shown": 5}),
        ("first_all_correct", {"shown": 6}),
        ("first_all_correct", {"epoch": 4, "shown": 4}),
        ("last_learned", {"shown": 6}),
        ("choice", {"prompt": "?", "options": ["x", "y"], "shown": 10}),
    ],
)
def test_an_epoch_that_gives_the_answer_away_is_refused_without_telling_it(kind: str, what: dict[str, Any]) -> None:
    run = Run(history(["aaaa"] * 6 + [TARGETS] * 4))
    with pytest.raises(ValueError, match=rf"shown={what['shown']}") as refused:
        ask(kind, run, **what)
    assert kind == "choice" or not any(
        digit in str(refused.value).replace(f"shown={what['shown']}", "") for digit in "0123456789"
    )


@pytest.mark.parametrize("kind", ["first_all_correct", "last_learned", "which_run"])
def test_an_epoch_that_is_not_recorded_yet_may_give_the_answer_away(kind: str) -> None:
    def asked(first: Run, shown: int) -> Asked:
        other = Run(history(["aaaa"] * 9), goal=9)
        return ask(kind, compared(first, other) if kind == "which_run" else first, shown=shown)

    run = Run(history(["aaaa"] * 3), goal=9)
    assert asked(run, 2).shown == 2
    with pytest.raises(ValueError, match="shown=3: may give the answer away, since it is not recorded yet"):
        asked(run, 3)


@pytest.mark.parametrize("kind", ["first_all_correct", "last_learned", "which_run"])
def test_what_is_shown_does_not_tell_either_once_another_epoch_does(kind: str) -> None:
    run, other = Run(history(["aaaa"] * 6 + [TARGETS]), goal=9), Run(history(["aaaa"] * 9), goal=9, done=True)
    subject = compared(run, other) if kind == "which_run" else Subject((run,))
    asked = ask(kind, subject, shown=5)
    run.history.truncate(2)
    asked = update(asked, subject)
    assert asked.shown == 1
    grow(run.history, [TARGETS])
    asked = update(asked, subject)
    assert (asked.shown, asked.answer is not None) == (1, True)


def test_tolerance_is_five_per_cent_and_at_least_one_epoch() -> None:
    def tolerance(epochs: int) -> Any:
        return ask("first_all_correct", Run(history([]), goal=epochs)).tolerance

    assert [tolerance(epochs) for epochs in (1, 20, 39, 40, 300)] == [1, 1, 1, 2, 15]
    assert ask("first_all_correct", Run(history([]), goal=9), tolerance=np.int64(0)).tolerance == 0


def test_choices_that_do_not_fit_are_refused() -> None:
    from epochscope.questions.kinds import KINDS
    from epochscope.questions.subject import Subject

    run = Run(history(["aaaa"] * 3), cut="aabb", free="aaaa")
    subject = Subject((run,))
    fits: list[tuple[Asked, list[Any], list[Any]]] = [
        (ask("prediction", run, position=0), [0, 3], [-1, 4, True, [1], None, "a", 1.0]),
        (ask("first_all_correct", run, epoch=2), [-1, 0, 2], [-2, 3, False, [0]]),
        (ask("last_learned", run), [0, 3], [-1, 4]),
        (ask("free_run", run), [-1, 3], [-2, 4]),
        (
            ask("memory_cut", run, after=0),
            [[], [0, 1], (2, 3), [0, 1, 2, 3]],
            [[1, 0], [1, 1], [4], [-1], [True], 2, "1", [None]],
        ),
        (ask("choice", run, prompt="?", options=["x", "y"]), [0, 1], [2, -1, True]),
    ]
    for asked, right, wrong in fits:
        for choice in right:
            checked = KINDS[asked.kind].check(asked, subject, choice)
            assert (list(checked) if isinstance(checked, tuple) else checked) == (
                list(choice) if isinstance(choice, tuple) else choice
            )
        for choice in wrong:
            with pytest.raises(ValueError, match="choice="):
                KINDS[asked.kind].check(asked, subject, choice)
    race = compared(run, Run(history(["aaaa"])))
    for choice in (-2, 2):
        with pytest.raises(ValueError, match="from -1 to 1"):
            KINDS["which_run"].check(ask("which_run", race), race, choice)


def test_choices_are_readable() -> None:
    from epochscope.questions.kinds import KINDS
    from epochscope.questions.subject import Subject

    run = Run(history(["aaaa"]), cut="aabb", free="aaaa")
    race = compared(run, Run(history(["aaaa"])))
    cases: list[tuple[Any, Asked, Any, Any, Any]] = [
        (Subject((run,)), ask("prediction", run, position=0), 2, "c", "c"),
        (Subject((run,)), ask("first_all_correct", run), -1, None, "never"),
        (Subject((run,)), ask("first_all_correct", run), 0, 0, 0),
        (Subject((run,)), ask("last_learned", run), 3, 3, 3),
        (Subject((run,)), ask("memory_cut", run, after=0), (1, 3), (1, 3), "1, 3"),
        (Subject((run,)), ask("memory_cut", run, after=0), (), (), "nothing"),
        (Subject((run,)), ask("free_run", run), -1, None, "nowhere"),
        (race, ask("which_run", race), 1, "two", "two"),
        (race, ask("which_run", race), -1, None, "none"),
        (Subject((run,)), ask("choice", run, prompt="?", options=["x", "y"]), 1, "y", "y"),
    ]
    for subject, asked, choice, readable, label in cases:
        kind = KINDS[asked.kind]
        assert (kind.readable(asked, subject, choice), kind.label(asked, subject, choice)) == (readable, label)
    assert ALPHABET[2] == "c"
