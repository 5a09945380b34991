"""A tokenizer and a GPT-2 of Transformers, made here instead of downloaded, and a trainer that writes nothing."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers
from transformers import (
    GPT2Config,
    GPT2LMHeadModel,
    PreTrainedTokenizerFast,
    Trainer,
    TrainingArguments,
    default_data_collator,
)

#: How GPT-2's tokenizer would divide it, if it were trained on this alone.
TEXT = 'the cat sat on the mat and said "the cat sat on the mat"'
HELD_OUT = "the mat sat on the cat"


def tokenizer() -> PreTrainedTokenizerFast:
    """Return a tokenizer of words with the spaces before them, and of bytes."""
    words = sorted(set(re.findall(r" ?\w+| ?\W", TEXT)))  # first those with a space
    names = [*sorted(pre_tokenizers.ByteLevel.alphabet()), *(word.replace(" ", "Ġ") for word in words)]
    vocabulary = {name: i for i, name in enumerate(dict.fromkeys(names))}
    merges = []
    for word in [name for name in vocabulary if len(name) > 1]:
        for end in range(2, len(word) + 1):
            vocabulary.setdefault(word[:end], len(vocabulary))
            merges.append((word[: end - 1], word[end - 1]))
    model = models.BPE(vocab=vocabulary, merges=list(dict.fromkeys(merges)))
    made = Tokenizer(model)
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    made.decoder = decoders.ByteLevel()
    return PreTrainedTokenizerFast(tokenizer_object=made)


def language_model(size: int) -> GPT2LMHeadModel:
    """Return a GPT-2 of one layer with dropout, for `size` tokens."""
    torch.manual_seed(0)
    config = GPT2Config(vocab_size=size, n_positions=64, n_embd=8, n_layer=1, n_head=2, bos_token_id=0, eos_token_id=0)
    return GPT2LMHeadModel(config)


def trainer(folder: Path, model: Any, *callbacks: Any, **options: Any) -> Trainer:
    """Return a trainer of twelve sequences, two at a time."""
    rows = torch.randint(model.config.vocab_size, (12, 9), generator=torch.Generator().manual_seed(1))
    data = [{"input_ids": row, "labels": row} for row in rows]
    quiet = {"report_to": [], "save_strategy": "no", "disable_tqdm": True, "use_cpu": True, "max_steps": 6}
    return Trainer(
        model,
        TrainingArguments(str(folder), per_device_train_batch_size=2, **(quiet | options)),
        train_dataset=data,
        eval_dataset=data[:2],
        callbacks=list(callbacks),
        processing_class=tokenizer(),
        data_collator=default_data_collator,
    )
