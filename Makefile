# Two commands for a newcomer: `make demo` and `make test`. Both set up what they need and are quick the second time.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
OUT ?= demo
FLAGS := $(if $(NOSERVE),--no-serve,--serve)

.PHONY: demo test soak snapshots messages coverage format lock clean

demo: $(VENV)/runtime
	$(BIN)/equipoise demo --out $(OUT) $(FLAGS)

test: $(VENV)/test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/mypy --config-file tests/mypy.ini
	$(BIN)/lint-imports
	$(BIN)/python -m pytest -n auto --dist loadfile --no-loadscope-reorder

# What takes minutes: every field of the protocol changed wherever it stands, many seeds of changed protocols.
soak: $(VENV)/test
	$(BIN)/python -m pytest -m soak -n auto

# The stored texts of the pages and the schema of results.json, written anew: read the diff before you commit it.
snapshots: $(VENV)/test
	UPDATE_SNAPSHOTS=1 $(BIN)/python -m pytest tests/report/test_snapshots.py tests/analysis/test_results_schema.py

# The messages of the pages for translators, and each language that is there compiled.
messages: $(VENV)/test
	$(BIN)/python docs/messages.py

# Which branches does no test take? Kernels run as plain Python until the work pays, so most of them are seen.
coverage: $(VENV)/test
	$(BIN)/python -m coverage run -m pytest -n auto --dist loadfile --no-loadscope-reorder
	$(BIN)/python -m coverage combine --quiet
	$(BIN)/python -m coverage report

$(BIN)/python:
	@echo "== Creating a virtual environment in $(VENV)"
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Equipoise needs Python 3.11 or later; try: make PYTHON=python3.11 demo"; exit 1; }
	@$(PYTHON) -m venv $(VENV)

$(VENV)/runtime: requirements.lock pyproject.toml | $(BIN)/python
	@echo "== Installing the pinned packages that Equipoise runs on (a minute or so, once)"
	@$(PIP) install --require-hashes -r requirements.lock
	@$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/test: requirements-test.lock $(VENV)/runtime
	@echo "== Installing the pinned packages that the tests need (once)"
	@$(PIP) install --require-hashes -r requirements-test.lock
	@touch $@

format: $(VENV)/test
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# Needs uv; run after a change of dependencies. The lock files carry versions and hashes, and no index or host.
lock:
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url --extra build --extra documents --extra web pyproject.toml -o requirements.lock
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url --extra build --extra test -c requirements.lock pyproject.toml -o requirements-test.lock

clean:
	rm -rf $(VENV) demo .mypy_cache .pytest_cache .ruff_cache .hypothesis
