"""What a picture can show below the text, in the same columns: what the network does inside, and in experiments."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from epochscope.inspection.arguments import check_layer
from epochscope.inspection.experiments import cut_memory, free_run, transplant
from epochscope.inspection.reading import read
from epochscope.validation import check_choice, check_int

from .panel_contents import NOTHING, Map, PanelContents, Row
from .reach import reach_contents

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy.typing as npt

    from epochscope.inspection.numpy_network import NumpyNetwork
    from epochscope.recording.recording import Recording

Kind = Literal["free_run", "memory", "inside", "gradient_reach", "network"]
KINDS: tuple[Kind, ...] = ("free_run", "memory", "inside", "gradient_reach", "network")
#: The maps that are drawn for each cell.
MAPS = {"lstm": ("hidden", "cell", "forget"), "gru": ("hidden", "update", "reset"), "rnn": ("hidden",)}
MAX_UNITS = 32


@dataclass(frozen=True)
class PanelOptions:
    """What `History.to_svg` draws below the text; see there."""

    kind: Kind
    given: int = 1
    cut_after: int | None = None
    move: tuple[int, int] | None = None
    layer: int = -1


def panel_options(
    panel: Kind | None, given: int, cut_after: int | None, move: tuple[int, int] | None, layer: int
) -> PanelOptions | None:
    """Return the options of a panel, None for none. Raises ValueError if some are of another panel, or do not agree."""
    if panel is not None:
        check_choice("panel", panel, KINDS)
    chosen = {"given": given != 1, "cut_after": cut_after is not None, "move": move is not None, "layer": layer != -1}
    for name, kind in (("given", "free_run"), ("cut_after", "memory"), ("move", "memory"), ("layer", "inside")):
        if chosen[name] and panel != kind:
            raise ValueError(f"{name}: is an option of panel={kind!r}, not of panel={panel!r}; leave it out")
    if panel == "memory" and chosen["cut_after"] == chosen["move"]:
        raise ValueError(
            'panel="memory": pass either cut_after=, the position after which the memory is cut, or '
            "move=(source, to), the positions from and to which it is moved"
        )
    return None if panel is None else PanelOptions(panel, given, cut_after, move, layer)


def contents(
    recording: Recording,
    epoch: int,
    network: NumpyNetwork,
    options: PanelOptions,
    words: Mapping[str, str],
    *,
    columns: int,
    lines: int,
) -> PanelContents:
    """Return what a panel shows at an epoch; `network` is the one of this epoch, `lines` of `columns` are shown."""
    if options.kind == "gradient_reach":
        return reach_contents(recording, network, words, columns, lines)
    make = {"free_run": _free_run, "memory": _cut if options.move is None else _moved, "inside": _inside}[options.kind]
    return make(recording, epoch, network, options, words)


def _free_run(
    recording: Recording, epoch: int, network: NumpyNetwork, options: PanelOptions, words: Mapping[str, str]
) -> PanelContents:
    given = check_int("given", options.given, 1, recording.positions)
    said = free_run(network, recording.inputs, given)
    inputs = np.where(np.arange(len(said)) < given, recording.inputs, np.append(0, said[:-1]))
    wrong = np.flatnonzero((said != recording.targets) & recording.counted)
    first = int(wrong[0]) if len(wrong) else len(said)
    tones = np.where(np.arange(len(said)) < first, "correct", "plain")
    tones[first : first + 1] = "wrong"
    result = words["picture_free_run_result"].format(
        correct=recording.count_correct(epoch), positions=recording.n_counted, first=first
    )
    rows = [Row(words["picture_own_input"], inputs), Row(words["free_run"], said, tones)]
    return PanelContents(
        words["free_run"], result, rows, [], fed_back=True, mark_after=first - 1 if 0 < first < len(said) else None
    )


def _cut(
    recording: Recording, epoch: int, network: NumpyNetwork, options: PanelOptions, words: Mapping[str, str]
) -> PanelContents:
    after = check_int("cut_after", options.cut_after, 0, recording.positions - 1)
    window = recording.metadata.get("window")
    predictions = cut_memory(network, recording.inputs, after, window=window)
    before = recording.records(epoch, epoch + 1).top_tokens[0, :, 0]
    changed = predictions != before
    tones = np.where(predictions == recording.targets, "correct", "wrong")
    tones[~recording.counted] = "plain"
    result = words["picture_cut_result"].format(count=int(changed.sum()))
    row = Row(words["picture_cut"], predictions, tones, changed)
    return PanelContents(words["memory"], result, [row], [], mark_after=after)


def _moved(
    recording: Recording, _epoch: int, network: NumpyNetwork, options: PanelOptions, words: Mapping[str, str]
) -> PanelContents:
    assert options.move is not None  # noqa: S101 - chosen by it
    source, to = (check_int("move", position, 0, recording.positions - 1) for position in options.move)
    said = transplant(network, recording.inputs, source, to, window=recording.metadata.get("window"))
    empty = np.full(to, NOTHING)
    inputs = np.concatenate([empty, recording.inputs[to : to + 1], said[:-1]])
    tokens = np.concatenate([empty, said])
    result = words["picture_move_result"].format(
        source=recording.join(recording.inputs[: source + 1]), said=recording.join(said)
    )
    rows = [Row(words["picture_own_input"], inputs), Row(words["picture_moved"], tokens, np.full(len(tokens), "plain"))]
    return PanelContents(words["memory"], result, rows, [], fed_back=True, mark_after=to - 1 if to else None)


def _inside(
    recording: Recording, _epoch: int, network: NumpyNetwork, options: PanelOptions, words: Mapping[str, str]
) -> PanelContents:
    layer = check_layer(options.layer, network.network)
    reading = read(network, recording.inputs, recording.metadata.get("window"))
    trace = reading.layers[layer]
    is_logits = network.network.output is None and layer == len(network.network.layers) - 1
    arrays = {"hidden": trace.hidden, "cell": trace.cell, **trace.gates}
    units = _units(trace.hidden, all_of_them=is_logits)
    names = [recording.alphabet[int(unit)] if is_logits else str(unit) for unit in units]
    maps = []
    for name in MAPS[network.network.layers[layer].cell]:
        values = arrays[name]
        assert values is not None  # noqa: S101 - the cell has it
        scale = max(1.0, float(np.nanmax(np.abs(values), initial=0))) if name == "cell" else 1.0
        maps.append(Map(words[f"picture_{name}"].format(limit=f"{scale:.1f}"), values[:, units] / scale, names))
    if is_logits:
        maps[0] = maps[0]._replace(framed=recording.targets)
    result = words["picture_inside_logits"] if is_logits else ""
    return PanelContents(words["inside"], result, [], maps)


def _units(hidden: npt.NDArray[np.float64], *, all_of_them: bool) -> npt.NDArray[np.int64]:
    """Return the units to draw: all tokens, or those that vary most over the positions."""
    count = hidden.shape[1]
    if all_of_them or count <= MAX_UNITS:
        return np.arange(count)
    return np.sort(np.argsort(-hidden.var(axis=0), kind="stable")[:MAX_UNITS])
