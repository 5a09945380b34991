"""Sphinx extension: the reference from the docstrings of the package, and the help of its commands."""

from __future__ import annotations

import contextlib
import inspect
import io
import re
from typing import Any

from docutils import nodes
from docutils.parsers.rst import Directive
from sphinx.application import Sphinx
from sphinx.ext.napoleon import Config
from sphinx.ext.napoleon.docstring import NumpyDocstring
from sphinx.pycode import ModuleAnalyzer

#: Attributes as a list of names, since those that are properties have entries of their own.
_CONFIG: Any = Config(napoleon_use_ivar=True, napoleon_use_rtype=False)

#: What a reader needs to know of the types that have a name in the package.
_TYPES = {
    r"\bChoice\b": "int | str",
    r"\b(Kind|State|Axis)\b": "str",
    r"\bPaths\b": "str | PathLike[str] | Iterable[str | PathLike[str]]",
    r"\bOptimizerLike\b": "str | Optimizer | Callable",
    r"\bCriterion\b": "Callable",
    r"~|\b(npt|np|nn|optim|torch|pd|os)\.": "",
}
#: Attributes that are public for ipywidgets or for error messages.
_NOT_FOR_USERS = {"instead", "model_id"}


def convert(app: Sphinx, what: str, name: str, obj: Any, options: Any, lines: list[str]) -> None:
    """Convert a docstring in numpy style to the markup of Sphinx.

    The docstring of a property is a sentence like any other: napoleon would take what is before a colon for its type.
    """
    kind: Any = "method" if what in ("attribute", "property") else what
    lines[:] = NumpyDocstring(lines, _CONFIG, app, kind, name, obj, options).lines()


def skip(app: Sphinx, what: str, name: str, obj: Any, skipped: bool, options: Any) -> bool | None:  # noqa: ARG001
    """Leave out what is public in Python but not for users; their docstrings say so."""
    return True if name in _NOT_FOR_USERS or "(internal" in (getattr(obj, "__doc__", None) or "") else None


def describe(
    app: Sphinx,
    what: str,
    name: str,
    obj: Any,
    options: Any,  # noqa: ARG001
    args: str | None,
    returned: str | None,  # noqa: ARG001
) -> tuple[str, str] | None:
    """Make the signature and the types of a function or a class readable.

    Of a class it is that of `__init__`, since ipywidgets defines a `__new__` with any arguments. Of a function with
    overloads it is the last one, which has the names of all arguments and their defaults.
    """
    if what in ("class", "function"):
        with contextlib.suppress(Exception):  # modules without source
            analyzer = ModuleAnalyzer.for_module(obj.__module__)
            analyzer.analyze()
            analyzer.overloads.clear()
    types = app.env.current_document.autodoc_annotations.get(name, {})
    for argument, shown in list(types.items()):
        if shown.startswith("Unpack["):
            del types[argument]
            continue
        for alias, meaning in _TYPES.items():
            shown = re.sub(alias, meaning, shown)
        types[argument] = shown
    if what != "class" or args in (None, "()"):
        return None
    _self, *others = inspect.signature(obj.__init__).parameters.values()
    plain = [each.replace(annotation=inspect.Parameter.empty) for each in others]
    return str(inspect.Signature(plain)), ""


class CommandHelp(Directive):
    """Show what `python -m epochscope COMMAND --help` prints."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Return the help as a literal block."""
        from epochscope.commands import main

        printed = io.StringIO()
        with contextlib.redirect_stdout(printed), contextlib.suppress(SystemExit):
            main([self.arguments[0], "--help"])
        return [nodes.literal_block(printed.getvalue(), printed.getvalue(), language="none")]


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the extension."""
    app.connect("autodoc-process-docstring", convert)
    app.connect("autodoc-skip-member", skip)
    app.connect("autodoc-process-signature", describe)
    app.add_directive("command-help", CommandHelp)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
