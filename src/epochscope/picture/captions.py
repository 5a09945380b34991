"""The words in a picture, in English and Korean: those of `js/words.ts`."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

CAPTIONS = {
    "en": {
        "input": "input",
        "target": "target",
        "prediction": "prediction",
        "epoch": "epoch",
        "at": "epoch {}",
        "score": "{} of {} right",
        "loss": "loss {}",
        "axis": "loss, nats per token",
        "more": "{} more positions are not shown",
        "should": "The text to be said: {}",
        "said": "Said at epoch {}: {}",
        "course": "Loss {} at epoch 0, {} at epoch {}.",
        "all_correct": "all right",
        "spike": "the loss jumps",
        "diverged": "the loss is not finite",
        "lr": "new learning rate",
        "branch": "branched",
        "uniform": "uniform guess",
        "saturation": "lowest without a readout",
        "frequencies": "knowing only frequencies",
        "one": "knowing 1 token before",
        "previous": "knowing {} tokens before",
        "hidden": "{} hidden",
        "readout": "readout",
        "windows": "windows of {}",
        "parameters": "{} parameters",
        "rate": "learning rate {}",
        "seed": "seed {}",
    },
    "ko": {
        "input": "입력",
        "target": "정답",
        "prediction": "예측",
        "epoch": "에폭",
        "at": "에폭 {}",
        "score": "{1}개 중 {0}개 맞음",
        "loss": "손실 {}",
        "axis": "손실, 토큰당 내트",
        "more": "{}개 위치는 생략",
        "should": "정답: {}",
        "said": "에폭 {}의 예측: {}",
        "course": "손실: 에폭 0에서 {0}, 에폭 {2}에서 {1}.",
        "all_correct": "모두 맞음",
        "spike": "손실 급등",
        "diverged": "손실이 유한하지 않음",
        "lr": "학습률 변경",
        "branch": "분기",
        "uniform": "고르게 찍을 때",
        "saturation": "출력층 없이 가장 낮은 값",
        "frequencies": "빈도만 알 때",
        "one": "앞의 1개를 알 때",
        "previous": "앞의 {}개를 알 때",
        "hidden": "은닉 {}",
        "readout": "출력층",
        "windows": "창 {}",
        "parameters": "매개변수 {}개",
        "rate": "학습률 {}",
        "seed": "시드 {}",
    },
}


def grouped(count: int) -> str:
    """Groups of three digits, apart by a narrow space that does not break."""
    return f"{count:,}".replace(",", "\u202f")


def loss3(loss: float) -> str:
    """A loss as people write it."""
    if math.isnan(loss):
        return "NaN"
    if math.isinf(loss):
        return "∞" if loss > 0 else "−∞"
    return f"{loss:.3f}" if abs(loss) < 1000 else f"{loss:.2e}"


def model_parts(metadata: Mapping[str, Any], lr: float, words: Mapping[str, str]) -> list[str]:
    """What the run was made with, in parts; `about` may come from a file, so that nothing is taken for granted."""
    hidden, layers = metadata.get("hidden_size"), metadata.get("num_layers")
    size = f"{layers} × {hidden}" if isinstance(layers, int) and layers > 1 else hidden
    parameters = metadata.get("parameters")
    learning = [str(metadata["optimizer"])] if metadata.get("optimizer") else []
    if math.isfinite(lr):
        learning.append(words["rate"].format(f"{lr:.4g}"))
    parts = [
        words["hidden"].format(size) if hidden else "",
        words["readout"] if metadata.get("readout") else "",
        words["windows"].format(metadata["window"]) if metadata.get("window") else "",
        words["parameters"].format(grouped(parameters)) if isinstance(parameters, int) else "",
        ", ".join(learning),
        words["seed"].format(metadata["seed"]) if metadata.get("seed") is not None else "",
        str(metadata["device"]) if metadata.get("device") not in (None, "cpu") else "",
    ]
    return [part for part in parts if part]
