# The one door. `make demo` and `make test` set up everything they need on a fresh machine.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
export VIRTUAL_ENV := $(CURDIR)/$(VENV)
export PATH := $(CURDIR)/$(BIN):$(PATH)
export PIP_DISABLE_PIP_VERSION_CHECK := 1

RUST_SOURCES := Cargo.toml Cargo.lock $(shell find native/core native/py -name '*.rs' -o -name 'Cargo.toml' 2>/dev/null)
VENDOR := src/finwatch/web/static/vendor

.PHONY: help setup demo test check format bench tools docs clean samples cluster cluster-setup cluster-test policy-model

help: ## What can be done here
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

# ── set-up ──────────────────────────────────────────────────────────────────────────────────────────────────────────
$(VENV)/.deps: requirements.lock
	@echo "· Python environment in $(VENV)"
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; set PYTHON=/path/to/it."; exit 2; }
	@[ -x $(BIN)/python ] || $(PYTHON) -m venv $(VENV) || { echo "python3-venv is missing; trying to install it"; apt-get install -y -qq python3-venv && $(PYTHON) -m venv $(VENV); }
	@$(BIN)/python -m pip install -q uv
	@$(BIN)/uv pip sync -q --require-hashes requirements.lock
	@touch $@

$(VENV)/.native: $(VENV)/.deps pyproject.toml $(RUST_SOURCES)
	@command -v cargo >/dev/null || { echo "The Rust toolchain is missing: install rustup's stable toolchain (cargo, rustc)."; exit 2; }
	@echo "· Native core (Rust)"
	@$(BIN)/maturin develop --release --locked --uv
	@touch $@

$(VENV)/.vendor: $(VENV)/.deps src/finwatch/web/package.json src/finwatch/web/package-lock.json
	@echo "· Scripts of the pages (npm, by lock)"
	@$(BIN)/python -m finwatch.web.vendor
	@touch $@

setup: $(VENV)/.native $(VENV)/.vendor ## Python environment, native core, scripts of the pages

tools: ## Debian packages that tests and samples use (as root; otherwise says what is missing)
	@$(PYTHON) tests/kit/tools.py

# ── use ─────────────────────────────────────────────────────────────────────────────────────────────────────────────
demo: setup ## The main job on the sample market, then the pages (ONCE=1: summary and exit)
	@$(BIN)/finwatch demo $(if $(ONCE),--once,)

samples: setup tools ## Rebuild the sample packages and the sample market from source
	@$(BIN)/python -m samples.build
	@$(BIN)/python -m samples.market.build

$(VENV)/.cluster: $(VENV)/.native requirements-cluster.lock
	@echo "· Spark (450 MB)"
	@$(BIN)/uv pip install -q --require-hashes -r requirements-cluster.lock
	@touch $@

cluster-setup: setup $(VENV)/.cluster ## Also the cluster extra: PySpark and hdfs-native

cluster: setup ## A real HDFS on loopback until Ctrl-C: NameNode, three DataNodes; prints the settings to use
	@$(BIN)/python -m tests.kit.hadoop

# ── proof ───────────────────────────────────────────────────────────────────────────────────────────────────────────
test: setup tools ## Rust and Python tests
	@cargo test --release --locked -q -p finwatch-core
	@$(BIN)/python -m pytest

cluster-test: cluster-setup tools ## HDFS and Spark for real: servers killed, blocks corrupted, rows equal to the local engine
	@$(BIN)/python -m pytest --cluster -n 0 -v tests/cluster tests/lake/test_hdfs.py tests/engine/test_spark.py tests/engine/test_spark_sample.py

check: setup ## Format, lint, types, layers, catalogue and check lints, generated pages
	@ruff format --check -q .
	@ruff check -q .
	@cargo fmt --all --check
	@cargo clippy --release --locked -q --all-targets -- -D warnings
	@mypy
	@python -m mypy.stubtest finwatch._native --mypy-config-file pyproject.toml
	@lint-imports --no-cache | tail -n 6
	@python -m finwatch.catalog.lint
	@python -m finwatch.checks.lint
	@python -m finwatch.checks.catalogue --check
	@python -m finwatch.cli.reference --check

format: setup ## Rewrite the sources in house format
	@ruff format -q .
	@ruff check -q --fix .
	@cargo fmt --all

bench: setup ## Side-by-side benchmarks against peers
	@$(BIN)/python -m bench

policy-model: setup ## Rebuild the labelling model of policies from CAPP-130 (CORPUS=path/to/capp130.jsonl)
	@$(BIN)/python -m finwatch.policy.train $(CORPUS)

docs: setup ## Regenerate the reference pages
	@python -m finwatch.checks.catalogue
	@python -m finwatch.cli.reference

clean: ## Remove everything that was built here
	rm -rf $(VENV) target .finwatch node_modules $(VENDOR) bench/.envs bench/.cache src/finwatch/*.so
