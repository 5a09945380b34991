# `make lab` opens the first example, `make test` runs all checks. Both install what is missing into .venv and
# node_modules, and need only Python 3.10 or later, Node 20 or later and make. `make help` lists the other targets.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
NPM := npm
# pip shows its progress on a terminal; elsewhere it prints warnings and errors only.
PIP := $(BIN)/python -m pip --disable-pip-version-check $(shell [ -t 2 ] || echo --quiet)
# The version of PyTorch, and the address to get it from if not the default one.
TORCH = $(shell grep '^torch==' constraints.txt)
TORCH_INDEX ?=
EXAMPLE := 01-i-think-therefore-i-am.ipynb
STATIC := src/epochscope/widget/static
JS := $(shell find js -type d -o -name '*.ts' -o -name '*.tsx' -o -name '*.css' -o -name '*.mjs') $(wildcard src/epochscope/words/*.json src/epochscope/words/page/*.json)
PY := src tests $(wildcard examples)

# Checks run two at a time, or as many as `make -j` was given, and the output of each is printed together.
PARALLEL = $(if $(findstring -j,$(MAKEFLAGS)),,-j2) $(if $(filter output-sync,$(.FEATURES)),--output-sync=target)
FLOORS := .venv-floors
FLOOR_TORCH = $(shell grep '^torch==' floors.txt)
FLOOR_TOOLS := pytest hypothesis distributed pandas pillow nbformat ipykernel jupyter-client nbclient psutil
SPHINX = $(BIN)/python -m sphinx --quiet --jobs=2 --doctree-dir=.cache/docs/doctrees
PYTEST := $(BIN)/python -m pytest --durations=5
# The tests that need a kernel or a build, and those that need a browser; all others are fast and need none of these.
NOTEBOOK_TESTS := tests/notebooks tests/packaging
BROWSER_TESTS := tests/browser
VIEW_TESTS := tests/browser/views tests/browser/pictures
# Jupyter needs --allow-root to run as root; without a screen it prints its address instead of opening a browser.
LAB := $(shell [ "$$(id -u)" != 0 ] || echo --allow-root) \
	$(shell [ "$$(uname)" != Linux ] || [ -n "$$DISPLAY$$WAYLAND_DISPLAY" ] || echo --no-browser)

.PHONY: help lab test test-all test-floors test-core test-notebooks test-browser test-views test-js docs docs-links setup build check format lint types lint-js types-js \
	lessons pictures bench browser smoke clean
.DELETE_ON_ERROR:

help:
	@echo 'make lab      open JupyterLab on the first example'
	@echo 'make test     run the linters, the type checkers and the tests'
	@echo 'make test-all the same with all thorough tests: many more examples, several kernels, isolated builds'
	@echo 'make test-floors the Python tests with the oldest versions allowed, in an environment of its own'
	@echo 'make test-core, test-notebooks, test-browser, test-views, test-js: one part of the tests'
	@echo 'make setup    only prepare .venv and node_modules'
	@echo 'make build    only build the widget from js/'
	@echo 'make check    linters and type checkers, without tests'
	@echo 'make format   format Python and TypeScript'
	@echo 'make lessons  execute the lessons and write their outputs into examples/; LESSON=02 only that one'
	@echo 'make docs     build the documentation site, .docs/index.html; all its examples are run'
	@echo 'make pictures redraw the reference pictures of tests/browser/pictures, for review'
	@echo 'make bench    run the benchmarks, on an otherwise idle machine: about 35 minutes'
	@echo 'make smoke    build the wheel, install it into an empty environment and run the first lesson there'
	@echo 'make clean    remove what was built, and the environments'
	@echo 'PYTHON=python3.12 make ...   with another interpreter (a new .venv only)'
	@echo 'make lab TORCH_INDEX=ADDRESS   with the build of PyTorch at that address (a new .venv only); see README.md'

# At this level Jupyter logs its address last; a running server is stopped with Ctrl-C.
lab: setup build
	$(BIN)/jupyter lab $(LAB) --log-level=WARN --ServerApp.root_dir=examples --LabApp.default_url=/lab/tree/$(EXAMPLE)

test: setup build browser
	@$(MAKE) --no-print-directory --keep-going $(PARALLEL) test-browser test-core test-views test-notebooks test-js lint types lint-js types-js

test-all: export EPOCHSCOPE_THOROUGH = 1
test-all: test

# --- set-up: a stamp file is made again when what it depends on is newer ---

setup: $(VENV)/.installed node_modules/.installed

$(VENV)/bin/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10) and "epochscope needs Python 3.10 or later: PYTHON=python3.12 make ...")'
	$(PYTHON) -m venv $(VENV)

# Installed first and alone, so that no other package decides which build of torch is taken.
$(VENV)/.torch: constraints.txt | $(VENV)/bin/python
	@echo 'Downloading PyTorch ($(TORCH)) into $(VENV)$(if $(TORCH_INDEX), from $(TORCH_INDEX)).'
ifeq ($(TORCH_INDEX)$(shell uname),Linux)
	@echo 'On Linux this is usually the build for NVIDIA GPUs: several gigabytes and some minutes. The build for CPUs is about'
	@echo '200 MB and is enough here. To take it, stop this with Ctrl-C and run: make lab TORCH_INDEX=ADDRESS, where ADDRESS is'
	@echo 'what https://pytorch.org/get-started/locally/ shows after --index-url for Linux, Pip and CPU.'
endif
	$(PIP) install $(if $(TORCH_INDEX),--index-url '$(TORCH_INDEX)') '$(TORCH)'
	@touch $@

$(VENV)/.installed: $(VENV)/.torch pyproject.toml constraints.txt
	@echo 'Downloading JupyterLab and the development tools into $(VENV): about 280 MB.'
	$(PIP) install --constraint constraints.txt hatchling hatch-fancy-pypi-readme hatch-jupyter-builder hatch-vcs editables
	HATCH_BUILD_NO_HOOKS=true $(PIP) install --constraint constraints.txt --no-build-isolation --editable '.[dev]'
	@touch $@

node_modules/.installed: package.json package-lock.json .npmrc
	@command -v $(NPM) >/dev/null || { echo 'epochscope is built with Node 20 or later; there is no npm on the PATH.' >&2; exit 1; }
	@echo 'Downloading the JavaScript tools into node_modules.'
	$(NPM) ci --no-progress --loglevel=error
	@touch $@

build: $(STATIC)/widget.js

$(STATIC)/widget.js: node_modules/.installed $(JS)
	$(NPM) run --silent build

browser: $(VENV)/.installed
	@$(BIN)/python tests/browser/find_browser.py --install

# --- checks ---

check: setup
	@$(MAKE) --no-print-directory --keep-going $(PARALLEL) lint types lint-js types-js

lint:
	$(BIN)/ruff check $(PY)
	$(BIN)/ruff format --check $(PY)

types:
	$(BIN)/pyright

lint-js:
	node_modules/.bin/biome check --error-on-warnings js package.json tsconfig.json biome.json vitest.config.mjs

types-js:
	node_modules/.bin/tsc --noEmit

# The limit is for tests that hang: it leaves time for a busy machine.
test-js: setup
	node_modules/.bin/vitest run --testTimeout=60000

test-core: setup build
	$(PYTEST) $(addprefix --ignore=,$(NOTEBOOK_TESTS) $(BROWSER_TESTS))

# Each with a cache of its own, because they run at the same time.
test-notebooks: setup build
	$(PYTEST) -o cache_dir=.pytest_cache/notebooks $(NOTEBOOK_TESTS)

# The browser is looked for in the recipe: as a prerequisite it would let make start other tests first.
test-browser: setup build
	@$(BIN)/python tests/browser/find_browser.py --install
	$(PYTEST) -o cache_dir=.pytest_cache/browser $(BROWSER_TESTS) $(addprefix --ignore=,$(VIEW_TESTS))

test-views: setup build
	@$(BIN)/python tests/browser/find_browser.py --install
	$(PYTEST) -o cache_dir=.pytest_cache/views $(VIEW_TESTS)

# The oldest versions that pyproject.toml allows, in an environment of its own. ipywidgets 8.1.0 calls a method that newer
# releases of traitlets deprecate. Tests of hosts and of the project's files are no matter of versions.
$(FLOORS)/.installed: floors.txt pyproject.toml
	$(PYTHON) -m venv $(FLOORS)
	$(MAKE) --no-print-directory $(FLOORS)/.torch VENV=$(FLOORS) TORCH='$(FLOOR_TORCH)'
	$(FLOORS)/bin/python -m pip install --quiet $$(grep -v '^#\|^torch' floors.txt) $(FLOOR_TOOLS)
	@touch $@

test-floors: $(FLOORS)/.installed build
	PYTHONPATH=src $(FLOORS)/bin/python -m pytest -o cache_dir=.pytest_cache/floors \
		-W 'ignore:Deprecated in traitlets 4.1, use the instance .metadata:DeprecationWarning' \
		$(addprefix --ignore=,$(NOTEBOOK_TESTS) $(BROWSER_TESTS) tests/project tests/benchmarks)

# What the notebooks of the course show where nothing runs.
lessons: setup build browser
	$(BIN)/python -m tests.notebooks.commit_outputs $(LESSON)

pictures: setup build browser
	EPOCHSCOPE_KEEP_PICTURES=1 $(BIN)/python -m pytest tests/browser/pictures
	@echo 'Look at every changed picture before you commit it: git status tests/browser/pictures'

# What is run once is kept in .cache/docs, until the notebook or the package changes. Two pages at a time: the examples train.
docs: setup build
	$(SPHINX) -b html --fail-on-warning --keep-going examples/site .docs
	@echo 'Open .docs/index.html in a browser.'

# Follows the links to other sites.
docs-links: setup build
	$(SPHINX) -b linkcheck examples/site .cache/docs/links

bench: setup build browser $(VENV)/.bench
	$(BIN)/python -m tests.benchmarks $(BENCH)

# Packages that only the benchmarks need.
$(VENV)/.bench: $(VENV)/.installed
	HATCH_BUILD_NO_HOOKS=true $(PIP) install --constraint constraints.txt --no-build-isolation --editable '.[bench]'
	@touch $@

# What the release does, with the versions of constraints.txt. hatchling writes into dist/, which may have older wheels.
smoke: setup build
	rm -rf dist
	$(BIN)/python -m build --no-isolation
	PIP_CONSTRAINT='$(abspath constraints.txt)' TORCH_INDEX='$(TORCH_INDEX)' $(BIN)/python tests/packaging/smoke.py dist/*.whl

format: setup
	$(BIN)/ruff check --fix-only $(PY)
	$(BIN)/ruff format $(PY)
	node_modules/.bin/biome check --write js package.json tsconfig.json biome.json vitest.config.mjs

clean:
	rm -rf $(VENV) $(FLOORS) node_modules $(STATIC) dist .docs .screenshots .cache .pytest_cache .ruff_cache .hypothesis
