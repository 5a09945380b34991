"""Files that other programs read follow the schemas of their formats, which check-jsonschema brings along."""

from __future__ import annotations

import json
import re
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft7Validator

ROOT = Path(__file__).parents[2]
FORMS = ROOT / ".github" / "ISSUE_TEMPLATE"
FILES = {
    "github-workflows": sorted((ROOT / ".github" / "workflows").glob("*.yml")),
    "github-issue-forms": sorted({*FORMS.glob("*.yml")} - {FORMS / "config.yml"}),
    "github-issue-config": [FORMS / "config.yml"],
    "citation-file-format": [ROOT / "CITATION.cff"],
}


class Loader(yaml.SafeLoader):
    """A loader for which dates are texts, and `on` is no truth value but the word, as in YAML 1.2."""


Loader.yaml_implicit_resolvers = {
    first: [(tag, words) for tag, words in resolvers if not tag.endswith((":bool", ":timestamp"))]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("^(true|false)$"), list("tf"))


def mistakes(schema: str, text: str) -> list[str]:
    """Return where a text of YAML differs from a schema."""
    path = files("check_jsonschema.builtin_schemas") / "vendor" / f"{schema}.json"
    content: Any = yaml.load(text, Loader)
    return [error.message for error in Draft7Validator(json.loads(path.read_text("utf-8"))).iter_errors(content)]


@pytest.mark.parametrize("schema", FILES)
def test_files_follow_the_schema_of_their_format(schema: str) -> None:
    assert FILES[schema]
    found = {path.name: mistakes(schema, path.read_text(encoding="utf-8")) for path in FILES[schema]}
    assert found == {path.name: [] for path in FILES[schema]}


@pytest.mark.parametrize(
    ("schema", "right", "wrong"),
    [
        ("citation-file-format", "authors:", "people:"),
        ("github-workflows", "runs-on:", "runs:"),
        ("github-issue-forms", "type: textarea", "type: text"),
        ("github-issue-config", "url:", "link:"),
    ],
)
def test_a_wrong_word_is_found(schema: str, right: str, wrong: str) -> None:
    text = FILES[schema][0].read_text(encoding="utf-8")
    assert right in text
    assert mistakes(schema, text.replace(right, wrong))
