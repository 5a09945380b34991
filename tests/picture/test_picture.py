"""The static picture of a recording: `History.to_svg`."""

from __future__ import annotations

import base64
import math
import re
import struct
import zlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import numpy as np
import pytest

from epochscope import History
from epochscope.picture.direction import direction
from epochscope.picture.glyphs import glyph
from epochscope.recording import overview
from epochscope.recording.alphabet import Alphabet
from tests.recording import made_up

SVG = "{http://www.w3.org/2000/svg}"
SENTENCE = " I think therefore I am."


@pytest.fixture(scope="module")
def classic() -> History:
    """Return 300 epochs of the classic lab, from a file, because training differs between machines."""
    return History.load(Path(__file__).parents[1] / "fixtures" / "classic.npz")


def parse(svg: str) -> ET.Element:
    return ET.fromstring(svg)


def of_kind(root: ET.Element, kind: str) -> list[ET.Element]:
    return [each for each in root.iter() if kind in each.get("class", "").split()]


def texts(root: ET.Element, kind: str) -> list[str]:
    return [each.text or "" for group in of_kind(root, kind) for each in group.iter(f"{SVG}text")]


def coordinates(path: str) -> np.ndarray:
    return np.array([[float(each) for each in pair] for pair in re.findall(r"[ML]([\d.]+) ([\d.]+)", path)])


def epochs_of(history: History, kind: str) -> list[int]:
    return [event.epoch for event in history.events if event.kind == kind]


def recorded(text: str, metadata: dict[str, Any] | None = None, epochs: int = 3) -> History:
    """Return a recording of any text with random predictions."""
    alphabet = Alphabet.from_text(text)
    indices = alphabet.encode(text)
    made = History(alphabet, indices[:-1], indices[1:], metadata=metadata)
    made.append([2.0, 1.5, 1.0][:epochs], np.random.default_rng(0).normal(size=(epochs, len(text) - 1, len(alphabet))))
    return made


def pixels(image: ET.Element) -> tuple[np.ndarray, np.ndarray]:
    """Colours (height, width, 3) and opacities (height, width) of an embedded PNG."""
    data = base64.b64decode(image.attrib["href"].removeprefix("data:image/png;base64,"))
    chunks, at = dict[bytes, bytes](), 8
    while at < len(data):
        length, name = struct.unpack(">I4s", data[at : at + 8])
        body = data[at + 8 : at + 8 + length]
        assert struct.unpack(">I", data[at + 8 + length : at + 12 + length])[0] == zlib.crc32(name + body)
        chunks[name] = body
        at += 12 + length
    width, height = struct.unpack(">2I", chunks[b"IHDR"][:8])
    numbers = np.frombuffer(zlib.decompress(chunks[b"IDAT"]), np.uint8).reshape(height, width + 1)[:, 1:]
    palette = np.frombuffer(chunks[b"PLTE"], np.uint8).reshape(-1, 3)
    return palette[numbers], np.frombuffer(chunks[b"tRNS"], np.uint8)[numbers]


def test_wrong_positions_are_marked(classic: History) -> None:
    for epoch in (0, 12, 156, -1):
        root = parse(classic.to_svg(epoch))
        cells = [each for each in of_kind(root, "prediction")[0] if each.tag == f"{SVG}rect"]
        wrong = np.array([each.get("class", "").split()[0] == "wrong" for each in cells])
        np.testing.assert_array_equal(wrong, classic.predictions[epoch] != classic.targets)
        underlined = [x for each in of_kind(root, "underlines") for x in coordinates(each.attrib["d"])[:, 0]]
        lefts = np.array([float(each.attrib["x"]) for each in cells])[wrong]
        assert len(underlined) == len(lefts)
        assert all(0 < x - left < 20 for x, left in zip(underlined, lefts, strict=True))


def test_the_rows_show_inputs_targets_and_predictions_with_visible_spaces(classic: History) -> None:
    root = parse(classic.to_svg(12))
    assert "".join(texts(root, "input")) == SENTENCE[:-1].replace(" ", "␣")
    assert "".join(texts(root, "target")) == SENTENCE[1:].replace(" ", "␣")
    assert "".join(texts(root, "prediction")) == classic.text(12).replace(" ", "␣")


def test_the_curve_reaches_its_lowest_and_highest_loss_at_their_epochs(classic: History) -> None:
    for history in (classic, made_up.history(5000)):
        (curve,) = of_kind(parse(history.to_svg(0)), "loss")
        points = coordinates(curve.attrib["d"])
        epochs = (points[:, 0] - points[0, 0]) / (points[-1, 0] - points[0, 0]) * (len(history) - 1)
        for epoch, height in (
            (history.losses.argmin(), points[:, 1].max()),
            (history.losses.argmax(), points[:, 1].min()),
        ):
            nearest = np.abs(epochs - epoch).argmin()
            assert epochs[nearest] == pytest.approx(epoch, abs=0.02 * len(history) / 300)
            assert points[nearest, 1] == height


def test_the_cursor_is_at_the_same_epoch_in_the_map_and_on_the_curve(classic: History) -> None:
    root = parse(classic.to_svg(60))
    (dot,) = of_kind(root, "dot")
    points = coordinates(of_kind(root, "loss")[0].attrib["d"])
    assert [float(dot.attrib["cx"]), float(dot.attrib["cy"])] == pytest.approx(points[60])
    (image,) = of_kind(root, "map")
    line = coordinates(of_kind(root, "cursor")[0].attrib["d"])[0, 1] - float(image.attrib["y"])
    assert line / float(image.attrib["height"]) == pytest.approx(60.5 / 300, abs=0.001)


def test_the_map_is_blue_if_correct_orange_if_wrong_and_stronger_for_higher_probabilities(classic: History) -> None:
    history = classic.fork(100)
    (image,) = of_kind(parse(history.to_svg()), "map")
    colours, opacities = pixels(image)
    height, pitch = len(colours), (colours.shape[1] + 2) // history.positions
    rows = (np.arange(100) * height + height // 2) // 100
    blue = colours[rows, pitch // 2 :: pitch, 2] > colours[rows, pitch // 2 :: pitch, 0]
    np.testing.assert_array_equal(blue, history.predictions == history.targets)
    order = history.p_prediction[50].argsort(kind="stable")
    assert (np.diff(opacities[rows[50], pitch // 2 :: pitch][order].astype(int)) >= 0).all()
    assert not opacities[:, pitch - 1 :: pitch].any()  # between the columns


def test_title_and_description_contain_what_is_drawn(classic: History) -> None:
    root = parse(classic.to_svg(12))
    said = {each.attrib["id"]: each.text for each in (root[0], root[1])}
    assert root.get("role") == "img"
    seen = f"epoch 12: {classic[12].n_correct} of 23 correct, loss {classic.losses[12]:.3f}"
    assert said[root.attrib["aria-labelledby"]] == seen
    description = said[root.attrib["aria-describedby"]] or ""
    assert f"Target: {SENTENCE[1:]}" in description
    assert f"Prediction at epoch 12: {classic.text(12)}" in description
    assert f"all correct for the first time: {epochs_of(classic, 'all_correct')[0]}" in description


def test_events_have_marks_and_a_legend_with_their_epochs(classic: History) -> None:
    root = parse(classic.to_svg())
    assert len(of_kind(root, "all_correct")) == 2  # at the axis and in the legend
    spikes = epochs_of(classic, "spike")
    assert spikes
    assert len(of_kind(root, "spike")) == len(spikes) + 1
    named = f"loss spike: {', '.join(map(str, spikes))}"
    assert named in [each.text for each in root.iter(f"{SVG}text")]


def test_a_forget_bias_is_named() -> None:
    assert "forget bias 1.5" in recorded("hello", {"forget_bias": 1.5}).to_svg()
    assert "forget bias" not in recorded("hello", {"forget_bias": "1"}).to_svg()


def test_numbers_of_epochs_are_grouped_in_all_captions() -> None:
    history = made_up.with_losses(np.linspace(2.0, 1.0, 12_346).tolist())
    svg = history.to_svg(lang="ko")
    assert "에폭 12,345" in svg
    assert ">5,000<" in svg
    assert not re.findall(r">[^<]*\b\d{4,}\b[^<]*<", re.sub(r"<style>.*?</style>", "", svg, flags=re.DOTALL))


def test_equal_recordings_give_equal_bytes_and_another_epoch_another_id(classic: History) -> None:
    svg = classic.to_svg(12)
    assert svg == History.from_bytes(classic.to_bytes()).to_svg(12)
    assert parse(svg).get("id") != parse(classic.to_svg(13)).get("id")


def test_the_classic_run_is_small(classic: History) -> None:
    assert max(len(classic.to_svg(epoch).encode()) for epoch in (0, 150, -1)) < 40_000


HOSTILE = (
    "<script>alert(1)</script>",
    "]]><svg onload='alert(1)'>",
    "&amp;&#0;\"'",
    "\x00\x01\x08\x0b\x1b\x7f\x85\x9f",
    "\ufffe\uffff\ufdd0",
    "\u202e\u2066\u200b\ufeff",
    "a\u0301 \u0301\r\n\t",
)


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("where", ["text", "token", "metadata"])
def test_no_text_injects_elements(text: str, where: str) -> None:
    if where == "text":
        history = recorded(text * 2)
    elif where == "token":
        history = History(Alphabet([text, "b"]), [0, 1], [1, 0])
        history.append([1.0], np.zeros((1, 2, 2)))
    else:
        history = recorded(
            "hello", {"model": text, "optimizer": text, "seed": text, "device": text, "hidden_size": text}
        )
    svg = history.to_svg()
    root = parse(svg)
    svg.encode()
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f]", svg)
    kinds = {each.tag.removeprefix(SVG) for each in root.iter()}
    assert kinds <= {"svg", "title", "desc", "style", "rect", "text", "tspan", "g", "path", "image", "circle"}
    assert not [name for each in root.iter() for name in each.attrib if name.startswith("on")]


@pytest.mark.parametrize(
    ("token", "shown"),
    [(" ", "␣"), ("\n", "⏎"), ("\t", "⇥"), ("\r\n", "⏎"), ("\x00", "␀"), ("\u0301", "◌\u0301"), ("\u200b", "200B"),
     ("a\tb", "a⇥b"), ("internationalization", "internation…"), ("한", "한")],
)  # fmt: skip
def test_every_token_is_visible(token: str, shown: str) -> None:
    assert glyph(token).text == shown


ARABIC = "\u0628\u062d\u062b\u062a \u0639\u0646 \u0627\u0644\u0645\u0639\u0646\u0649"


def test_a_right_to_left_text_runs_from_right_to_left() -> None:
    history = recorded(ARABIC)
    root = parse(history.to_svg())
    (row,) = of_kind(root, "target")
    drawn = sorted((float(each.attrib["x"]), each.text or "") for each in row)
    assert "".join(text for _, text in reversed(drawn)) == ARABIC[1:].replace(" ", "␣")
    (prediction,) = of_kind(root, "prediction")
    cells = sorted((float(e.attrib["x"]), "correct" in e.get("class", "")) for e in prediction if e.tag == f"{SVG}rect")
    expected = history.correct[-1][::-1].tolist()
    assert [correct for _, correct in cells] == expected
    colours, _ = pixels(of_kind(root, "map")[0])
    pitch = (colours.shape[1] + 2) // history.positions
    middles = colours[-1, pitch // 2 :: pitch]
    assert (middles[:, 2] > middles[:, 0]).tolist() == expected


def test_every_line_of_a_right_to_left_text_begins_at_the_right() -> None:
    rows = of_kind(parse(recorded(ARABIC * 6).to_svg(lines=99)), "target")
    starts = {max(float(each.attrib["x"]) for each in row) for row in rows}
    ends = [min(float(each.attrib["x"]) for each in row) for row in rows]
    assert len(rows) > 1
    assert len(starts) == 1
    assert ends[-1] > ends[0]


@pytest.mark.parametrize(
    ("tokens", "expected"),
    [
        ("hello", "ltr"),
        ("한글", "ltr"),
        ("\u05e9\u05dc\u05d5\u05dd", "rtl"),
        ("\u0645\u0631\u062d\u0628\u0627!", "rtl"),
        ("\ufefb\U00010900\U0001e900", "rtl"),
        ("\u05e9\u05dcab", "ltr"),
        ("\u05e9\u05dc\u05d5ab 123 ...", "rtl"),
        ("123 ...", "ltr"),
        ("", "ltr"),
        (["\u05e9\u05dc\u05d5\u05dd", "hello", "\u05e2\u05d5\u05dc\u05dd"], "rtl"),
    ],
)
def test_the_direction_is_that_of_most_letters(tokens: Iterable[str], expected: str) -> None:
    assert direction(tokens) == expected


def test_a_long_text_is_wrapped_and_a_longer_one_is_cut() -> None:
    text = "the quick brown fox jumps over the lazy dog " * 10
    whole = parse(recorded(text[:201]).to_svg())
    assert len(of_kind(whole, "map")) > 2
    assert sum(len(list(each.iter(f"{SVG}rect"))) for each in of_kind(whole, "prediction")) == 200
    part = parse(recorded(text).to_svg(lines=2))
    shown = sum(len(list(each.iter(f"{SVG}rect"))) for each in of_kind(part, "prediction"))
    assert f"positions not shown: {len(text) - 1 - shown}" in [each.text for each in part.iter(f"{SVG}text")]


@pytest.mark.parametrize("width", [320, 960, 4096])
@pytest.mark.parametrize("positions", [1, 7, 60])
def test_cells_and_maps_stay_inside_the_picture(width: int, positions: int) -> None:
    root = parse(recorded(("abc" * 30)[: positions + 1]).to_svg(width=width))
    boxes = [*root.iter(f"{SVG}rect"), *root.iter(f"{SVG}image")]
    assert all(float(each.attrib["x"]) + float(each.attrib["width"]) <= width for each in boxes)
    assert all(float(each.attrib["y"]) + float(each.attrib["height"]) <= float(root.attrib["height"]) for each in boxes)


def test_a_loss_that_is_not_finite_is_a_gap_and_a_huge_one_is_cut_off() -> None:
    history = made_up.with_losses([1.0, 0.8, math.nan, math.inf, 0.7, 1e30, 0.6])
    root = parse(history.to_svg(2))
    (curve,) = of_kind(root, "loss")
    assert curve.attrib["d"].count("M") == 2
    numbers = [float(each) for each in re.findall(r"-?[\d.]+", curve.attrib["d"])]
    assert min(numbers) >= 0
    assert max(numbers) < float(root.attrib["width"])
    assert coordinates(curve.attrib["d"])[:, 1].max() < float(root.attrib["height"])
    assert not of_kind(root, "dot")
    assert "NaN" in (root[0].text or "")
    parse(made_up.with_losses([math.nan]).to_svg())


def test_colours_are_light_in_attributes_and_dark_in_a_style_block_of_the_auto_theme(classic: History) -> None:
    auto, light, dark = (classic.to_svg(theme=theme) for theme in ("auto", "light", "dark"))
    assert "@media (prefers-color-scheme:dark)" in auto
    assert "<style>" not in light + dark
    for svg, ground in ((auto, "#ffffff"), (light, "#ffffff"), (dark, "#171a21")):
        assert next(parse(svg).iter(f"{SVG}rect")).get("fill") == ground
    identity = parse(auto).attrib["id"]
    rules = re.findall(r"([^{}]+)\{[^{}]+\}", auto.split("dark){")[1].split("</style>")[0])
    assert rules
    assert all(rule.startswith(f"#{identity} ") for rule in rules)


def test_captions_are_in_korean(classic: History) -> None:
    root = parse(classic.to_svg(12, lang="ko"))
    assert root[0].text == f"에폭 12: 23개 중 {classic[12].n_correct}개 맞음, 손실 {classic.losses[12]:.3f}"
    assert {"입력", "정답", "예측"} <= {each.text for each in root.iter(f"{SVG}text")}


def test_an_empty_recording_is_refused() -> None:
    with pytest.raises(ValueError, match=r"nothing is recorded.*train first"):
        made_up.history(0).to_svg()


def test_an_epoch_that_is_not_recorded_is_refused(classic: History) -> None:
    with pytest.raises(IndexError, match="epoch 300: epochs 0 to 299 are recorded"):
        classic.to_svg(300)


@pytest.mark.parametrize("option", [{"width": 100}, {"lines": 0}, {"theme": "blue"}, {"lang": "fr"}])
def test_an_invalid_option_is_refused(classic: History, option: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=f"{next(iter(option))}="):
        classic.to_svg(**option)


@pytest.mark.parametrize(
    ("axis", "every", "lang", "title", "beside", "below"),
    [
        ("step", 50, "en", "step 1,000: ", {"0", "1,000", "1,950", "step"}, {"0", "500", "1,000", "1,500"}),
        ("token", 50, "en", "1,000 tokens: ", {"1,000", "tokens"}, {"500", "1,500"}),
        ("epoch", 0.125, "en", "epoch 2.50: ", {"0.00", "2.50", "4.88", "epoch"}, {"0", "2", "4"}),
        ("epoch", 0.005, "en", "epoch 0.100: ", {"0.100", "0.195"}, {"0.05", "0.15"}),
        ("epoch", 2, "en", "epoch 40: ", {"40", "78"}, {"20", "60"}),
        ("step", 50, "ko", "스텝 1,000: ", {"스텝"}, {"500"}),
    ],
)
def test_places_stand_for_epochs_on_an_axis(
    axis: str, every: float, lang: str, title: str, beside: set[str], below: set[str]
) -> None:
    history = made_up.loop(40, every=every, axis=axis, probes=[("one", 0, 17)])  # type: ignore[arg-type]
    root = parse(history.to_svg(20, lang=lang))
    words = {each.text or "" for each in root.iter() if each.text}
    assert next(root.iter(f"{SVG}title")).text.startswith(title)  # type: ignore[union-attr]
    assert beside | below <= words
    assert "epoch 20" not in words


def test_the_curve_stands_on_the_places() -> None:
    history = made_up.loop(0)
    for place in (0, 100, 110):
        history.append([1.0 + place], made_up.logits(history, 1), places=[place])
    root = parse(history.to_svg())
    (curve,) = of_kind(root, "loss")
    x = coordinates(curve.attrib["d"].replace("h0", ""))[:, 0]
    assert (x[1] - x[0]) / (x[2] - x[1]) == pytest.approx(10, rel=0.02)


def test_of_several_probes_the_first_is_drawn() -> None:
    history = made_up.loop(5)
    assert history.to_svg() == history.probe("train").to_svg() != history.probe("held out").to_svg()


def test_the_picture_of_a_long_recording_reads_a_few_records_of_each_row(monkeypatch: pytest.MonkeyPatch) -> None:
    history = recorded("abcab", epochs=3)
    for _ in range(10):
        history.extend(history.records())  # 3,072 epochs
    before = history.to_svg()
    read: list[int] = []
    records = history.records
    monkeypatch.setattr(history, "records", lambda *of: read.append(len((got := records(*of)).losses)) or got)
    monkeypatch.setattr(overview, "PAGE_BYTES", 1000)
    long = history.to_svg()
    assert sum(read) < len(history) - 1000
    assert re.findall("data:image/png", long) == re.findall("data:image/png", before)
