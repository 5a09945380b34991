"""Install a wheel into an empty environment and run the first lesson there: `python tests/packaging/smoke.py WHEEL`.

The environment has what the wheel requires, and nbclient and ipykernel to run a notebook. PyTorch is installed first,
from TORCH_INDEX if it is set. pip takes the newest versions that the wheel allows, or those of PIP_CONSTRAINT.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).parents[2]
LESSON = ROOT / "examples" / "01-i-think-therefore-i-am.ipynb"
WIDGET = "application/vnd.jupyter.widget-view+json"

RUN = f"""
import platform, sys
import nbformat, torch
from nbclient import NotebookClient
import epochscope

assert epochscope.__file__.startswith(sys.prefix), epochscope.__file__
assert epochscope.__version__ == sys.argv[2], epochscope.__version__
notebook = nbformat.read(sys.argv[1], as_version=4)
NotebookClient(notebook, kernel_name="python3", timeout=600).execute()
code = [cell for cell in notebook.cells if cell.cell_type == "code"]
shown = [output for cell in code for output in cell.outputs if {WIDGET!r} in output.get("data", {{}})]
states = notebook.metadata.widgets["application/vnd.jupyter.widget-state+json"]["state"]
assert shown and all(output["data"][{WIDGET!r}]["model_id"] in states for output in shown), "no widget is shown"
print(
    f"epochscope {{epochscope.__version__}} runs {{sys.argv[1]}}: {{len(code)}} cells, {{len(shown)}} widgets, "
    f"with Python {{platform.python_version()}} and torch {{torch.__version__}}"
)
"""


def clean_environment(home: Path) -> dict[str, str]:
    """Return the environment variables without what leads to other packages, and with Jupyter's files in `home`."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("JUPYTER", "IPYTHON", "PYTHON"))}
    places = {"JUPYTER_CONFIG_DIR": "config", "JUPYTER_DATA_DIR": "data", "JUPYTER_RUNTIME_DIR": "runtime"}
    own = {name: str(home / place) for name, place in places.items()}
    return {**kept, **own, "JUPYTER_PLATFORM_DIRS": "1", "IPYTHONDIR": str(home / "ipython"), "OMP_NUM_THREADS": "1"}


def smoke(wheel: Path, folder: Path, lesson: Path = LESSON) -> None:
    """Run a lesson with a wheel, in `folder`, which is empty. Raises CalledProcessError if a step fails."""
    (folder / "jupyter").mkdir()
    environment = clean_environment(folder / "jupyter")

    def run(*command: str) -> None:
        subprocess.run(command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, check=True)

    run(sys.executable, "-m", "venv", "environment")
    python = str(folder / "environment" / ("Scripts" if os.name == "nt" else "bin") / "python")
    pip = (python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check")
    index = os.environ.get("TORCH_INDEX")
    run(*pip, *(["--index-url", index] if index else []), "torch")
    run(*pip, str(wheel), "nbclient", "ipykernel")
    shutil.copy2(lesson, folder)
    version = wheel.name.split("-")[1]
    run(python, "-c", RUN, lesson.name, version)


def main(arguments: list[str]) -> int:
    """Run the first lesson with the wheel that the only argument names."""
    if len(arguments) != 1:
        print("usage: python tests/packaging/smoke.py WHEEL", file=sys.stderr)
        return 2
    with TemporaryDirectory(prefix="epochscope-") as folder:
        try:
            smoke(Path(arguments[0]).resolve(strict=True), Path(folder).resolve())
        except subprocess.CalledProcessError as error:
            print(f"failed with exit status {error.returncode}: {' '.join(error.cmd[:4])} ...", file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
