from __future__ import annotations

import copy
import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from epochscope.recording.alphabet import Alphabet


def test_tokens_are_ordered_by_code_point() -> None:
    assert Alphabet.from_text("héllo, 한글!").tokens == (" ", "!", ",", "h", "l", "o", "é", "글", "한")


def test_a_given_order_is_kept() -> None:
    assert Alphabet.from_text("hihello", "hielo").tokens == ("h", "i", "e", "l", "o")


def test_tokens_may_be_words() -> None:
    alphabet = Alphabet.from_text(["to", "be", "or", "not", "to", "be"])
    assert alphabet.tokens == ("be", "not", "or", "to")
    assert alphabet.decode(alphabet.encode(["to", "be"])) == ("to", "be")


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=2).filter(lambda text: len(set(text)) > 1))
def test_decode_is_the_inverse_of_encode(text: str) -> None:
    alphabet = Alphabet.from_text(text)
    assert "".join(alphabet.decode(alphabet.encode(text))) == text


def test_one_hot_vectors_have_a_one_in_the_column_of_the_token() -> None:
    one_hot = Alphabet("abc").one_hot([[2, 0]])
    assert one_hot.dtype == np.float32
    assert one_hot.tolist() == [[[0, 0, 1], [1, 0, 0]]]


def test_it_is_iterable_indexable_and_knows_its_tokens() -> None:
    alphabet = Alphabet("ab")
    assert (len(alphabet), list(alphabet), alphabet[1]) == (2, ["a", "b"], "b")
    assert "b" in alphabet
    assert "c" not in alphabet
    assert 3 not in alphabet


def test_it_is_hashable_comparable_and_picklable() -> None:
    alphabet = Alphabet("ab")
    assert {alphabet: 1}[Alphabet("ab")] == 1
    assert alphabet != Alphabet("ba")
    again = pickle.loads(pickle.dumps(alphabet))
    assert again == alphabet
    assert again.encode("ba").tolist() == [1, 0]
    assert copy.deepcopy(alphabet) == alphabet


def test_it_cannot_be_changed() -> None:
    alphabet = Alphabet("ab")
    with pytest.raises(AttributeError):
        alphabet.tokens = ("c", "d")  # type: ignore[misc]
    with pytest.raises(AttributeError):
        del alphabet.tokens  # type: ignore[misc]


@pytest.mark.parametrize(
    ("tokens", "message"),
    [
        ("", "0 different tokens"),
        ("a", "1 different token .*'a'.*at least two different tokens"),
        (["a", "b", "a"], "'a' is in the alphabet twice"),
        (["a", ""], "'': must be a non-empty string"),
        (["a", 1], "1: must be a non-empty string"),
        (["a", "\ud83d"], "surrogate"),
        (map(str, range(65_537)), "65537 different tokens.*2 to 65,536"),
    ],
)
def test_invalid_tokens_are_refused_and_named(tokens: list[str], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Alphabet(tokens)


def test_tokens_of_the_text_that_the_alphabet_lacks_are_named() -> None:
    with pytest.raises(ValueError, match="not in the alphabet: 'l' 'o'; it has 'h' 'i' 'e'"):
        Alphabet.from_text("hello", "hie")


def test_the_repr_shows_the_tokens() -> None:
    assert repr(Alphabet(" a\n")) == r"Alphabet of 3 tokens: ' ' 'a' '\n'"
