# The verbs of this project; CI calls the same ones. `make up` and `make test` install what they need.
PYTHON ?= python3
STACK ?= dev
ENGINE ?= embedded
BIN := .venv/bin
PIP := $(BIN)/pip --disable-pip-version-check -q
SHELL := /bin/bash

.PHONY: up destroy setup test check engine-test bench docs lab soak

up: .venv/rehearsal.stamp ## bring the stack up on the embedded default (ENGINE=pulumi: preview it on the real engine)
	@$(BIN)/sovereign rehearse up --stack $(STACK) --engine $(ENGINE)

destroy: .venv/rehearsal.stamp ## delete the rehearsed stack and prove that nothing is left
	@$(BIN)/sovereign rehearse destroy --stack $(STACK)

setup: .venv/dev.stamp ## install everything, run nothing

test: .venv/dev.stamp ## install everything and run all tests
	@$(BIN)/python -m pytest -n 3 --dist loadfile --no-loadscope-reorder -q tests/rehearsal/lab tests

check: .venv/dev.stamp ## lint, format, types, scripts, import directions
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/shellcheck .ci/run $$(git ls-files '*.sh')
	@$(BIN)/yamllint -s .
	@$(BIN)/python -m pytest -q tests/contract

engine-test: .venv/dev.stamp ## compare with the real engine, where `pulumi` is on PATH
	@command -v pulumi >/dev/null || { echo "engine tier skipped: \`pulumi\` is not on PATH"; exit 3; }
	@SOVEREIGN_ENGINE_DRILLS=1 $(BIN)/python -m pytest -q tests/e2e

bench: .venv/rehearsal.stamp ## the benchmark of docs/performance.md
	@$(BIN)/sovereign rehearse bench

lab: ## the stack on real hosts in namespaces of this machine, up, shown and down (Linux, root; ENGINE=pulumi)
	@.ci/packages.sh
	@$(MAKE) --no-print-directory .venv/rehearsal.stamp
	@$(BIN)/sovereign rehearse up --lab --stack $(STACK) --engine $(ENGINE)

soak: ## twenty rounds of the lab, and nothing left behind
	@.ci/packages.sh
	@$(MAKE) --no-print-directory .venv/dev.stamp
	@$(BIN)/python -m tests.rehearsal.lab.soak 20

docs: .venv/dev.stamp ## the documentation site, in .site/
	@$(BIN)/python -m docs.generator
	@NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet
	@echo "open .site/index.html"

.venv/bin/python:
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || .ci/packages.sh python3-venv
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed, $(PYTHON) is older or missing"; exit 3; }
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || { echo "$(PYTHON) cannot make a virtual environment (on Debian: apt-get install -y python3-venv)"; exit 3; }
	@$(PYTHON) -m venv .venv

.venv/rehearsal.stamp: requirements-rehearsal.txt pyproject.toml | .venv/bin/python
	@echo "installing the rehearsal into .venv (once)"
	@$(PIP) install --require-hashes -r requirements-rehearsal.txt
	@$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

.venv/dev.stamp: requirements-dev.txt .venv/rehearsal.stamp | .venv/bin/python
	@echo "installing the development tools into .venv (once)"
	@$(PIP) install --require-hashes -r requirements-dev.txt
	@touch $@
