"""The workflows, forms and settings in `.github/` and `.binder/` can be read, and name what exists."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

import pytest
import tomlkit
import yaml

ROOT = Path(__file__).parents[2]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.y*ml"))
FORMS = sorted(path for path in (ROOT / ".github" / "ISSUE_TEMPLATE").glob("*.yml") if path.name != "config.yml")
#: What a job may be allowed beyond reading, and the jobs that need it.
MAY_WRITE = {
    ("release.yml", "publish"): {"id-token"},
    ("release.yml", "release"): {"contents"},
    ("docs.yml", "publish"): {"id-token", "pages"},
}


def read(path: Path) -> dict[Any, Any]:
    """Return a file of YAML; PyYAML reads the key `on` as True."""
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def project() -> dict[str, Any]:
    """Return the metadata of the package."""
    return tomlkit.parse((ROOT / "pyproject.toml").read_text(encoding="utf-8")).unwrap()["project"]


def jobs(path: Path) -> dict[str, dict[str, Any]]:
    """Return the jobs of a workflow."""
    return read(path)["jobs"]


def steps(path: Path) -> list[dict[str, Any]]:
    """Return the steps of all jobs of a workflow."""
    return [step for job in jobs(path).values() for step in job["steps"]]


def name(path: Path) -> str:
    """Return the name of a file, for the name of a test."""
    return path.name


@pytest.mark.parametrize("path", WORKFLOWS, ids=name)
def test_a_workflow_has_a_name_an_occasion_and_limits(path: Path) -> None:
    workflow = read(path)
    assert workflow["name"] == path.stem
    assert workflow[True]
    for job in jobs(path).values():
        assert job["timeout-minutes"] <= 60
        needed = job.get("needs", [])
        assert {*([needed] if isinstance(needed, str) else needed)} <= set(jobs(path))


@pytest.mark.parametrize("path", WORKFLOWS, ids=name)
def test_a_job_may_write_only_what_it_must(path: Path) -> None:
    permissions = read(path)["permissions"]
    assert set(permissions.values()) <= {"read"}
    for key, job in jobs(path).items():
        written = {scope for scope, allowed in job.get("permissions", {}).items() if allowed == "write"}
        assert written == MAY_WRITE.get((path.name, key), set())


@pytest.mark.parametrize("path", WORKFLOWS, ids=name)
def test_a_workflow_needs_no_secret_and_names_a_version_of_each_action(path: Path) -> None:
    assert "secrets." not in path.read_text(encoding="utf-8")
    for step in steps(path):
        assert ("uses" in step) != ("run" in step)
        assert re.fullmatch(r"[\w-]+/[\w./-]+@(v\d+|release/v\d+)", step.get("uses", "a/a@v1"))


@pytest.mark.parametrize("path", WORKFLOWS, ids=name)
def test_what_a_workflow_runs_exists(path: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    for command in (step["run"] for step in steps(path) if "run" in step):
        assert set(re.findall(r"\bmake ([a-z-]+)", command)) <= targets
        assert all((ROOT / script).is_file() for script in re.findall(r"python (tests/\S+)", command))


@pytest.mark.parametrize("path", WORKFLOWS, ids=name)
def test_an_artifact_that_is_fetched_was_kept(path: Path) -> None:
    def names(action: str) -> set[str]:
        return {step["with"].get("name", "") for step in steps(path) if step.get("uses", "").startswith(action)} - {""}

    assert names("actions/download-artifact") <= names("actions/upload-artifact")


def test_only_a_tag_publishes_and_only_after_the_lesson_has_run() -> None:
    release = jobs(ROOT / ".github" / "workflows" / "release.yml")
    assert read(ROOT / ".github" / "workflows" / "release.yml")[True]["push"] == {"tags": ["v*"]}
    assert [release[name]["needs"] for name in ("smoke", "publish", "release")] == ["build", "smoke", "publish"]
    assert {release[name]["if"] for name in ("publish", "release")} == {"github.ref_type == 'tag'"}
    assert release["publish"]["environment"] == "release"
    assert any("smoke.py" in step.get("run", "") for step in release["smoke"]["steps"])


def test_the_versions_of_python_are_the_same_everywhere() -> None:
    promised = [line for line in project()["classifiers"] if re.search(r"Python :: 3\.\d", line)]
    versions = [line.rpartition(" ")[2] for line in promised]
    assert f">={versions[0]}" == project()["requires-python"]
    for workflow, job in (("test.yml", "test"), ("release.yml", "smoke")):
        assert jobs(ROOT / ".github" / "workflows" / workflow)[job]["strategy"]["matrix"]["python"] == versions


@pytest.mark.parametrize("path", FORMS, ids=name)
def test_a_form_for_issues_has_what_github_requires(path: Path) -> None:
    form = read(path)
    assert {"name", "description", "body"} <= set(form)
    fields = form["body"]
    assert len({field["id"] for field in fields}) == len(fields)
    for field in fields:
        assert field["type"] in {"textarea", "input", "dropdown"}
        assert field["attributes"]["label"]
        if field["type"] == "dropdown":
            options = field["attributes"]["options"]
            assert all(isinstance(option, str) for option in options)
            assert len(set(options)) == len(options) > 0


def test_questions_have_another_place_than_issues() -> None:
    links = read(ROOT / ".github" / "ISSUE_TEMPLATE" / "config.yml")["contact_links"]
    assert all(set(link) == {"name", "url", "about"} and link["url"].startswith("https://") for link in links)


def test_binder_gets_what_the_checkout_needs() -> None:
    packages = read(ROOT / ".binder" / "environment.yml")["dependencies"]
    torch = next(line for line in project()["dependencies"] if line.startswith("torch"))
    assert f"pytorch-cpu{torch.removeprefix('torch').partition(';')[0]}" in packages
    assert any(package.startswith("nodejs=") for package in packages)
    assert os.access(ROOT / ".binder" / "postBuild", os.X_OK)
