"""The line in a learning map before the first wrong position of each epoch."""

from __future__ import annotations

from epochscope.recording.recording import Recording

from .svg import Pen


def reads_whole_text(recording: Recording) -> bool:
    """Return whether the text is read as a whole; with windows the first error does not bound what is generated."""
    window = recording.metadata.get("window")
    return not isinstance(window, int) or window >= recording.positions


def first_error_line(pen: Pen, path: str) -> list[str]:
    """Return a line with an outline, which separates it from the colours of the map."""
    outline = pen.draw("path", d=path, fill_opacity=0, stroke="ground", stroke_width=4)
    return [outline, pen.draw("path", d=path, kind="first-error", fill_opacity=0, stroke="ink", stroke_width=1.5)]
