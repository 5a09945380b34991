"""Specs for tests: any that can be written, and those of an attacker or of a user who mistypes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import strategies as st

from epochscope.recording.fingerprint import parts
from epochscope.recording.run_spec import Change, RunSpec
from epochscope.recording.spec_settings import SETTINGS

CHARACTERS = st.characters(exclude_categories=["Cs"]) | st.sampled_from("\0\n\r\t +%&=#@\"'<🚀👩\u200d한\u0301")
_TOKENS = st.text(CHARACTERS, min_size=1, max_size=4)
_NUMBERS = st.floats(0, 1e300, allow_subnormal=True)
_BELOW_ONE = st.floats(0, 1, exclude_max=True)
_LATER_THAN_0 = ("amsgrad", "centered")  # not possible, nor is momentum of RMSprop


@st.composite
def specs(draw: st.DrawFn) -> RunSpec:
    """Any spec that `spec_from_json` returns."""
    several = draw(st.booleans())
    text = draw(
        st.lists(_TOKENS, min_size=2, max_size=8).map(tuple)
        if several
        else st.text(CHARACTERS, min_size=2, max_size=12)
    )
    tokens = sorted(set(text))
    if len(tokens) < 2:
        text, tokens = ("ab", ["a", "b"]) if isinstance(text, str) else (("a", "b"), ["a", "b"])
    alphabet = None
    if draw(st.booleans()):
        others = draw(st.sets(CHARACTERS if all(len(token) == 1 for token in tokens) else _TOKENS, max_size=3))
        shuffled = tuple(draw(st.permutations(sorted({*tokens, *others}))))
        alphabet = None if list(shuffled) == tokens else shuffled
    size = len(tokens if alphabet is None else alphabet)
    readout, cell = draw(st.booleans()), draw(st.sampled_from(["rnn", "lstm", "gru"]))
    hidden = draw(st.none() | st.integers(1, 20)) if readout else None
    optimizer = draw(st.sampled_from([*SETTINGS]))
    epochs = draw(st.integers(1, 2_000))
    spec = RunSpec(
        text,
        alphabet,
        cell=cell,
        hidden_size=None if hidden == size else hidden,
        num_layers=draw(st.integers(1, 3)),
        readout=readout,
        forget_bias=draw(st.floats(width=32, allow_nan=False, allow_infinity=False)) if cell == "lstm" else 0.0,
        window=draw(st.none() | st.integers(1, len(text) - 1)),
        optimizer=optimizer,
        lr=draw(_NUMBERS),
        seed=draw(st.integers(0, 2**63 - 1)),
        device=draw(st.sampled_from(["cpu", "cuda", "cuda:1", "mps"])),
        epochs=epochs,
        changes=draw(_changes(optimizer, epochs)),
        made=draw(st.none() | st.just("torch 2.13.0+cpu, AVX2")),
    )
    hashes = st.text("0123456789abcdef", min_size=8, max_size=8)
    check = [draw(hashes) for _ in parts(epochs)] if draw(st.booleans()) else []
    return replace(spec, check=tuple(check))


@st.composite
def _changes(draw: st.DrawFn, optimizer: str, epochs: int) -> tuple[Change, ...]:
    found = []
    for epoch in sorted(draw(st.sets(st.integers(0, epochs - 1), max_size=3))):
        late = (*_LATER_THAN_0, *(("momentum",) if optimizer == "rmsprop" else ()))
        names = [name for name in ("lr", *SETTINGS[optimizer]) if epoch == 0 or name not in late]
        chosen = draw(st.lists(st.sampled_from(names), min_size=1, max_size=3, unique=True))
        values = {name: draw(_value(name, SETTINGS[optimizer].get(name, 0.1))) for name in sorted(chosen)}
        found.append(Change(epoch, tuple(values.items())))
    return tuple(found)


def _value(name: str, default: Any) -> st.SearchStrategy[Any]:
    if isinstance(default, bool):
        return st.booleans()
    if name == "dampening":
        return st.floats(allow_nan=False, allow_infinity=False)
    return st.tuples(_BELOW_ONE, _BELOW_ONE) if isinstance(default, tuple) else _NUMBERS


def _nested(depth: int) -> list[Any]:
    value: list[Any] = []
    for _ in range(depth):
        value = [value]
    return value


class Evil:
    """Fails whatever is done with it."""

    def __getattr__(self, name: str) -> Any:
        raise AssertionError(name)

    __repr__ = __str__ = __len__ = __iter__ = __index__ = __float__ = __bool__ = __eq__ = __call__ = (  # type: ignore[assignment]
        lambda *_: (_ for _ in ()).throw(AssertionError("evaluated"))
    )
    __hash__ = object.__hash__


#: Values that no field may have.
_BAD: list[Any] = [Evil(), _nested(100_000), {}, {"a": 1}, b"1", 1j, float("nan"), 10**5_000, -(10**5_000), object]
_CODE = [
    "__import__('os').system('x')",
    "{self.__class__}",
    "eval(1)",
    "%s%n",
    "$(reboot)",
    "'; DROP TABLE",
    "x" * 100_000,
]
_OF_INTEGERS = ("hidden_size", "num_layers", "window", "seed", "epochs")
_SETTINGS = {
    "adam": ("lr", "betas", "eps", "amsgrad"),
    "sgd": ("momentum", "nesterov"),
    "rmsprop": ("alpha", "centered"),
}


def hostile() -> list[tuple[str, Any]]:
    """Return specs with the name that their message must contain."""
    return [*_dicts(), *_texts()]


def _dicts() -> list[tuple[str, Any]]:
    classic = {"text": "hihello"}
    found: list[tuple[str, Any]] = [("text", {}), ("text", {"seed": 1})]
    wrong = (None, "", "a", "aaaa", 5, [], ["a"], ["a", 1], ["a", None], ["a", "b", _nested(9)], [["a", "b"]])
    found += [("text", {"text": value}) for value in wrong]
    found += [("text", {"text": value}) for value in ("a\ud800", "\udc00b", ["a", "\ud83d"], ["", "a"], "ab" * 600_000)]
    found.append(("text", {"text": [*map(chr, range(0x4E00, 0x4E00 + 5_000))]}))
    found.append(("text", {"text": "".join(map(chr, range(0x4E00, 0x4E00 + 4_000)))}))  # 128 million weights
    found += [("text", {"text": value}) for value in _BAD]
    wrong = ("", "a", "aab", 5, ["h"], ["h", "h"], "abc", ["hi", "he"], {"h": 1}, "h\ud800", [1, 2])
    found += [("alphabet", classic | {"alphabet": value}) for value in wrong]
    found += [("alphabet", classic | {"alphabet": value}) for value in _BAD]
    for name in (*_OF_INTEGERS, "readout", "forget_bias", "lr", "cell", "optimizer", "device", "check", "made"):
        found += [(name, classic | {name: value}) for value in _BAD]
        found += [(name, classic | {name: value}) for value in _CODE if name != "made" or len(value) > 200]
    for name in _OF_INTEGERS:
        found += [
            (name, classic | {name: value}) for value in (0 if name != "seed" else -1, -5, 1.5, "3", True, 10**30)
        ]
    sizes = {"hidden_size": 10**9, "num_layers": 10**6, "window": 10**9, "epochs": 10**12}
    found += [(name, classic | {"readout": True, name: value}) for name, value in sizes.items()]
    found.append(("hidden_size", classic | {"hidden_size": 16}))
    found.append(("hidden_size", classic | {"hidden_size": 2_000, "readout": True}))
    found.append(("num_layers", classic | {"hidden_size": 200, "num_layers": 99, "readout": True}))
    found.append(("window", {"text": "ab" * 50_000, "window": 50_000}))
    found.append(
        ("text", {"text": "".join(map(chr, range(0x4E00, 0x4E00 + 1_000))) * 60, "hidden_size": 1, "readout": True})
    )
    found.append(("epochs", {"text": "ab" * 10_000, "epochs": 1_000_000}))
    found += [("forget_bias", classic | {"forget_bias": value}) for value in (1e39, "1", float("inf"))]
    found += [("forget_bias", classic | {"forget_bias": 1.0, "cell": cell}) for cell in ("rnn", "gru")]
    found += [("lr", classic | {"lr": value}) for value in (-0.1, float("inf"), "0.1", [0.1], True)]
    found += [("device", classic | {"device": value}) for value in ("cuda:100", "meta", "cpu:0", "xpu", "", " cpu")]
    found += [("check", classic | {"check": value}) for value in ("", "12345678", "x" * 8, "-".join(["0" * 8] * 5), 1)]
    found += [("made", classic | {"made": value}) for value in ("\n", "\0", "\ud800", 5, "\u202e")]
    for optimizer, names in _SETTINGS.items():
        for name in names:
            found += [
                (name, classic | {"optimizer": optimizer, f"{name}@0": value}) for value in (*_BAD, "1", -1, None)
            ]
    found += [
        ("betas", classic | {"betas@0": value}) for value in ([0.9], [0.9, 1.0], [0.9, 0.9, 0.9], [0.9, "x"], "0.9,0.9")
    ]
    found += [("amsgrad", classic | {"amsgrad@5": True}), ("momentum", classic | {"momentum@5": 0.9})]
    found += [(name, classic | {"optimizer": "rmsprop", f"{name}@5": 1.0}) for name in ("momentum",)]
    found.append(("centered", classic | {"optimizer": "rmsprop", "centered@5": True}))
    found += [
        ("lr@", classic | {f"lr@{epoch}": 0.1}) for epoch in (300, 10**11, "-1", "x", "", "1.5", "01", "1e3", "٣")
    ]
    found.append(("settings", classic | {"epochs": 20_000} | {f"lr@{epoch}": 0.1 for epoch in range(10_001)}))
    for name in (
        "model",
        "criterion",
        "inputs",
        "checkpoint_bytes",
        "params@0",
        "lr@1@2",
        "foreach@0",
        "__class__@0",
        "_@0",
    ):
        found.append((name, classic | {name: 1}))
    for name in ("hiden_size", "epoch", "Text", "__init__", "", "lr ", "x" * 100_000, "changes", "version", "seed\0"):
        found.append((name[:20].rstrip("\0"), classic | {name: 1}))
    return [*found, ("names", {1: 2, **classic}), ("names", {None: 2, **classic}), ("names", {("text",): 2})]


def _texts() -> list[tuple[str, Any]]:
    good = "epochscope:1?text=hihello"
    found: list[tuple[str, Any]] = [
        ("spec", value) for value in ("", " ", "hihello", "epochscope:", "epochscope:1", "a?b=c")
    ]
    found += [("spec", value) for value in ('{"text": "hihello"}', "https://example.org/page.html", good + "x" * 4_096)]
    found += [("spec", value) for value in (None, 5, b"epochscope:1?text=ab", [good], ("text", "ab"), {"text"}, Evil())]
    found += [("epochscope", f"epochscope:{version}?text=ab") for version in ("", "2", "1.0", "one", "-1")]
    found.append(("epochscope", "https://example.org/#epochscope=2&text=ab"))
    found += [
        ("text", text)
        for text in (
            "epochscope:1?",
            "a#",
            "#seed=1",
            "epochscope:1?text=",
            "epochscope:1?text=a",
            "epochscope:1?token=ab",
        )
    ]
    found += [
        ("text", f"epochscope:1?text={value}")
        for value in ("%", "100%", "%zz", "%E0%A4%A", "%ED%A0%80b", "%ff%fe", "a%C0%80", "\ud800b")
    ]
    found += [(name, f"{good}&{name}=1&{name}=1") for name in ("seed", "epochs", "lr", "cell", "made", "check", "lr@5")]
    found += [
        ("text", f"{good}&text=ab"),
        ("text", f"{good}&token=a&token=b"),
        ("readout", f"{good}&output=1&readout=1"),
    ]
    found += [
        ("hidden_size", f"{good}&output=1&hidden=3&hidden_size=3"),
        ("alphabet", f"{good}&alphabet=helo&symbol=i"),
    ]
    found += [("field", f"{good}&"), ("field", f"{good}&&seed=1"), ("field", f"{good}&=1"), ("seed", f"{good}&seed")]
    for name in ("seed", "epochs", "window", "num_layers", "hidden_size"):
        for value in ("", "-1", "1.0", "1e3", "0x10", "1_000", "٣", "nan", "9" * 25, "True", "1;2"):
            found.append((name, f"{good}&{name}={value}"))
    for name in ("lr", "lr@5", "eps@0", "forget_bias"):
        for value in ("", "nan", "inf", "1_0", "0x1", "1,5", "1e999", "٣", "--1", "1e", "true", "lambda: 0"):
            found.append((name, f"{good}&{name}={value}"))
    found += [
        ("betas@0", f"{good}&betas@0={value}") for value in ("0.9", "0.9,", ",", "0.9,0.9,0.9", "(0.9,0.9)", "0.9,2")
    ]
    found += [
        ("readout", f"{good}&{name}={value}") for name in ("output", "readout") for value in ("2", "yes", "", "on")
    ]
    found += [
        (name, f"{good}&{name}={value}") for name in ("cell", "optimizer", "device") for value in ("", "x", "__class__")
    ]
    return [
        *found,
        ("model", f"{good}&model=torch.nn.LSTM"),
        ("window", f"{good}&window=99"),
        ("epochs", f"{good}&epochs=999999999999"),
    ]
