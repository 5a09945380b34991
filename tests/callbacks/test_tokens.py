"""The tokens of a tokenizer are texts as the user reads them, all different."""

from __future__ import annotations

from typing import Any

import pytest
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import PreTrainedTokenizerFast

from epochscope import Alphabet
from epochscope.callbacks.tokens import tokens_of

TEXT = 'the cat sat on the mat. "한국어", the cat said.'


def made(model: Any, before: Any, decoder: Any, trainer: Any) -> PreTrainedTokenizerFast:
    tokenizer = Tokenizer(model)
    tokenizer.pre_tokenizer = before
    if decoder is not None:
        tokenizer.decoder = decoder
    tokenizer.train_from_iterator([TEXT] * 5, trainer)
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer)


def gpt() -> PreTrainedTokenizerFast:
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(vocab_size=275, special_tokens=["<|end|>"], initial_alphabet=alphabet)
    return made(models.BPE(), pre_tokenizers.ByteLevel(add_prefix_space=False), decoders.ByteLevel(), trainer)


def llama() -> PreTrainedTokenizerFast:
    trainer = trainers.BpeTrainer(vocab_size=60, special_tokens=["<unk>", "<s>"])
    return made(models.BPE(unk_token="<unk>"), pre_tokenizers.Metaspace(), decoders.Metaspace(), trainer)


def bert() -> PreTrainedTokenizerFast:
    trainer = trainers.WordPieceTrainer(vocab_size=45, special_tokens=["[UNK]"])
    return made(models.WordPiece(unk_token="[UNK]"), pre_tokenizers.BertPreTokenizer(), decoders.WordPiece(), trainer)


def words() -> PreTrainedTokenizerFast:
    trainer = trainers.WordLevelTrainer(special_tokens=["[UNK]"])
    return made(models.WordLevel(unk_token="[UNK]"), pre_tokenizers.Whitespace(), None, trainer)


@pytest.mark.parametrize("kind", [gpt, llama, bert, words])
def test_tokens_are_distinct_and_read_as_the_text(kind: Any) -> None:
    tokenizer = kind()
    tokens = tokens_of(tokenizer, len(tokenizer) + 2)
    assert len(Alphabet(tokens)) == len(tokenizer) + 2
    assert tokens[-1] == f"<{len(tokenizer) + 1}>"
    ids = tokenizer("the cat sat on")["input_ids"]
    assert "".join(tokens[i] for i in ids).strip() == "the cat sat on"
    assert any(token.startswith(" ") for token in tokens)


def test_bytes_that_are_no_character_are_numbers() -> None:
    tokenizer = gpt()
    tokens = tokens_of(tokenizer, len(tokenizer))
    ids = tokenizer("ß")["input_ids"]
    assert [tokens[i] for i in ids] == ["<0xC3>", "<0x9F>"]
    assert "<|end|>" in tokens


def test_two_tokens_with_the_same_text_are_told_apart() -> None:
    tokenizer = gpt()
    size = len(tokenizer)
    assert tokenizer.decode(tokenizer(" cat")["input_ids"]) == " cat"
    tokenizer.add_tokens([" cat"])
    tokens = tokens_of(tokenizer, size + 1)
    assert tokens[size] == f" cat<{size}>"
    assert tokens.count(" cat") == 1
