# Two commands for everyone: `make lab` to see it, `make test` to check it. Both set up what is missing, in .venv and
# node_modules, and need nothing but Python 3.10 or later, Node 20 or later and make. `make help` lists the rest.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
NPM := npm
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check
EXAMPLE := 01-i-think-therefore-i-am.ipynb
STATIC := src/epochscope/widget/static
JS := $(shell find js -type d -o -name '*.ts' -o -name '*.tsx' -o -name '*.css' -o -name '*.mjs')
PY := src tests $(wildcard examples)

# Where make can, lines of checks that run at once are kept together.
TOGETHER := -j2 $(if $(filter output-sync,$(.FEATURES)),--output-sync=target)
# Jupyter does not start as root unasked; where there is no screen, it prints its address instead of opening a browser.
LAB := $(shell [ "$$(id -u)" != 0 ] || echo --allow-root) \
	$(shell [ "$$(uname)" != Linux ] || [ -n "$$DISPLAY$$WAYLAND_DISPLAY" ] || echo --no-browser)

.PHONY: help lab test setup build check format lint types lint-js types-js test-js test-py pictures bench browser clean
.DELETE_ON_ERROR:

help:
	@echo 'make lab      open JupyterLab on the first example'
	@echo 'make test     run every check and every test'
	@echo 'make setup    only prepare .venv and node_modules'
	@echo 'make build    only build the widget from js/'
	@echo 'make check    linters and type checkers, without tests'
	@echo 'make format   format Python and TypeScript'
	@echo 'make pictures draw the kept pictures of tests/browser/pictures anew, to be looked at'
	@echo 'make bench    measure what watching costs, on a machine that does nothing else: about 35 minutes'
	@echo 'make clean    remove what was built, and the environments'
	@echo 'PYTHON=python3.12 make ...   with another interpreter (a new .venv only)'

lab: setup build
	$(BIN)/jupyter lab $(LAB) --ServerApp.root_dir=examples --LabApp.default_url=/lab/tree/$(EXAMPLE)

test: setup build browser
	@$(MAKE) --no-print-directory --keep-going $(TOGETHER) lint types lint-js types-js test-js
	@$(MAKE) --no-print-directory test-py

# --- set-up: each stamp is newer than what it was made from, or is made again ---

setup: $(VENV)/.installed node_modules/.installed

$(VENV)/bin/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10) and "epochscope needs Python 3.10 or later: PYTHON=python3.12 make ...")'
	$(PYTHON) -m venv $(VENV)

# By itself and first: the one large download, and no other package's wishes may change which build is taken.
$(VENV)/.torch: constraints.txt | $(VENV)/bin/python
	$(PIP) install "$$(grep '^torch==' constraints.txt)"
	@touch $@

$(VENV)/.installed: $(VENV)/.torch pyproject.toml constraints.txt
	$(PIP) install --constraint constraints.txt hatchling hatch-fancy-pypi-readme hatch-jupyter-builder editables
	HATCH_BUILD_NO_HOOKS=true $(PIP) install --constraint constraints.txt --no-build-isolation --editable '.[dev]'
	@touch $@

node_modules/.installed: package.json package-lock.json .npmrc
	@command -v $(NPM) >/dev/null || { echo 'epochscope is built with Node 20 or later; there is no npm on the PATH.' >&2; exit 1; }
	$(NPM) ci --no-progress --loglevel=error
	@touch $@

build: $(STATIC)/widget.js

$(STATIC)/widget.js: node_modules/.installed $(JS)
	$(NPM) run --silent build

browser: $(VENV)/.installed
	@$(BIN)/python tests/browser/find_browser.py --install

# --- checks ---

check: setup
	@$(MAKE) --no-print-directory --keep-going $(TOGETHER) lint types lint-js types-js

lint:
	$(BIN)/ruff check $(PY)
	$(BIN)/ruff format --check $(PY)

types:
	$(BIN)/pyright

lint-js:
	node_modules/.bin/biome check --error-on-warnings js package.json tsconfig.json biome.json vitest.config.mjs

types-js:
	node_modules/.bin/tsc --noEmit

# A shared machine may be slow: a test that hangs is cut off, one that waits for its turn is not.
test-js:
	node_modules/.bin/vitest run --testTimeout=60000

test-py:
	$(BIN)/python -m pytest

pictures: setup build browser
	EPOCHSCOPE_KEEP_PICTURES=1 $(BIN)/python -m pytest tests/browser/pictures
	@echo 'Look at every picture that changed before you commit it: git status tests/browser/pictures'

bench: setup build browser $(VENV)/.bench
	$(BIN)/python -m tests.benchmarks $(BENCH)

# What only the benchmarks need: tests and developers do without.
$(VENV)/.bench: $(VENV)/.installed
	HATCH_BUILD_NO_HOOKS=true $(PIP) install --constraint constraints.txt --no-build-isolation --editable '.[bench]'
	@touch $@

format: setup
	$(BIN)/ruff check --fix-only $(PY)
	$(BIN)/ruff format $(PY)
	node_modules/.bin/biome check --write js package.json tsconfig.json biome.json vitest.config.mjs

clean:
	rm -rf $(VENV) node_modules $(STATIC) dist .screenshots .cache .pytest_cache .ruff_cache .hypothesis
