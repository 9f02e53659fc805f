# The only commands to know; `make` alone lists them.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
UV := $(BIN)/uv
UV_VERSION := 0.13.9
STAMP := $(VENV)/.installed

# Airflow is many processes, and each would compile thousands of modules anew: half of what the tests cost.
export PYTHONDONTWRITEBYTECODE :=

.DEFAULT_GOAL := help
.PHONY: help setup demo test up now down airflow check gold bench-warehouse lock docs clean secrets

help: ## list these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-15s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(STAMP) ## make .venv with everything pinned in requirements.txt

$(STAMP): requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; v = sys.version_info; sys.exit(v < (3, 11) and f"Demarche needs Python 3.11 or newer; {sys.executable} is {v[0]}.{v[1]}. Name another: make PYTHON=python3.12 $(MAKECMDGOALS)")'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || { \
	  echo "Python cannot make a virtual environment here; Debian and Ubuntu need the package python3-venv." >&2; exit 1; }
	@echo "installing into $(VENV)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)
	@VIRTUAL_ENV=$(CURDIR)/$(VENV) $(UV) pip install --quiet -r requirements.txt
	@VIRTUAL_ENV=$(CURDIR)/$(VENV) $(UV) pip install --quiet --no-deps -e .
	@touch $(STAMP)

demo: setup ## run the chain of DAGs through a real scheduler on the samples, and print the events
	@$(BIN)/python -m ops.demo

test: setup ## run every test
	@$(BIN)/python -m pytest -n auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder

up: setup ## start Airflow with its UI in the background, and say where (PORT=8090: there)
	@$(BIN)/python -m ops.supervisor up $(if $(PORT),--port $(PORT))

now: ## read what was dropped, without waiting for the hour (after `make up`)
	@$(BIN)/python -m ops.supervisor now

down: ## stop what `make up` started; its history stays
	@test ! -x $(BIN)/python || $(BIN)/python -m ops.supervisor down

airflow: ## Airflow's own command line on what `make up` started: make airflow ARGS="dags list"
	@$(BIN)/python -m ops.supervisor airflow $(ARGS)

check: setup ## lint, types, layers; generated pages and pins are current
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/python docs/build.py --check

gold: setup ## measure accuracy on the annotated texts against the floors
	@$(BIN)/python -m tests.gold.gate

bench-warehouse: setup ## measure what a load costs as the warehouse grows; SIZES="100000 10000000" for ten million
	@$(BIN)/python -m benchmarks.warehouse $(if $(SIZES),--sizes $(SIZES))

docs: setup ## write the generated pages
	@$(BIN)/python docs/build.py

lock: setup ## pin every dependency of pyproject.toml in requirements.txt
	@$(UV) pip compile pyproject.toml --all-extras --quiet --upgrade --no-header --no-emit-index-url \
	  --no-emit-find-links --output-file requirements.txt

secrets: ## write .env with fresh secrets, for docker-compose.yaml
	@$(PYTHON) -m ops.secrets

clean: down ## remove what can be made again: caches, demo, state of `make up`
	rm -rf .state .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
