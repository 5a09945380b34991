"""What scopes and comparisons share as widgets: the box in the page, and what happens when its cell is run again."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable
from html import escape
from typing import Any, Protocol

import ipywidgets

from epochscope.runs.notebook import CellRegistry
from epochscope.validation import check_choice

from .open_widgets import OpenWidgets
from .uncopied import Uncopied

_cells: CellRegistry[Shown] = CellRegistry()


def check_lang(lang: str | None) -> str:
    """Return the language of the controls; "" is that of the browser."""
    return "" if lang is None else check_choice("lang", lang, ("en", "ko"))


class Display(Protocol):
    """What a box shows, and how it ends."""

    #: An anywidget.
    player: Any
    #: A chart; None without one.
    chart: Any

    def when_unseen(self, call: Callable[[], None]) -> None:
        """Call when no page shows the widget any more."""
        ...

    def close(self) -> None:
        """Remove player and chart from every page."""
        ...


class Shown(Uncopied, ipywidgets.Box):
    """Base class: a box with the player and the chart of a display."""

    _display: Any

    def __init__(self, display: Display) -> None:
        self._display = display
        chart = display.chart
        super().__init__([display.player] if chart is None else [display.player, chart.widget])
        self.add_class("epochscope")
        if chart is not None:
            self.add_class("epochscope-with-chart")
        self._widgets = OpenWidgets(self)
        for earlier in _cells.register(self):
            earlier._replaced()  # noqa: SLF001 - same class

    def _pause(self) -> None:
        """Stop to train."""
        raise NotImplementedError

    def _picture(self) -> str | None:
        """Return an SVG of what is recorded; None if nothing is."""
        raise NotImplementedError

    def _instead_of_results(self) -> str | None:
        """Return a text if results are not to be shown; None if they may be."""
        return None

    def _replaced(self) -> None:
        """Pause, and let ipywidgets forget the widget when no page shows it: its cell has made another one."""
        self._pause()
        self._display.when_unseen(self._widgets.close)

    def _open(self) -> None:
        """Open the widgets again, if they were closed because another one has replaced this one."""
        if "_widgets" in self.__dict__:
            self._widgets.open()

    @property
    def model_id(self) -> str:
        """The id of the widget's model in the browser."""
        self._open()
        return super().model_id

    # IPython prefers this method, which ipywidgets 7 defines, to the bundle below.
    _ipython_display_ = None

    def _repr_mimebundle_(self, **_kwargs: Any) -> Any:
        self._open()
        # Text and picture are complete: they are all that is shown where no widget can run.
        instead = self._instead_of_results()
        data: dict[str, Any] = {"text/plain": instead or repr(self)}
        picture = self._picture() if instead is None else None
        if picture is not None:
            encoded = b64encode(picture.encode()).decode()
            data["text/html"] = f'<img src="data:image/svg+xml;base64,{encoded}" alt="{escape(repr(self))}">'
        if self.comm is None:  # closed
            return data, {}
        data["application/vnd.jupyter.widget-view+json"] = self.get_view_spec()
        # Colab needs the metadata of an anywidget to choose its widget manager.
        player = self._display.player._repr_mimebundle_()
        return data, player[1] if player else {}

    def _display_(self) -> Any:
        """Return what marimo shows: it supports anywidgets, but neither boxes nor bqplot."""
        self._open()
        return self._display.player

    def close(self) -> None:
        """End the run and remove the widget from every page."""
        display: Display | None = self.__dict__.get("_display")  # absent if the options were refused
        if display is not None:
            _cells.unregister(self)
            display.close()
            self._widgets.close(for_good=True)
        super().close()
