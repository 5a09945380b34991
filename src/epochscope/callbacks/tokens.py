"""The tokens of a tokenizer of Hugging Face as the user reads them."""

from __future__ import annotations

from itertools import islice
from typing import Any

#: In place of bytes that are no character.
_BROKEN = "\ufffd"
_PRINTED = [*range(33, 127), *range(161, 173), *range(174, 256)]
#: The byte that each character of a name stands for, as in GPT-2: itself, or for others those from U+0100 on.
_BYTES = {chr(code): code for code in _PRINTED} | {
    chr(256 + n): code for n, code in enumerate(sorted(set(range(256)) - set(_PRINTED)))
}


def tokens_of(tokenizer: Any, size: int) -> list[str]:
    """Return the text of each token, as it stands inside a text, with the space before a word if its token has one.

    The texts are distinct. A token of some bytes of a character is e.g. "<0xED><0x95>". Other tokens that are no text
    of their own have the tokenizer's names, and those that the tokenizer lacks have their numbers.

    Parameters
    ----------
    tokenizer
        The tokenizer.
    size
        The number of logits of the model, which may be larger than the number of tokens.
    """
    before = _word(tokenizer)
    start = tokenizer.decode(before)
    tokens: dict[str, None] = {}
    for i in range(size):
        token = _text(tokenizer, before, start, i) or f"<{i}>"
        tokens[token if token not in tokens else f"{token}<{i}>"] = None
    return list(tokens)


def _word(tokenizer: Any) -> list[int]:
    """Return a word as a list of its one token: at the beginning of a text, decoding may remove a space."""
    special = set(tokenizer.all_special_ids)
    words = (i for i in range(len(tokenizer)) if i not in special and tokenizer.decode([i]).isalpha())
    return list(islice(words, 1))


def _text(tokenizer: Any, before: list[int], start: str, i: int) -> str | None:
    name = tokenizer.convert_ids_to_tokens(i) if i < len(tokenizer) else None
    if name is None:
        return None
    text = tokenizer.decode([*before, i], clean_up_tokenization_spaces=False)
    text = text[len(start) :] if text.startswith(start) else ""
    return text if text and _BROKEN not in text else _with_bytes(name)


def _with_bytes(name: str) -> str:
    """Return the name of a token of bytes, in which each byte is a character, with the bytes as numbers."""
    if not all(character in _BYTES for character in name):
        return name
    codes = [_BYTES[character] for character in name]
    return "".join(chr(code) if 32 <= code < 127 else f"<0x{code:02X}>" for code in codes)
