# soyte: `make demo` runs the demo province, `make test` passes the tests. Both call `make setup`.
PYTHON ?= python3
BIN = .venv/bin
T ?=
.DEFAULT_GOAL = help
unexport PYTHONDONTWRITEBYTECODE # without compiled modules every command starts a second later
.PHONY: help setup demo test check lock reset bench docs messages

help: ## print this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/'

setup: ## install everything into .venv, build assets, prepare the database
	@$(PYTHON) tools/setup.py

demo: ## run the demo province (SOYTE_PORT, default 8000)
	@$(PYTHON) tools/setup.py --demo
	@exec $(BIN)/soyte demo

test: setup ## all tests and checks, on every PostgreSQL that the machine has
	@$(BIN)/python tools/test.py $(T)

check: setup ## the fast checks only: format, types, imports, templates, migrations, content
	@$(BIN)/python tools/test.py --checks

lock: ## resolve the requirements again
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header requirements.in -o requirements.txt
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header requirements-dev.in -c requirements.txt -o requirements-dev.txt
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header requirements-node.in -o requirements-node.txt
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header requirements-uv.in -o requirements-uv.txt

bench: setup ## speed and size: make bench T=ingest
	@$(BIN)/soyte bench $(T)

messages: ## collect the pages' strings into the catalogues
	@$(BIN)/python tools/messages.py collect

docs: setup ## print the generated pages of docs/
	@$(BIN)/python tools/describe.py

reset: ## remove the demo's data
	@$(BIN)/python -m soyte.config.reset
