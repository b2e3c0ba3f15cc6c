# Every target works on a fresh machine with Python 3.11 or 3.12 and make, and needs no other target before it.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.ONESHELL:
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

# The first one that is new enough and can be run.
PYTHON ?= $(shell for p in python3.12 python3.11 python3 python; do \
	$$p -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 13))' 2>/dev/null && echo $$p && break; done)
BIN := .venv/bin
ENVIRONMENT := .venv/.installed
BROWSER_FILES := static/vendor/.copied

.PHONY: help setup demo demo-reset test lint format bench soak

help:
	@echo "make demo        the example company, living; EXPORT=folder-or-zip MODEL=file for your own past,"
	echo "                 HURRY=60 to see promises broken within minutes"
	echo "make demo-reset  throw the demo's data away"
	echo "make test        the whole test suite"
	echo "make lint        style, types, imports, migrations"
	echo "make bench       benchmarks; ONLY=name for one, LEADS=1200000 for a million people"
	echo "make soak        what is too long for make test"
	echo "make setup       the environment, and nothing else"

setup: $(ENVIRONMENT) $(BROWSER_FILES)

$(ENVIRONMENT): requirements.lock
	@if [ -z "$(PYTHON)" ]; then
		echo "No Python 3.11 or 3.12 found: install one, or name it with make PYTHON=/path/to/python." >&2
		exit 1
	fi
	if [ ! -x $(BIN)/pip ]; then
		echo "Making the environment (.venv) …"
		if ! $(PYTHON) -c 'import ensurepip, venv' 2>/dev/null; then
			echo "$(PYTHON) cannot make environments: install its venv module (on Debian: apt install python3-venv)." >&2
			exit 1
		fi
		$(PYTHON) -m venv --clear .venv
	fi
	echo "Installing the packages of requirements.lock …"
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-compile -r requirements.lock
	# what pip does one file after another; some packages bring files that are no Python of today
	$(BIN)/python -m compileall -q -j 0 .venv/lib >/dev/null || true
	touch $@

node_modules/.installed: package.json package-lock.json $(ENVIRONMENT)
	@if ! command -v npm >/dev/null; then
		echo "No npm on this machine: installing it into .venv …"
		$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-node.lock
		export PATH="$$PWD/$(BIN):$$PATH"
	fi
	echo "Installing the packages of package-lock.json …"
	npm ci --silent --ignore-scripts --no-audit --no-fund
	touch $@

$(BROWSER_FILES): node_modules/.installed
	@mkdir -p static/vendor
	cp node_modules/htmx.org/dist/htmx.min.js node_modules/echarts/dist/echarts.common.min.js static/vendor/
	touch $@

demo: setup
	@exec $(BIN)/python manage.py demo $(if $(EXPORT),--export "$(EXPORT)") $(if $(MODEL),--model "$(MODEL)") \
		$(if $(LEADS),--leads $(LEADS)) $(if $(SEED),--seed $(SEED)) $(if $(SPEED),--speed $(SPEED)) \
		$(if $(HURRY),--hurry $(HURRY)) \
		$(if $(PORT),--port $(PORT)) $(if $(ONCE),--once)

demo-reset: $(ENVIRONMENT)
	@$(BIN)/python -m base.servers reset

# Each process has a database of its own; the tests of one file stay together.
test: setup
	@$(BIN)/python -m pytest --numprocesses auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder $(ARGS)

soak: setup
	@$(BIN)/python -m pytest -m "soak or hypothesis" --hypothesis-profile many --timeout 3600 $(ARGS)

lint: setup
	@$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	# which checks the app first, as `manage.py check` does
	$(BIN)/python manage.py makemigrations --check --dry-run

format: setup
	@$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: setup
	@LEADMODEL_PURPOSE=bench $(BIN)/python -m bench $(if $(ONLY),--only $(ONLY)) $(if $(LEADS),--leads $(LEADS))
