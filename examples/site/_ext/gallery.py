"""Sphinx extension: makes the recordings of the gallery, and shows them.

Each `gallery/NAME.py` is a script of two parts. What is before the line `# ---` is what a reader sees. The rest sets
`page` (what is exported), `shown` (the epoch of the picture), `facts` (values for the text of its page) and perhaps
`picture` (what is drawn, if that is not the page) and `languages` (of pages besides the one in the reader's). The script
is run if it or the package has changed; what it makes is kept in `.cache/docs/`.
"""

from __future__ import annotations

import contextlib
import hashlib
import html
import io
import json
import runpy
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import quote

from docutils import nodes
from docutils.parsers.rst import Directive, directives
from sphinx.addnodes import pending_xref
from sphinx.application import Sphinx
from sphinx.errors import SphinxError
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective, SphinxRole
from sphinx.util.typing import OptionSpec

_LOG = logging.getLogger(__name__)
_SITE = Path(__file__).resolve().parents[1]
_ROOT = _SITE.parents[1]
_MADE = _ROOT / ".cache" / "docs" / "gallery"
_FACTS = _ROOT / ".cache" / "docs" / "facts"
#: Where the frames are on the site.
_FOLDER = "gallery-frames"
#: The width of the pictures on the cards, px.
_WIDTH = 480


def make_all(app: Sphinx) -> None:
    """Run the scripts that have changed."""
    import torch

    from epochscope import Trainer, playground

    for folder in (_MADE / _FOLDER, _FACTS):
        folder.mkdir(parents=True, exist_ok=True)
    package = _digest(*sorted((_ROOT / "src" / "epochscope").rglob("*.py")), *_static())
    torch.set_num_threads(1)  # nothing here gains by more
    facts = {}
    for script in sorted((_SITE / "gallery").glob("*.py")):
        known, digest = _FACTS / f"{script.stem}.json", _digest(script, Path(__file__)) + package
        made = json.loads(known.read_text()) if known.exists() else {}
        if made.get("digest") != digest:
            _LOG.info("gallery: %s", script.name)
            made = {"digest": digest, "facts": _make(script)}
            known.write_text(json.dumps(made))
        facts |= {f"{script.stem}.{name}": value for name, value in made["facts"].items()}
    playground(_MADE / _FOLDER / "playground.html", embed=True)
    playground(_MADE / "playground.html")
    _draw(Trainer("any text of your own", readout=True, lr=0.03).train(40), "playground", {"epoch": 12})
    app.env.gallery_facts = facts  # type: ignore[attr-defined]


def _make(script: Path) -> dict[str, str]:
    """Run a script, write its page and its pictures, and return its facts."""
    with contextlib.redirect_stderr(io.StringIO()):  # the progress bar of a sweep
        made = runpy.run_path(str(script))
    page, shown = made["page"], made["shown"]
    page.to_html(_MADE / _FOLDER / f"{script.stem}.html", embed=True)
    for lang in made.get("languages", ()):
        page.player.lang = lang
        page.to_html(_MADE / _FOLDER / f"{script.stem}-{lang}.html", embed=True)
    _draw(made.get("picture", page), script.stem, {} if shown is None else {"epoch": shown})
    page.close()
    opened = {} if shown is None else {"shown": shown}
    return {name: str(value) for name, value in {**opened, **made["facts"]}.items()}


def _draw(recording: Any, name: str, epoch: dict[str, int]) -> None:
    """Write the pictures of a recording, one for each theme."""
    for theme in ("light", "dark"):
        recording.to_svg(path=_MADE / _FOLDER / f"{name}-{theme}.svg", theme=theme, width=_WIDTH, **epoch)


def _static() -> list[Path]:
    return sorted((_ROOT / "src" / "epochscope" / "widget" / "static").glob("*"))


def _digest(*files: Path) -> str:
    digest = hashlib.sha256()
    for file in files:
        digest.update(file.read_bytes())
    return digest.hexdigest()


def add_pages(app: Sphinx, config: Any) -> None:  # noqa: ARG001
    """Put the pages and pictures on the site."""
    _MADE.mkdir(parents=True, exist_ok=True)
    config.html_extra_path.append(str(_MADE))
    config.exclude_patterns += ["gallery/*.py"]


class Fact(SphinxRole):
    """A value that a script of the gallery has computed, e.g. {fact}`classic.first`."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Return its text."""
        facts = self.env.gallery_facts  # type: ignore[attr-defined]
        if self.text not in facts:
            raise SphinxError(f"{self.env.docname}: there is no fact {self.text!r}; there are {', '.join(facts)}")
        return [nodes.Text(facts[self.text])], []


class Recording(SphinxDirective):
    """A recording of the gallery that can be played: {recording} NAME, with a title for screen readers.

    It opens at `epoch`, by default that of its picture.
    """

    required_arguments = 1
    option_spec: ClassVar[OptionSpec | None] = {
        "title": directives.unchanged_required,
        "height": directives.nonnegative_int,
        "eager": directives.flag,
        "epoch": directives.nonnegative_int,
    }

    def run(self) -> list[nodes.Node]:
        """Return the frame."""
        name, facts = self.arguments[0], self.env.gallery_facts  # type: ignore[attr-defined]
        epoch = self.options.get("epoch", facts.get(f"{name}.shown"))
        source = f"{_root(self.env.docname)}{_FOLDER}/{name}.html{'' if epoch is None else f'#epoch={epoch}'}"
        frame = (
            f'<iframe title="{html.escape(self.options["title"])}" class="epochscope-frame" src="{source}" '
            f'loading="{"eager" if "eager" in self.options else "lazy"}" allow="fullscreen" '
            f'style="height: {self.options.get("height", 620)}px"></iframe>'
        )
        return [nodes.raw("", frame, format="html")]


class Card(SphinxDirective):
    """A card that leads to the page of a recording: its picture, its title and the text of the directive."""

    required_arguments = 1
    has_content = True
    option_spec: ClassVar[OptionSpec | None] = {"title": directives.unchanged_required}

    def run(self) -> list[nodes.Node]:
        """Return the card."""
        name = self.arguments[0]
        source = f"{_root(self.env.docname)}{_FOLDER}/{name}"
        # The picture says nothing that is not beside it.
        pictures = [
            f'<img class="only-{theme}" src="{source}-{theme}.svg" alt="" loading="lazy">'
            for theme in ("light", "dark")
        ]
        title = self.options.get("title")
        link = pending_xref(
            "", nodes.inline("", title or ""), refdomain="std", reftype="doc", refdoc=self.env.docname,
            reftarget=f"/gallery/{name.replace('_', '-')}", refexplicit=title is not None, refwarn=True,
        )  # fmt: skip
        card = nodes.container(classes=["card-of-recording"])
        card += nodes.raw("", f'<div class="thumbnail">{"".join(pictures)}</div>', format="html")
        card += nodes.paragraph("", "", link, classes=["card-title"])
        card += self.parse_content_to_nodes()
        return [card]


class PlaygroundLink(SphinxRole):
    """A link to the playground with settings in its address: {playground-link}`TITLE <SETTINGS>`."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Return the link."""
        title, _, settings = self.text.rstrip(">").partition(" <")
        address = f"{_root(self.env.docname)}playground.html#{quote(settings, safe='=&+,.')}"
        return [nodes.reference("", title, refuri=address, internal=True)], []


class Code(Directive):
    """The part of a script that makes the recording."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Return it as a block of code."""
        text = (_SITE / "gallery" / f"{self.arguments[0]}.py").read_text(encoding="utf-8").partition("# ---")[0].strip()
        return [nodes.literal_block(text, text, language="python")]


def _root(docname: str) -> str:
    return "../" * docname.count("/")


def set_language(app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: Any) -> None:  # noqa: ARG001
    """Say that a page is in Korean, which changes fonts and voices."""
    if page.endswith("-ko"):
        context["language"] = "ko"


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the extension."""
    app.connect("config-inited", add_pages)
    app.connect("builder-inited", make_all)
    app.connect("html-page-context", set_language)
    app.add_role("fact", Fact())
    app.add_directive("recording", Recording)
    app.add_directive("recording-card", Card)
    app.add_role("playground-link", PlaygroundLink())
    app.add_directive("recording-code", Code)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
