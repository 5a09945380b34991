from __future__ import annotations

import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from epochscope.recording.alphabet import Alphabet


def test_the_default_order_is_that_of_the_code_points() -> None:
    assert Alphabet.from_text("héllo, 한글!").tokens == (" ", "!", ",", "h", "l", "o", "é", "글", "한")


def test_an_order_that_is_given_is_kept() -> None:
    assert Alphabet.from_text("hihello", "hielo").tokens == ("h", "i", "e", "l", "o")


def test_tokens_may_be_words() -> None:
    alphabet = Alphabet.from_text(["to", "be", "or", "not", "to", "be"])
    assert alphabet.tokens == ("be", "not", "or", "to")
    assert alphabet.decode(alphabet.encode(["to", "be"])) == ("to", "be")


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=2).filter(lambda text: len(set(text)) > 1))
def test_decoding_undoes_encoding(text: str) -> None:
    alphabet = Alphabet.from_text(text)
    assert "".join(alphabet.decode(alphabet.encode(text))) == text


def test_one_hot_rows_have_their_one_in_the_column_of_the_token() -> None:
    one_hot = Alphabet("abc").one_hot([[2, 0]])
    assert one_hot.dtype == np.float32
    assert one_hot.tolist() == [[[0, 0, 1], [1, 0, 0]]]


def test_it_is_a_sequence_that_can_be_hashed_compared_and_pickled_but_not_changed() -> None:
    alphabet = Alphabet("ab")
    assert (len(alphabet), list(alphabet), alphabet[1], "b" in alphabet, 3 in alphabet) == (
        2,
        ["a", "b"],
        "b",
        True,
        False,
    )
    assert {alphabet: 1}[Alphabet("ab")] == 1
    assert alphabet != Alphabet("ba")
    assert pickle.loads(pickle.dumps(alphabet)) == alphabet
    with pytest.raises(AttributeError, match="cannot be changed"):
        alphabet.tokens = ("c", "d")


@pytest.mark.parametrize(
    ("tokens", "message"),
    [
        ("", "0 different tokens"),
        ("a", "1 different token .*'a'.*more than one kind"),
        (["a", "b", "a"], "'a' stands twice"),
        (["a", ""], "'': a token is a non-empty string"),
        (["a", 1], "1: a token is a non-empty string"),
        (["a", "\ud83d"], "surrogate"),
        (map(str, range(65_537)), "65537 different tokens.*2 to 65,536"),
    ],
)
def test_tokens_that_make_no_alphabet_are_refused_by_name(tokens: list[str], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Alphabet(tokens)


def test_a_text_with_tokens_that_the_alphabet_lacks_is_refused_by_their_names() -> None:
    with pytest.raises(ValueError, match="not in the alphabet: 'l' 'o'; it holds 'h' 'i' 'e'"):
        Alphabet.from_text("hello", "hie")


def test_its_repr_shows_the_tokens() -> None:
    assert repr(Alphabet(" a\n")) == r"Alphabet of 3 tokens: ' ' 'a' '\n'"
