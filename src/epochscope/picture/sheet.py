"""What all parts of a picture share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from epochscope.recording.events import Event
from epochscope.recording.recording import Recording
from epochscope.words import words

from .captions import grouped, loss3, model_parts
from .first_error_line import reads_whole_text
from .loss_curve import legend
from .places import place_caption
from .svg import Pen

EDGE = 24  # px: margin
MAX_NAME = 48  # characters of a value from the metadata


class Sheet(NamedTuple):
    """What all parts of a picture share."""

    pen: Pen
    recording: Recording
    events: Sequence[Event]
    epoch: int
    width: int  # px
    lang: str

    @property
    def words(self) -> Mapping[str, str]:
        """The captions in the picture's language."""
        return words(self.lang)

    @property
    def at(self) -> str:
        """The epoch, or its place on the axis, as a caption."""
        return place_caption(self.recording, self.epoch, self.words)

    @property
    def loss(self) -> str:
        """The loss at the epoch, as a caption."""
        return self.words["loss"].format(loss=loss3(self.recording[self.epoch].loss))

    @property
    def score(self) -> str:
        """The number of correct positions, as a caption."""
        n_correct = self.recording.count_correct(self.epoch)
        return self.words["score"].format(correct=grouped(n_correct), positions=grouped(self.recording.n_counted))

    @property
    def legend(self) -> Sequence[tuple[str, str]]:
        """The marks in the picture, as kinds and captions: "ignored" if there are such positions, then the others."""
        ignored = self.recording.positions - self.recording.n_counted
        hatching = [("ignored", self.words["picture_ignored"].format(count=grouped(ignored)))] if ignored else []
        line = [("first-error", self.words["picture_first_error"])] if reads_whole_text(self.recording) else []
        return [*hatching, *line, *legend(self.recording, self.events, self.words)]

    @property
    def made_with(self) -> list[str]:
        """The model's name and how it was trained, as captions."""
        lr = float(self.recording.records(self.epoch, self.epoch + 1).lrs[0])
        name = str(self.recording.metadata.get("model") or "epochscope")
        parts = [name, *model_parts(self.recording, lr, self.words)]
        return [part if len(part) <= MAX_NAME else part[: MAX_NAME - 1] + "…" for part in parts]
