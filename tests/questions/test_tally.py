"""Files of answers, and how often each answer was given."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from epochscope.questions import answer_file
from epochscope.questions.asked import Asked
from epochscope.questions.ballots import Ballots, Vote
from epochscope.questions.subject import Subject
from epochscope.questions.tally import read_files, tally
from tests.questions.made import Run, ask, compared, history

RUN = Run(history(["aaaa"] * 20, "aaaa"), cut="aabb", free="aaaa")
SUBJECT = Subject((RUN,))
POLL = ask("choice", RUN, prompt="?", options=["x", "y", "z"])


def filled(asked: Asked, *pages: Any, prefix: str = "p") -> Ballots:
    """Return answers: of each page its choices, one for each round; the last page was sure."""
    ballots = Ballots(asked.id)
    for i, choices in enumerate(pages):
        votes = [Vote(choice, sure=i == len(pages) - 1) for choice in choices]
        ballots.vote(f"{prefix}{i}", votes, revealed=False)
    return ballots


def rows(table: pd.DataFrame) -> list[tuple[Any, ...]]:
    """Return the rows with their labels."""
    correct = [None if value is pd.NA else bool(value) for value in table["correct"]]
    columns = (table[name].tolist() for name in ("votes", "sure", "hands"))
    return [(*index, *row) for index, *row in zip(table.index.tolist(), *columns, correct, strict=True)]


def write(path: Path, asked: Asked, ballots: Ballots) -> Path:
    path.write_bytes(answer_file.pack([(asked, ballots)]))
    return path


def test_answers_are_counted_by_round_in_their_natural_order() -> None:
    asked = ask("first_all_correct", RUN, tolerance=1)
    ballots = filled(asked, [9, 1], [-1], [0, 1], [9])
    ballots.count_hands(2, [(-1, 5), (3, 2)])
    table = tally(asked, SUBJECT, ballots)
    assert list(table.index.names) == ["round", "answer"]
    assert list(table.columns) == ["votes", "sure", "hands", "correct"]
    assert rows(table) == [
        (1, 0, 1, 0, 0, True),
        (1, 9, 2, 1, 0, False),
        (1, "never", 1, 0, 0, False),
        (2, 1, 2, 0, 0, True),
        (2, 3, 0, 0, 2, False),
        (2, "never", 0, 0, 5, False),
    ]
    assert table.loc[(1, "never"), "votes"] == 1


def test_options_and_runs_that_nobody_chose_are_rows_too_and_a_poll_has_no_right_answer() -> None:
    assert rows(tally(POLL, SUBJECT, filled(POLL, [2]))) == [
        (1, "x", 0, 0, 0, None),
        (1, "y", 0, 0, 0, None),
        (1, "z", 1, 1, 0, None),
    ]
    race = compared(RUN, Run(history(["bbbb"], "aaaa"), done=True))
    asked = ask("which_run", race)
    assert rows(tally(asked, race, filled(asked, [-1]))) == [
        (1, "one", 0, 0, 0, True),
        (1, "two", 0, 0, 0, False),
        (1, "none", 1, 1, 0, False),
    ]


def test_positions_are_a_text_and_nothing_has_a_name() -> None:
    asked = ask("memory_cut", RUN, after=0)
    table = tally(asked, SUBJECT, filled(asked, [(2, 3)], [()], [(2,)]))
    assert rows(table) == [(1, "nothing", 1, 0, 0, False), (1, "2", 1, 1, 0, False), (1, "2, 3", 1, 0, 0, True)]
    assert table.loc[(1, "2, 3"), "votes"] == 1


def test_without_an_answer_there_is_an_empty_table() -> None:
    asked = ask("last_learned", RUN)
    table = tally(asked, SUBJECT, Ballots(asked.id))
    assert (len(table), list(table.columns)) == (0, ["votes", "sure", "hands", "correct"])


def test_a_page_in_several_files_is_counted_once_and_hands_are_added(tmp_path: Path) -> None:
    one = filled(POLL, [0], [1])
    one.count_hands(1, [(0, 2)])
    two = filled(POLL, [0, 2], [1])
    two.count_hands(1, [(0, 3), (1, 1)])
    paths = [write(tmp_path / "one.json", POLL, one), write(tmp_path / "two.json", POLL, two)]
    for given_paths in (paths, tmp_path, str(tmp_path), str(tmp_path / "*.json"), (str(each) for each in paths)):
        found = read_files(given_paths, POLL, SUBJECT, stacklevel=1)
        assert {page: [vote.choice for _, vote in ballot.votes] for page, ballot in found.pages.items()} == {
            "p0": [0, 2],
            "p1": [1],
        }
        assert (found.hands(1), found.hands(2)) == ({0: 5, 1: 1}, {})
    assert read_files(paths[0], POLL, SUBJECT, stacklevel=1).hands(1) == {0: 2}
    assert read_files([paths[0], str(paths[0]), tmp_path / "o*.json"], POLL, SUBJECT, stacklevel=1).hands(1) == {0: 2}


def test_a_file_may_hold_several_texts_that_were_copied_one_after_the_other(tmp_path: Path) -> None:
    texts = [answer_file.pack([(POLL, filled(POLL, [i], prefix=name))]).decode() for i, name in enumerate("abc")]
    path = tmp_path / "pasted.txt"
    path.write_text("\ufeff\n" + "\r\n\n ".join(texts) + "  \n", "utf-8")
    assert sorted(read_files(tmp_path, POLL, SUBJECT, stacklevel=1).pages) == ["a0", "b0", "c0"]


def test_a_file_without_an_answer_to_the_question_is_named(tmp_path: Path) -> None:
    other = ask("choice", RUN, prompt="another", options=["x", "y"])
    path = write(tmp_path / "other.json", other, filled(other, [1]))
    with pytest.warns(UserWarning, match=r"other\.json: has no answer to this question"):
        assert len(read_files(path, POLL, SUBJECT, stacklevel=1)) == 0


def test_more_pages_than_a_kernel_keeps_are_counted_in_files(tmp_path: Path) -> None:
    for i in range(3):
        write(tmp_path / f"{i}.json", POLL, filled(POLL, *[[0]] * 600, prefix=f"{i} "))
    assert len(read_files(tmp_path, POLL, SUBJECT, stacklevel=1)) == 1800


def document(**changes: Any) -> dict[str, Any]:
    return {**json.loads(answer_file.pack([(POLL, filled(POLL, [0]))])), **changes}


def answer(**changes: Any) -> dict[str, Any]:
    (found,) = document()["answers"]
    return {**found, **changes}


DAMAGED = [
    "",
    "  ",
    "hello",
    "[]",
    "{}",
    "null",
    "[" * 100_000,
    '{"format": "epochscope-answers"}',
    json.dumps(document()) + "x",
    json.dumps(document(version=2)),
    json.dumps(document(format="other")),
    json.dumps(document(answers=3)),
    json.dumps(document(answers="abc")),
    json.dumps(document(answers=[3])),
    json.dumps(document(answers=[answer(page=3)])),
    json.dumps(document(answers=[answer(rounds=[{"choice": 0}])])),
    json.dumps(document(answers=[answer(rounds=[{"choice": 0, "sure": 1}])])),
    json.dumps(document(answers=[answer(rounds=3 * [{"choice": 0, "sure": True}])])),
    json.dumps(document(answers=[answer(revealed="yes")])),
    json.dumps(document(answers=[answer(rounds=[{"choice": 3, "sure": True}])])),
    json.dumps(document(answers=[answer(rounds=[{"choice": [0], "sure": True}])])),
    json.dumps(document(answers=[answer(rounds=[{"choice": {}, "sure": True}])])),
    json.dumps(document(hands=[{"question": POLL.id, "rounds": [[[0, -1]]]}])),
    json.dumps(document(hands=[{"question": POLL.id, "rounds": [[[9, 1]]]}])),
    json.dumps(document(hands=[{"question": POLL.id, "rounds": [[[0, 1, 2]]]}])),
    json.dumps(document(hands=[{"question": POLL.id, "rounds": [[], [], []]}])),
    json.dumps(document(hands=[{"question": POLL.id}])),
]


@pytest.mark.parametrize("text", DAMAGED, ids=range(len(DAMAGED)))
def test_a_file_that_holds_no_answers_is_named(tmp_path: Path, text: str) -> None:
    path = tmp_path / "broken.json"
    path.write_text(text, "utf-8")
    with pytest.raises(ValueError, match=r"broken\.json: (must be a file that save_answers wrote|does not fit)"):
        read_files(path, POLL, SUBJECT, stacklevel=1)


def test_bytes_that_are_no_text_and_a_file_that_is_too_large_are_named(tmp_path: Path, monkeypatch: Any) -> None:
    path = tmp_path / "broken.json"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ValueError, match=r"broken\.json: must be a file"):
        read_files(path, POLL, SUBJECT, stacklevel=1)
    monkeypatch.setattr(answer_file, "MAX_BYTES", 2)
    with pytest.raises(ValueError, match="more than 2 bytes"):
        read_files(path, POLL, SUBJECT, stacklevel=1)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.floats() | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["question", "rounds", "page", "choice", "sure", "revealed"]), inner, max_size=4
        )
    ),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from(["version", "answers", "hands", "questions", "format"]), json_values))
def test_whatever_a_file_holds_it_is_read_or_refused_by_a_value_error(changes: dict[str, Any]) -> None:
    found = answer_file.Found([], [[], []])
    for each in (document(**changes), document(answers=[answer(rounds=changes.get("answers"))])):
        with contextlib.suppress(ValueError, TypeError, KeyError):
            for value in answer_file._documents(json.dumps(each)):
                answer_file._collect(value, POLL.id, found)


def test_what_is_no_path_or_matches_nothing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TypeError, match="paths=3: must be a path"):
        read_files(3, POLL, SUBJECT, stacklevel=1)
    with pytest.raises(TypeError, match="paths: 3 is no path"):
        read_files([3], POLL, SUBJECT, stacklevel=1)
    for nothing in (tmp_path, str(tmp_path / "*.json")):
        with pytest.raises(ValueError, match="has no file of answers"):
            read_files(nothing, POLL, SUBJECT, stacklevel=1)
    with pytest.raises(FileNotFoundError):
        read_files(tmp_path / "missing.json", POLL, SUBJECT, stacklevel=1)


def test_a_file_has_the_question_without_what_tells_the_answer() -> None:
    asked = ask("choice", RUN, prompt="?", options=["x", "y"], answer=1, why="since", hold=True)
    (question,) = json.loads(answer_file.pack([(asked, Ballots(asked.id))]))["questions"]
    assert set(question) == {
        *("id", "generation", "kind", "prompt", "options", "run", "shown", "epoch", "position", "after", "what"),
        *("given", "by", "tolerance"),
    }
