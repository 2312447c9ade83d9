# The one front door. `make help` lists what it opens.

PYTHON ?= python3
HOST ?= 127.0.0.1
PORT ?= 8000
# SIMULATE=1 serves the providers' stand-ins too, with the demo app connected to them.
SIMULATE ?=
# More words for pytest, such as ARGS="-k refund".
ARGS ?=

PIP := .venv/bin/python -m pip --disable-pip-version-check --quiet --no-input
INSTALL_ZEROFEE := $(PIP) install --no-deps --no-build-isolation --editable .
COMPILE := uv pip compile pyproject.toml --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --custom-compile-command "make lock" --group install

.DEFAULT_GOAL := help
.PHONY: help run test test-browser screenshots chaos bench lint docs lock

help: ## list what make can do
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' Makefile

run: .venv/.installed-run ## serve on HOST and PORT, ready to take a payment in the sandbox
	@.venv/bin/zerofee run --host $(HOST) --port $(PORT) $(if $(SIMULATE),--simulate)

test: .venv/.installed-dev ## run all tests, on real servers that it starts itself; ARGS="…" goes to pytest
	.venv/bin/python -m pytest -n logical --dist worksteal --ignore tests/browser $(ARGS)

test-browser: .venv/.installed-dev ## test the checkout page in Chromium, which must be installed
	.venv/bin/python -m pytest -n logical tests/browser $(ARGS)

screenshots: .venv/.installed-dev ## take pictures of the checkout page into docs/images, with Chromium
	.venv/bin/python -m tests.browser.screenshots

chaos: .venv/.installed-dev ## look for a broken promise for long: 10,000 simulated seeds, and 300 real kills; half an hour
	.venv/bin/python -m tests.simulation --seeds 10000
	.venv/bin/python -m tests.crash_real --sqlite 200 --postgres 100

bench: .venv/.installed-dev ## measure, side by side with a plain server, and write docs/benchmarks.md
	.venv/bin/python -m bench

lint: .venv/.installed-dev ## check style, types and walls
	.venv/bin/ruff check
	.venv/bin/ruff format --check
	.venv/bin/mypy
	.venv/bin/lint-imports

docs: .venv/.installed-run ## draw the pages that are made from the code
	.venv/bin/python -c 'from zerofee.domain.payment_states_page import page; print(page(), end="")' > docs/payment-states.md

lock: ## resolve the dependencies again; needs uv
	@command -v uv >/dev/null || { echo "make lock needs uv: pip install uv" >&2; exit 1; }
	$(COMPILE) $(ARGS) --output-file requirements.lock
	$(COMPILE) $(ARGS) --group dev --constraint requirements.lock --output-file requirements-dev.lock

# Each stamp is newer than its lock, so a second run installs nothing.
.venv/.installed-run: .venv/bin/python requirements.lock pyproject.toml
	@echo "Installing the locked dependencies into .venv …"
	@$(PIP) install --require-hashes --requirement requirements.lock
	@$(INSTALL_ZEROFEE)
	@touch $@

.venv/.installed-dev: .venv/bin/python requirements-dev.lock pyproject.toml
	@echo "Installing the locked dependencies, the developer's too, into .venv …"
	@$(PIP) install --require-hashes --requirement requirements-dev.lock
	@$(INSTALL_ZEROFEE)
	@touch $@ .venv/.installed-run

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "zerofee needs Python 3.11 or later, and $(PYTHON) is not: make run PYTHON=python3.11" >&2; exit 1; }
	$(PYTHON) -m venv .venv
