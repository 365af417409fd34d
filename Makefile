# What can be done here. `make` alone says so.
.DEFAULT_GOAL := help
PYTHON ?= python3
BIN := .venv/bin
HOME_DIR ?= data
# A file's tests stay together, for they share what they set up, and go in the order collected.
WORKERS := -n logical --maxprocesses 4 --dist loadfile --no-loadscope-reorder --durations=10
UV := $(BIN)/uv pip install --quiet --require-hashes --compile-bytecode --python $(BIN)/python

.PHONY: help install install-dev demo test proof quick check contracts-lint format texts lock bench ui clean

help: ## say what can be done
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

# The environment is made from the lock with its hashes; the project itself is installed editable.
.venv/installed: requirements.lock requirements-uv.lock pyproject.toml
	@command -v $(PYTHON) >/dev/null || { echo "Python 3.11 to 3.13 is needed: apt-get install python3 python3-venv"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv || { echo "The module venv is needed: apt-get install python3-venv"; rm -rf .venv; exit 1; }
	@echo "installing from requirements.lock"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-uv.lock
	@$(UV) -r requirements.lock
	@$(BIN)/uv pip install --quiet --no-deps --python $(BIN)/python -e .
	@$(BIN)/python -m compileall -q sga_pipeline
	@touch $@

.venv/installed-dev: .venv/installed requirements-dev.lock
	@echo "installing from requirements-dev.lock"
	@$(UV) -r requirements-dev.lock
	@touch $@

# Another's tools in an environment of their own, inside ours.
.venv/contracts/installed: .venv/installed requirements-contracts.lock
	@echo "installing from requirements-contracts.lock"
	@$(BIN)/uv venv --quiet --clear --python $(BIN)/python .venv/contracts
	@$(BIN)/uv pip install --quiet --require-hashes --compile-bytecode --python .venv/contracts/bin/python -r requirements-contracts.lock
	@touch $@

install: .venv/installed ## make .venv from the lock
install-dev: .venv/installed-dev ## the same, with what tests and checks need

demo: .venv/installed ## write the made-up city into ./data and assess it
	$(BIN)/sga demo --home $(HOME_DIR)

test: .venv/installed-dev ## run every test
	$(BIN)/python -m pytest $(WORKERS)

proof: .venv/installed-dev ## planted defects, clean cities, and 2,000 changed deliveries: what the register must find and must not, and no wrong value
	SGA_PLANTED=all $(BIN)/python -m pytest $(WORKERS) tests/planted tests/campaign

quick: .venv/installed-dev ## the tests that take seconds
	$(BIN)/python -m pytest -q -m "not slow" tests/unit tests/contracts

check: .venv/installed-dev ## lint, format, types, import layers, dbt, generated files
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/sqlfmt --check dbt_project
	$(BIN)/python -m sga_pipeline.contracts.schema --check
	$(BIN)/python -m sga_pipeline.contracts.shape_code_lists --check
	$(BIN)/python -m sga_pipeline.contracts.staging_models --check
	$(BIN)/python -m sga_pipeline.contracts.dictionary --check
	$(BIN)/python -m sga_pipeline.contracts.gap_rules_page --check
	$(BIN)/python -m sga_pipeline.warehouse.tables_page --check
	$(BIN)/python -m sga_pipeline.contracts.renew_translations --check
	$(BIN)/dbt --quiet parse --no-partial-parse --project-dir dbt_project --profiles-dir dbt_project
	$(BIN)/dbt-score lint --manifest dbt_project/target/manifest.json --show failing-items --fail-project-under 9.3
	$(BIN)/sga check contracts/cities/*

contracts-lint: .venv/installed-dev .venv/contracts/installed ## what datacontract-cli says of the ODCS shapes: lint, and tests over small files
	$(BIN)/python -m pytest -q tests/contracts/test_datacontract.py

format: .venv/installed-dev ## format code and renew generated files
	$(BIN)/ruff check --fix --quiet .
	$(BIN)/ruff format .
	$(BIN)/sqlfmt dbt_project
	$(BIN)/python -m sga_pipeline.contracts.schema
	$(BIN)/python -m sga_pipeline.contracts.shape_code_lists
	$(BIN)/python -m sga_pipeline.contracts.staging_models
	$(BIN)/python -m sga_pipeline.contracts.dictionary
	$(BIN)/python -m sga_pipeline.contracts.gap_rules_page
	$(BIN)/python -m sga_pipeline.warehouse.tables_page
	$(BIN)/python -m sga_pipeline.contracts.renew_translations

texts: .venv/installed ## renew the gettext catalogues of contracts/locale from the English texts
	$(BIN)/python -m sga_pipeline.contracts.renew_translations

lock: .venv/installed ## resolve dependencies anew into the lock files (no index addresses in them)
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-strip-extras --no-header --python-version 3.11 pyproject.toml -o requirements.lock
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-strip-extras --no-header --python-version 3.11 --extra dev -c requirements.lock pyproject.toml -o requirements-dev.lock
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-strip-extras --no-header --python-version 3.11 --group contracts -o requirements-contracts.lock

bench: .venv/installed-dev ## runs over 1 and 10 million incidents and the warehouse alone, beside hand-written scripts; runs of few data; one changed city of eight
	$(BIN)/python benchmarks/run.py
	$(BIN)/python benchmarks/warehouse.py
	$(BIN)/python benchmarks/checks.py
	$(BIN)/python benchmarks/small.py
	$(BIN)/python benchmarks/cities.py

ui: .venv/installed ## Dagster's web interface on ./data
	$(BIN)/sga ui --home $(HOME_DIR)

clean: ## remove the environment and caches; data stay
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .import_linter_cache dbt_project/target
