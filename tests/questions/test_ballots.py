"""The votes of pages."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from epochscope.questions.ballots import MAX_PAGES, Ballots, Vote
from epochscope.questions.registry import MAX_QUESTIONS, Registry

ONE, TWO, THREE = Vote(1, sure=True), Vote(2, sure=False), Vote((3, 4), sure=True)


def test_thirty_pages_are_thirty_votes_and_a_page_that_votes_twice_has_one() -> None:
    ballots = Ballots("a")
    for page in range(30):
        ballots.vote(f"page {page}", [ONE], revealed=False)
        ballots.vote(f"page {page}", [TWO], revealed=False)
    assert len(ballots) == 30
    assert {ballot.rounds for ballot in ballots.pages.values()} == {(ONE,)}


def test_a_vote_is_locked_and_the_second_round_follows_it() -> None:
    ballots = Ballots("a")
    assert ballots.vote("p", [ONE], revealed=False) == [(1, ONE)]
    assert ballots.vote("p", [TWO, THREE], revealed=False) == [(2, THREE)]
    assert ballots.vote("p", [TWO, TWO], revealed=False) == []
    assert ballots.vote("p", [], revealed=False) == []
    assert ballots.pages["p"].rounds == (ONE, THREE)


def test_both_rounds_may_arrive_at_once_and_no_third_one_counts() -> None:
    ballots = Ballots("a")
    assert ballots.vote("p", [ONE, TWO], revealed=True) == [(1, ONE), (2, TWO)]
    assert ballots.vote("q", [ONE, TWO, THREE], revealed=False) == [(1, ONE), (2, TWO)]


def test_a_page_that_has_seen_the_answer_does_not_vote_and_never_hides_it_again() -> None:
    ballots = Ballots("a")
    ballots.vote("p", [ONE], revealed=True)
    assert ballots.vote("p", [ONE, TWO], revealed=False) == []
    assert ballots.pages["p"] == ((ONE,), True)


def test_too_many_pages_are_refused_and_those_that_are_known_are_not() -> None:
    ballots = Ballots("a")
    for page in range(MAX_PAGES):
        ballots.vote(str(page), [ONE], revealed=False)
    with pytest.raises(ValueError, match="1,000 pages have answered"):
        ballots.vote("one more", [ONE], revealed=False)
    assert ballots.vote("0", [ONE, TWO], revealed=False) == [(2, TWO)]
    ballots.clear()
    ballots.vote("one more", [ONE], revealed=False)


def test_hands_replace_those_of_the_same_round() -> None:
    ballots = Ballots("a")
    ballots.count_hands(1, [(1, 3), (2, 0)])
    ballots.count_hands(2, [((1, 2), 4)])
    ballots.count_hands(1, [(2, 5)])
    assert ballots.hands_wire() == [{"question": "a", "rounds": [[[2, 5]], [[[1, 2], 4]]]}]
    ballots.count_hands(2, [])
    ballots.count_hands(1, [(2, 0)])
    assert ballots.hands_wire() == []


def test_the_wire_has_what_each_page_has_answered() -> None:
    ballots = Ballots("a")
    ballots.vote("p", [THREE, ONE], revealed=True)
    rounds = [{"choice": [3, 4], "sure": True}, {"choice": 1, "sure": True}]
    assert ballots.answers_wire() == [{"page": "p", "question": "a", "rounds": rounds, "revealed": True}]


def test_clearing_deletes_all_and_counts_the_generation() -> None:
    ballots = Ballots("a")
    ballots.vote("p", [ONE], revealed=True)
    ballots.count_hands(1, [(1, 3)])
    ballots.clear()
    assert (ballots.generation, len(ballots), ballots.pages, ballots.hands_wire()) == (1, 0, {}, [])
    assert ballots.vote("p", [TWO], revealed=False) == [(1, TWO)]


def test_listeners_are_notified_of_changes_only_and_are_not_kept_alive() -> None:
    class Listener:
        count = 0

        def on_ballots(self) -> None:
            Listener.count += 1

    ballots, listener = Ballots("a"), Listener()
    ballots.listeners.add(listener)
    for page in ("p", "p", "q"):
        ballots.vote(page, [ONE], revealed=False)
    assert Listener.count == 2
    del listener
    ballots.clear()
    assert Listener.count == 2


def test_votes_of_many_threads_are_each_counted_once() -> None:
    ballots = Ballots("a")
    new: list[Any] = []

    def vote(offset: int) -> None:
        for page in range(100):
            new.extend(ballots.vote(str((page + offset) % 100), [ONE], revealed=False))

    threads = [threading.Thread(target=vote, args=(13 * i,)) for i in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(ballots), len(new)) == (100, 100)


def test_the_registry_gives_all_who_ask_the_same_answers_and_keeps_the_last_questions() -> None:
    registry = Registry()
    first = registry.of("first")
    second = registry.of("second")
    second.vote("p", [ONE], revealed=False)
    del second
    for i in range(MAX_QUESTIONS - 2):
        registry.of(str(i))
    assert registry.of("first") is first
    assert len(registry.of("second")) == 1
    for i in range(MAX_QUESTIONS):
        registry.of(str(i))
    assert registry.of("first") is first  # a widget still shows it
    assert len(registry.of("second")) == 0


def test_a_page_that_joins_in_the_second_round_votes_in_that_round() -> None:
    ballots = Ballots("a")
    assert ballots.vote("late", [None, TWO], revealed=False) == [(2, TWO)]
    assert ballots.vote("late", [None, ONE], revealed=False) == []
    assert ballots.pages["late"].rounds == (None, TWO)
    assert ballots.answers_wire()[0]["rounds"] == [None, {"choice": 2, "sure": False}]
    assert len(ballots) == 1
