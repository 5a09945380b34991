"""What a page trains at most, as `js/training/limits.ts` and the form of the page have it."""

from __future__ import annotations

from .document import shortened

#: The largest hidden size that the form of the page accepts.
MAX_HIDDEN = 1000
#: The largest seed of the page's own generator of random numbers.
MAX_SEED = 2**32 - 1
#: Weights of a network.
MAX_WEIGHTS = 200_000
#: Positions that an epoch reads.
MAX_POSITIONS = 4_000
#: Products of a weight and an input in an epoch.
MAX_PRODUCTS = 100_000_000

#: The number of gates of a cell; those of `recording.network` need numpy, without which the command starts at once.
_GATES = {"rnn": 1, "gru": 3, "lstm": 4}


def as_read(text: str) -> str:
    """Return a text as the field of the page has it: with other line breaks, and without halves of characters."""
    joined = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return joined.replace("\r\n", "\n").replace("\r", "\n")


def check_text(text: str) -> None:
    """Raise ValueError if a page does not learn a text; `text` as `as_read` returns it."""
    if len(text) < 2:
        raise ValueError(f"text={text!r}: must have at least 2 tokens, an input and a target; pass e.g. text='hihello'")
    if len(set(text)) < 2:
        raise ValueError(
            f"text={shortened(text)!r}: must have at least 2 different characters, as there is nothing to learn "
            "otherwise; pass e.g. text='hihello'"
        )
    if len(text) - 1 > MAX_POSITIONS:
        raise ValueError(
            f"text={shortened(text)!r}: has {len(text):,} characters; must have at most {MAX_POSITIONS + 1:,}, so that "
            "a page is fast enough; pass a shorter one"
        )


def check_network(text: str, cell: str, hidden_size: int, *, readout: bool) -> None:
    """Raise ValueError if a page does not train a network on a text that `check_text` accepts."""
    if readout and hidden_size > MAX_HIDDEN:
        raise ValueError(f"hidden_size={hidden_size}: must be at most {MAX_HIDDEN:,} in a page; pass a smaller one")
    tokens = len(set(text))
    count = _GATES[cell] * hidden_size * (tokens + hidden_size + 2) + (tokens * (hidden_size + 1) if readout else 0)
    positions = len(text) - 1
    if count <= MAX_WEIGHTS and count * positions <= MAX_PRODUCTS:
        return
    smaller = "pass a smaller one" if readout else "pass a smaller one with readout=True"
    if count > MAX_WEIGHTS:
        fault = f"makes {count:,} weights; must make at most {MAX_WEIGHTS:,}"
    else:
        fault = (
            f"makes {count:,} weights, with {positions:,} positions {count * positions:,} products in an epoch; must "
            f"make at most {MAX_PRODUCTS:,}"
        )
    raise ValueError(f"hidden_size={hidden_size}: {fault}, so that a page is fast enough; {smaller}, or a shorter text")
