"""The widget on the page: traits and messages."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import anywidget
import traitlets

#: The value of `cursor` that keeps it at the head while epochs are recorded.
FOLLOW_HEAD = -1
#: The traits that a question changes.
QUESTION_TRAITS = ("question", "answers", "hands")
_STATIC = Path(__file__).parent / "static"


class PackedWidget(anywidget.AnyWidget):
    """A widget of `widget.js` with traits whose values are made when they are sent.

    Parameters
    ----------
    packed
        By trait, what returns its value. Called only when the state is sent: to a new page, on a reload, or at the end
        of a run.
    traits
        Initial values of the other traits.
    """

    # As text: anywidget watches files for changes, and so would keep every player of a session, with its recording.
    _esm = (_STATIC / "widget.js").read_text(encoding="utf-8")
    _css = (_STATIC / "widget.css").read_text(encoding="utf-8")

    lang: traitlets.Unicode[str, str | bytes] = traitlets.Unicode(
        "", help="'en', 'ko', or '' for the browser's language"
    ).tag(sync=True)

    def __init__(self, packed: Mapping[str, Callable[[], object]], **traits: Any) -> None:
        self._packed = dict(packed)
        super().__init__(**traits)

    def open(self) -> None:
        """Open the comm. Its messages are handled while a cell runs, if ipykernel supports that."""
        super().open()
        comm: Any = self.comm
        if hasattr(comm, "_reply_subshell_for"):
            # ipykernel 7.4 passes messages to the shell that published last, usually the main one, so that a click
            # would wait for the running cell. This keeps the shell that the browser chose. There is no public API.
            comm._reply_subshell_for = lambda _data, default: default  # noqa: SLF001 - no public way

    def get_state(self, key: Any = None, drop_defaults: bool = False) -> dict[str, Any]:
        """Return the values of the traits; those that are packed, as they are now."""
        state = super().get_state(key, drop_defaults)
        for name, pack in self._packed.items():
            if name in state or _names(name, key):
                state[name] = pack()
        return state

    def set_state(self, sync_data: dict[str, Any]) -> None:
        """Ignore what a browser sends: it sets no trait."""


class BasePlayer(PackedWidget):
    """What the players of a scope and of a comparison share.

    Parameters
    ----------
    packed
        By trait, what returns its value, see `PackedWidget`.
    deliver
        Calls a function on the kernel's main thread; messages may arrive on other threads. Defaults to a direct call.
    traits
        Initial values of the other traits.
    """

    cursor: traitlets.Int[int, int] = traitlets.Int(
        FOLLOW_HEAD, help="the epoch that is shown; -1: the head, also when epochs are recorded"
    ).tag(sync=True, echo_update=False)
    chart: traitlets.Dict[str, Any] = traitlets.Dict(
        help="references to the parts of the chart that the browser moves"
    ).tag(sync=True)
    question: traitlets.Dict[str, Any] = traitlets.Dict(help="see `questions.asked.Asked`; {} without one").tag(
        sync=True
    )
    answers: traitlets.List[dict[str, Any]] = traitlets.List(help="what each page has answered").tag(sync=True)
    hands: traitlets.List[dict[str, Any]] = traitlets.List(help="shows of hands").tag(sync=True)

    def __init__(
        self,
        packed: Mapping[str, Callable[[], object]],
        *,
        deliver: Callable[[Callable[[], None]], None] = lambda call: call(),
        **traits: Any,
    ) -> None:
        self._deliver = deliver
        super().__init__(packed, **traits)

    def receive_cursor(self, cursor: int) -> None:
        """Set the cursor to what a page shows, on the main thread; nothing is sent to the pages."""
        self._deliver(lambda: anywidget.AnyWidget.set_state(self, {"cursor": cursor}))


class Player(BasePlayer):
    """Shows a recording. `wire` defines the messages to the browser, `runs.commands` those from it.

    Parameters
    ----------
    pack, pack_weights, pack_code
        Return the whole recording and its weights, as bytes, and the program that repeats it.
    options
        Those of `BasePlayer`.
    """

    recording: traitlets.Bytes = traitlets.Bytes(help="the whole recording, see `wire`").tag(sync=True)
    weights: traitlets.Bytes = traitlets.Bytes(help="weights that pages asked for, see `packed_weights`").tag(sync=True)
    code: traitlets.Dict[str, Any] = traitlets.Dict(help="the program that repeats the run, see `run_code`").tag(
        sync=True
    )
    status: traitlets.Dict[str, Any] = traitlets.Dict(help="status of the run, see `wire.pack_status`").tag(sync=True)

    def __init__(
        self,
        pack: Callable[[], bytes],
        pack_weights: Callable[[], bytes],
        pack_code: Callable[[], dict[str, Any]],
        **options: Any,
    ) -> None:
        super().__init__({"recording": pack, "weights": pack_weights, "code": pack_code}, **options)

    def send_recordings(self) -> None:
        """Send everything that is recorded."""
        self.send_state("recording")

    def send_everything(self) -> None:
        """Send all that changes with the run."""
        self.send_state(["recording", "weights", "code", "status", "cursor", *QUESTION_TRAITS])


class ComparisonPlayer(BasePlayer):
    """Shows several recordings in lock step. Each of the lists has one element for each run.

    Parameters
    ----------
    pack, pack_weights, pack_codes
        Return the recordings and their weights, as bytes, and the programs that repeat them.
    options
        Those of `BasePlayer`.
    """

    recordings: traitlets.List[bytes] = traitlets.List(help="the recordings, see `wire`").tag(sync=True)
    weights: traitlets.List[bytes] = traitlets.List(help="weights that pages asked for").tag(sync=True)
    codes: traitlets.List[dict[str, Any]] = traitlets.List(help="the programs that repeat them").tag(sync=True)
    statuses: traitlets.List[dict[str, Any]] = traitlets.List(help="see `wire.pack_status`").tag(sync=True)
    labels: traitlets.List[str] = traitlets.List(help="the names of the runs").tag(sync=True)

    def __init__(
        self,
        pack: Callable[[], list[bytes]],
        pack_weights: Callable[[], list[bytes]],
        pack_codes: Callable[[], list[dict[str, Any]]],
        **options: Any,
    ) -> None:
        super().__init__({"recordings": pack, "weights": pack_weights, "codes": pack_codes}, **options)

    def send_recordings(self) -> None:
        """Send everything that is recorded."""
        self.send_state("recordings")

    def send_everything(self) -> None:
        """Send all that changes with the runs."""
        self.send_state(["recordings", "weights", "codes", "statuses", "cursor", *QUESTION_TRAITS])


def _names(name: str, key: object) -> bool:
    if key is None or isinstance(key, str):
        return key is None or key == name
    return isinstance(key, Iterable) and name in key
