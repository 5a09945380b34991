"""A spec as text: `epochscope:1?text=hihello&cell=lstm&seed=9&epochs=300&lr=0.1`, or behind the # of a URL.

Each field is a name and a percent-encoded value. `js/page/training/address.ts` reads the fields too, so text, cell, the
size of the hidden state, output layer, lr and seed have the names of a page that trains, and are always written.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote_to_bytes

from .spec_values import shown

if TYPE_CHECKING:
    from .run_spec import RunSpec
    from .spec_settings import Setting

#: The most characters of a text or URL.
MAX_LENGTH = 4_096
_SCHEME, _VERSION = "epochscope", "1"
_EXAMPLE = "epochscope:1?text=hihello&seed=2"
#: Names of a page that trains, with those of `Trainer`.
_OF_A_PAGE = {"hidden": "hidden_size", "output": "readout"}
#: Names of which each value is one token.
_TOKENS = {"token": "text", "symbol": "alphabet"}
_INTEGERS = ("hidden_size", "num_layers", "window", "seed", "epochs")
_NUMBERS = ("lr", "forget_bias")
_FLAGS = {"1": True, "true": True, "0": False, "false": False}
_INTEGER = re.compile(r"[0-9]{1,20}", re.ASCII)
_NUMBER = re.compile(r"[+-]?([0-9]{1,400}\.?[0-9]{0,400}|\.[0-9]{1,400})([eE][+-]?[0-9]{1,5})?", re.ASCII)
_BROKEN = re.compile(r"%(?![0-9A-Fa-f]{2})", re.ASCII)


def to_text(spec: RunSpec, base: str = "") -> str:
    """Return a spec as text, or as the fragment of a URL.

    Parameters
    ----------
    spec
        The spec.
    base
        The URL without a fragment. Defaults to none.

    Raises
    ------
    ValueError
        If `base` is no URL without a fragment, or the text takes more than 4,096 characters.
    """
    if not isinstance(base, str) or "#" in base or any(char.isspace() for char in base):
        raise ValueError(
            f"base={shown(base)}: must be the address of a page, without # and spaces; pass e.g. "
            "base='https://example.org/playground.html'"
        )
    fields = "&".join(f"{name}={quote(value, safe=',')}" for name, value in _fields(spec))
    text = f"{base}#{_SCHEME}={_VERSION}&{fields}" if base else f"{_SCHEME}:{_VERSION}?{fields}"
    if len(text) > MAX_LENGTH:
        raise ValueError(
            f"spec_url(): the text form takes {len(text):,} characters, and programs cut addresses of more than "
            f"{MAX_LENGTH:,}; share spec() as JSON, or the recording, with save(path)"
        )
    return text


def _fields(spec: RunSpec) -> list[tuple[str, str]]:
    fields = [("text", spec.text)] if isinstance(spec.text, str) else [("token", token) for token in spec.text]
    tokens = spec.alphabet or ()
    if all(len(token) == 1 for token in tokens):
        fields += [("alphabet", "".join(tokens))] if tokens else []
    else:
        fields += [("symbol", token) for token in tokens]
    fields += [("cell", spec.cell), ("output", "1" if spec.readout else "0")]
    if spec.readout:
        fields.append(("hidden", str(spec.hidden_size or len(spec.tokens))))
    fields += [("lr", repr(spec.lr)), ("seed", str(spec.seed)), ("epochs", str(spec.epochs))]
    written = ("alphabet", "cell", "hidden_size", "readout", "lr", "seed")
    fields += [(name, str(value)) for name, value in spec.options.items() if name not in written]
    for change in spec.changes:
        fields += [(f"{name}@{change.epoch}", _written(value)) for name, value in change.settings]
    fields += [("check", "-".join(spec.check))] if spec.check else []
    return fields if spec.made is None else [*fields, ("made", spec.made)]


def _written(value: Setting) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return ",".join(map(repr, value)) if isinstance(value, tuple) else repr(value)


def json_of(text: str) -> dict[str, Any]:
    """Return the JSON object of a spec in text form, or in the fragment of a URL; `spec_from_json` checks it.

    Raises
    ------
    ValueError
        If the text has another form, or a field twice; the message names the field.
    """
    fragment = _fragment(text.strip())
    found: dict[str, Any] = {}
    names: dict[str, str] = {}  # as they are in the text
    for part in fragment.split("&") if fragment else ():
        encoded, is_given, value = part.partition("=")
        written = _decoded(encoded, encoded)
        if not is_given or not written:
            raise ValueError(f"{shown(part)}: must be a field and its value, e.g. seed=9; separate fields by &")
        if written == _SCHEME:
            _check_version(value)
            continue
        name = _TOKENS.get(written) or _OF_A_PAGE.get(written, written)
        if names.get(name) == written and written in _TOKENS:
            found[name].append(_decoded(written, value))
            continue
        if name in names:
            raise ValueError(f"{shown(written)}: {name} is given twice; remove one of them")
        names[name] = written
        decoded = _decoded(written, value)
        found[name] = [decoded] if written in _TOKENS else _value(name, decoded)
    if names.get("hidden_size") == "hidden" and found.get("readout") is not True:
        del found["hidden_size"]  # as in a page
    return found


def _fragment(text: str) -> str:
    if len(text) > MAX_LENGTH:
        raise ValueError(f"spec: {len(text):,} characters: at most {MAX_LENGTH:,} are read; pass a dict instead")
    if text.startswith(f"{_SCHEME}:"):
        version, is_given, fields = text[len(_SCHEME) + 1 :].partition("?")
        if is_given:
            _check_version(version)
            return fields
    elif "#" in text:
        return text.partition("#")[2]
    raise ValueError(
        f"spec={shown(text)}: must be a dict, a text such as {_EXAMPLE!r}, or the address of a page with such "
        "fields behind its #; for JSON, pass json.loads(text)"
    )


def _check_version(version: str) -> None:
    if version != _VERSION:
        raise ValueError(f"epochscope={shown(version)}: must be {_VERSION}, the version of specs; update epochscope")


def _decoded(name: str, value: str) -> str:
    """Return what a percent-encoded value says; + is a space, as in the fragments that pages write."""
    if _BROKEN.search(value):
        raise ValueError(f"{shown(name)}: {shown(value)} has a % without two hexadecimal digits; write %25 for %")
    try:
        return unquote_to_bytes(value.replace("+", " ")).decode()
    except UnicodeError:
        raise ValueError(f"{shown(name)}: {shown(value)} is no text in UTF-8; write it with spec_url()") from None


def _value(name: str, text: str) -> Any:
    """Return the value of a field; what is not of its type remains a string, which is refused later."""
    if name in _INTEGERS:
        return int(text) if _INTEGER.fullmatch(text) else text
    if name in _NUMBERS:
        return float(text) if _NUMBER.fullmatch(text) else text
    if name == "readout":
        return _FLAGS.get(text.lower(), text)
    if "@" not in name:
        return text
    if text in ("true", "false"):
        return text == "true"
    numbers = text.split(",", 3)
    if not all(map(_NUMBER.fullmatch, numbers)):
        return text
    return float(text) if len(numbers) == 1 else [*map(float, numbers)]
