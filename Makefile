# The commands of this project. `make` alone lists them; ARGS="..." is passed on to run, test and bench.
.DEFAULT_GOAL := help
.PHONY: help setup run test check fmt bench coverage
BIN := .venv/bin

help: ## this list
	@sed -nE 's/^([a-z]+):.*## (.*)/  make \1|\2/p' $(MAKEFILE_LIST) | awk -F'|' '{ printf "%-17s%s\n", $$1, $$2 }'

setup: ## install all that is missing: Python packages into .venv, Debian packages for the tests
	@scripts/setup test
	@echo "setup: all is there; next: make run, make test"

run: ## start hexmon on this machine: http://127.0.0.1:8000
	@scripts/setup run
	@exec $(BIN)/hexmon serve $(ARGS)

test: ## run all tests, also those against the real programs of other projects
	@scripts/setup test
	@exec $(BIN)/python -m pytest $(ARGS)

check: ## format, lint, types, import rules, spelling: changes nothing
	@scripts/setup check
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo --cache-dir .cache/imports
	$(BIN)/codespell

fmt: ## format, and repair what can be repaired
	@scripts/setup check
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

coverage: ## the tests once more, with what they reach
	@scripts/setup test
	$(BIN)/coverage run -m pytest $(ARGS)
	$(BIN)/coverage report

bench: ## measure hexmon side by side with the peers that are installed; writes bench/REPORT.md
	@scripts/setup test
	@exec $(BIN)/python -m bench $(ARGS)
