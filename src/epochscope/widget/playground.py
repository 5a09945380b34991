"""`playground`: a page that trains a network on any text by itself. Needs neither torch nor a notebook."""

from __future__ import annotations

import json
import os
from base64 import b64encode

from epochscope.files import write_atomic
from epochscope.validation import check_bool, check_choice, check_int, check_non_negative
from epochscope.words import page_words

from .document import data_element, document, shortened
from .page_limits import MAX_SEED, as_read, check_network, check_text

CLASSIC = " I think therefore I am."

_DESCRIPTION = "A page that trains a small recurrent network on a text and shows what it predicts, epoch by epoch."


def playground(
    path: str | os.PathLike[str] | None = None,
    *,
    text: str = CLASSIC,
    cell: str = "lstm",
    hidden_size: int | None = None,
    readout: bool = False,
    lr: float = 0.1,
    seed: int = 0,
    title: str | None = None,
    lang: str = "",
    embed: bool = False,
) -> str | None:
    """Write a page that trains by itself: whoever opens it enters a text and watches a network learn it.

    It is one HTML file of less than 300 kB that needs neither network, kernel nor Python. The arguments are what its
    form contains at first; the reader can change everything. The page has its own generator of random numbers: its
    initial weights have the distribution of torch's, but those of seed 0 are not those of torch.

    Parameters
    ----------
    path
        The file to write, e.g. "playground.html"; an existing file is replaced. Without one the page is returned.
    text
        The text to learn: each character is a token. At least two different ones, and at most 4,001 in all. Defaults to
        that of the classic lab.
    cell
        "rnn", "lstm" (default) or "gru".
    hidden_size
        Size of the hidden state. The network may have 200,000 weights; these times the positions may be 100,000,000.
        Defaults to the number of different tokens.
    readout
        Whether the network has a linear output layer. Defaults to False.
    lr
        The learning rate of Adam. Defaults to 0.1.
    seed
        From 0 to 2**32 - 1. Defaults to 0.
    title
        The heading. Defaults to one that fits any text.
    lang
        "en", "ko", or "" (default) for the reader's language.
    embed
        Whether the page is for an `<iframe>` in another page, see `EpochScope.to_html`. Defaults to False.

    Returns
    -------
    str or None
        The page if `path` is None.

    Raises
    ------
    ValueError
        If an argument is invalid.
    OSError
        If the file cannot be written.
    """
    lang = check_choice("lang", lang, ("", "en", "ko"))
    if title is not None and not isinstance(title, str):
        raise ValueError(f"title={title!r}: must be a str, or None for a title that fits any text")
    form = _form(text, cell, hidden_size, readout, lr, seed)
    page = document(
        [data_element("playground", b64encode(json.dumps(form).encode()).decode())],
        None,
        shortened(page_words(lang or "en")["title"] if title is None else title),
        _DESCRIPTION,
        lang,
        training=True,
        embed=check_bool("embed", embed),
        purpose="train a network in this page",
    )
    if path is None:
        return page
    return write_atomic(path, page.encode())


def _form(
    text: str, cell: str, hidden_size: int | None, readout: bool, lr: float, seed: int
) -> dict[str, str | int | float | bool | None]:
    """Return what the form of the page contains, by the names that `js/page/` reads.

    Raises ValueError for what `Trainer` or the page would refuse.
    """
    if not isinstance(text, str):
        raise ValueError(f"text={text!r}: must be a str; pass e.g. text='hihello'")
    read = as_read(text)
    check_text(read)
    cell, output = check_choice("cell", cell, ("rnn", "lstm", "gru")), check_bool("readout", readout)
    tokens = len(set(read))
    size = None if hidden_size is None else check_int("hidden_size", hidden_size, 1)
    if size not in (None, tokens) and not output:
        raise ValueError(
            f"hidden_size={size}: must be {tokens}, the number of tokens, without an output layer; omit hidden_size, "
            "or pass readout=True"
        )
    check_network(read, cell, tokens if size is None else size, readout=output)
    return {
        "text": text,
        "cell": cell,
        "hiddenSize": tokens if output and size is None else size,
        "output": output,
        "lr": check_non_negative("lr", lr),
        "seed": check_int("seed", seed, 0, MAX_SEED),
    }
