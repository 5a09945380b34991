"""Sphinx extension: a link, picture or frame of the built site that leads nowhere is a warning; so is a file from elsewhere.

Links to other sites are not followed: that needs a network. `sphinx -b linkcheck` does.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from sphinx.application import Sphinx
from sphinx.util import logging

#: What a browser loads by itself.
LOADED = {"script": "src", "img": "src", "iframe": "src", "source": "srcset", "link": "href", "video": "src"}
#: Kinds of `<link>` that load nothing.
NOT_LOADED = {"canonical", "alternate", "author", "index", "search", "next", "prev", "copyright"}

logger = logging.getLogger(__name__)


class _Page(HTMLParser):
    """The ids of a page, and what it refers to: whether a browser loads it, and its address."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.ids: set[str] = set()
        self.references: list[tuple[bool, str]] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = {name: value or "" for name, value in attrs}
        self.ids |= {known[name] for name in ("id", "name") if name in known}
        loaded = tag in LOADED and not NOT_LOADED & set(known.get("rel", "").split())
        address = known.get(LOADED.get(tag, "href"))
        if address is not None:
            self.references.append((loaded, address))


@cache
def _page(path: Path) -> _Page:
    return _Page(path.read_text(encoding="utf-8"))


def faults(site: Path) -> Iterator[tuple[str, str]]:
    """Yield (page, what is wrong) for each address of the site that leads nowhere or loads from elsewhere."""
    site = site.resolve()
    for path in sorted(site.rglob("*.html")):
        name = path.relative_to(site).as_posix()
        if any(part.endswith("-frames") or part.startswith("_") for part in path.relative_to(site).parts[:-1]):
            continue
        for loaded, address in dict.fromkeys(_page(path).references):
            fault = _fault(site, path, address, loaded=loaded)
            if fault is not None:
                yield name, fault
    _page.cache_clear()


def _fault(site: Path, path: Path, address: str, *, loaded: bool) -> str | None:
    """Return what is wrong with an address in a page; None: nothing."""
    parts = urlsplit(address)
    if parts.scheme == "data":
        return None
    if parts.scheme or parts.netloc:
        return f"loads from elsewhere: {address}" if loaded else None
    if parts.path.startswith("/"):
        return f"is not relative: {address}"
    target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
    if not target.is_relative_to(site) or not target.is_file():
        return f"leads nowhere: {address}"
    # That of a frame, and one with values such as "#text=hihello", is for the script of the page.
    is_place = parts.fragment and not loaded and "=" not in parts.fragment
    if is_place and target.suffix == ".html" and unquote(parts.fragment) not in _page(target).ids:
        return f"leads to no place of the page: {address}"
    return None


def _check(app: Sphinx, error: Exception | None) -> None:
    if error is None and app.builder.format == "html":
        for page, fault in faults(Path(app.outdir)):
            logger.warning("%s %s", page, fault, type="site_links")


def setup(app: Sphinx) -> dict[str, Any]:
    """Add the extension."""
    app.connect("build-finished", _check, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
