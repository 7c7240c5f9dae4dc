# Everything runs in .venv, made here from pinned requirements; nothing has to be installed by hand.
# the first of these that is 3.11, 3.12 or 3.13; `make setup PYTHON=…` names another
PYTHONS := python3 python3.13 python3.12 python3.11
SUITABLE := import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))
PYTHON ?= $(shell for one in $(PYTHONS); do $$one -c '$(SUITABLE)' 2>/dev/null && echo $$one && exit; done)
VENV := .venv
BIN := $(VENV)/bin
EXAMPLES := examples/documents
QUESTION := How soon must a theft be reported to the police?

.DEFAULT_GOAL := help
.PHONY: help setup demo test lint types imports unit coverage chaos bench bench-console bench-duplicates bench-evidence bench-matching bench-peers bench-quality bench-queue bench-remembering bench-search bench-single bench-sources bench-vectors docs assets screenshots lock audit clean

help: ## Show what there is
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sort | awk -F ':.*## ' '{printf "  make %-8s %s\n", $$1, $$2}'

$(VENV)/bin/python:
	@$(or $(PYTHON),false) -c '$(SUITABLE)' 2>/dev/null || { \
	  echo "Python 3.11, 3.12 or 3.13 is needed; $(or $(PYTHON),none of $(PYTHONS)) is not one of them." \
	       "Install one, or name it: make $(or $(MAKECMDGOALS),setup) PYTHON=/path/to/python3.13" >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV)

# nothing is taken that has not the hash that was locked, the build's own tools included; uv needs a tenth of pip's time,
# and pip does it where uv finds no index, as pip alone reads pip's configuration
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
UV := $(BIN)/python -m uv pip install --quiet --compile-bytecode --python $(BIN)/python
INSTALL = $(UV) $(1) || { echo "uv could not install this (above); pip tries …" >&2 && $(PIP) $(1); }
LOCK := $(BIN)/python -m uv pip compile --quiet --universal --no-header --no-emit-index-url --no-annotate --no-strip-extras --generate-hashes

$(VENV)/.runtime: requirements.txt requirements-build.txt pyproject.toml | $(VENV)/bin/python
	@echo "Setting up $(VENV) (once, about half a minute) …"
	@$(PIP) --require-hashes -r requirements-build.txt
	@$(call INSTALL,--require-hashes -r requirements.txt)
	@$(call INSTALL,--no-deps --no-build-isolation -e .)
	@$(BIN)/python -m compileall -q src
	@$(BIN)/pipeline prepare
	@touch $@

$(VENV)/.dev: requirements-dev.txt $(VENV)/.runtime
	@echo "Adding the development tools …"
	@$(call INSTALL,--require-hashes -r requirements-dev.txt)
	@touch $@

setup: $(VENV)/.runtime ## Make the virtual environment

demo: $(VENV)/.runtime ## Run the example documents through everything, then ask a question
	@$(BIN)/pipeline run $(EXAMPLES) || test $$? -eq 3
	@echo
	@echo '$$ $(BIN)/pipeline search "$(QUESTION)"'
	@$(BIN)/pipeline search "$(QUESTION)" --limit 1

test: $(VENV)/.dev ## Lint, types, layers and tests: what CI runs
	@$(MAKE) --no-print-directory -j2 lint types imports unit

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/.dev
	$(BIN)/mypy

imports: $(VENV)/.dev
	$(BIN)/lint-imports

# What starts many processes waits much, and runs beside what computes (tests/distribution.py): twice as many processes
# as cores, each file in one of them. They start from compiled files, also where Python is told to write none
# (PYTHONDONTWRITEBYTECODE), and pytest keeps its own.
unit: $(VENV)/.dev
	@$(BIN)/python -m compileall -q src tests
	env -u PYTHONDONTWRITEBYTECODE $(BIN)/pytest -rs -m "not chaos" -n $(or $(TEST_PROCESSES),4) --dist loadfile --no-loadscope-reorder

coverage: $(VENV)/.dev ## Which lines of src the unit, contract, integration and API tests run
	env -u PYTHONDONTWRITEBYTECODE $(BIN)/pytest -q -m "not chaos" -n $(or $(TEST_PROCESSES),4) --dist loadfile \
	  --cov=src/pipeline_core --cov-report=term --cov-report=html:.coverage_html \
	  tests/unit tests/contract tests/integration tests/api

chaos: $(VENV)/.dev ## Long runs that kill processes at random moments, and properties with all their examples
	TEST_LONG=1 $(BIN)/pytest -m "chaos or hypothesis" --timeout 1800
	TEST_LONG=1 $(BIN)/pytest tests/api/test_schema.py --timeout 1800

bench: $(VENV)/.dev ## Speed, as ratios within one run
	$(BIN)/python -m benchmarks

bench-console: $(VENV)/.dev ## The console: first byte at 1,000 facts and 10,000 documents, from a key to the next fact
	$(BIN)/python -m benchmarks console

bench-duplicates: $(VENV)/.dev ## Duplicate detection: precision, recall, speed
	$(BIN)/python -m benchmarks duplicates

bench-evidence: $(VENV)/.dev ## Evidence on the page: quotes located, agreement, wrong pages, milliseconds a page
	$(BIN)/python -m benchmarks evidence-on-page

bench-matching: $(VENV)/.dev ## Matching and validation by how much a user has already
	$(BIN)/python -m benchmarks matching

bench-quality: $(VENV)/.dev ## Markdown, facts, search and scans against what is known of documents
	$(BIN)/python -m benchmarks quality

bench-peers: $(VENV)/.dev ## Beside LlamaIndex, CocoIndex, LangChain and a bare loop, which it installs in .bench
	$(BIN)/python -m benchmarks.peers $(BENCH)

bench-queue: $(VENV)/.dev ## The queue at scale: 2,000 documents of 20 users, two workers
	$(BIN)/python -m benchmarks queue

bench-remembering: $(VENV)/.dev ## What remembering costs a publication and a search
	$(BIN)/python -m benchmarks remembering

bench-search: $(VENV)/.dev ## A search among 100,000 facts (FACTS=1000000), beside the bare queries that it needs
	$(BIN)/python -m benchmarks.search --facts $(or $(FACTS),100000)

bench-single: $(VENV)/.dev ## A single document by HTTP, from upload to published
	$(BIN)/python -m benchmarks single

bench-sources: $(VENV)/.dev ## A sync of 10,000 unchanged files, against listing and comparing them alone
	$(BIN)/python -m benchmarks sources

bench-vectors: $(VENV)/.dev ## Bulk load of vectors, against binary COPY of the same rows
	$(BIN)/python -m benchmarks vectors

docs: $(VENV)/.dev ## Write generated documents anew
	$(BIN)/python docs/generate_state_machine.py
	$(BIN)/python docs/generate_openapi.py

assets: $(VENV)/.dev ## Pack the console's scripts, fonts and icons anew from pinned npm packages
	$(BIN)/python -m tools.assets

screenshots: $(VENV)/.dev ## Take pictures of every page of the console, light and dark, into docs/screenshots
	$(BIN)/python -m tools.screenshots

lock: $(VENV)/.dev ## Compile the pinned requirements anew, with their hashes
	$(LOCK) pyproject.toml -o requirements.txt
	$(LOCK) pyproject.toml --group dev -c requirements.txt -o requirements-dev.txt
	$(LOCK) --group build -c requirements-dev.txt -o requirements-build.txt

audit: $(VENV)/.dev ## Licence, age and maintainers of every dependency, known vulnerabilities, and what was not checked
	@$(BIN)/python -m tools.audit

clean: ## Remove the virtual environment and the local data
	rm -rf $(VENV) .pipeline .bench
