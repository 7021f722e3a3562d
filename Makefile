# Two commands are all a newcomer needs: `make demo` and `make test`.

SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Node comes with the development requirements; npm finds it by PATH.
NODE := PATH="$(CURDIR)/$(BIN):$$PATH"
# A stamp named by the requirements' hash makes the second run instant.
stamp = $(VENV)/.installed-$(1)-$(shell sha256sum $(2) | cut -c1-16)
RUNTIME := $(call stamp,runtime,requirements.txt)
DEV := $(call stamp,dev,requirements-dev.txt)
# Two processes; a module's tests share what they build, so they stay together, in tests/conftest.py's order. One thread each, or
# they wait for each other.
PYTEST := OMP_NUM_THREADS=1 $(BIN)/pytest -n 2 --dist loadfile --no-loadscope-reorder
SERVERS := DATABASE_URL=$${TEST_DATABASE_URL:-postgresql://postgres@127.0.0.1:5432/postgres} REDIS_URL=$${TEST_REDIS_URL:-redis://127.0.0.1:6379/0}
NODE_MODULES := node_modules/.installed-$(shell sha256sum package-lock.json | cut -c1-16)

# What is the same on any database: mathematics, pixels, networks, texts, and what starts with a database of its own.
ANYWHERE := $(patsubst %,tests/catalogs/test_%.py,emission_lines evidence header_traps killed_ingest measuring native_bands readings \
  resolving s3_ingest simulation templatetags tileapp) $(patsubst %,tests/labeling/test_%.py,agreement_command counting pooling pps \
  retirement sampling templatetags) $(patsubst %,tests/mlops/test_%.py,acquisition byol encoder evaluating evaluation inputs ledger photometry \
  pretraining pretraining_gain probe seven_bands) $(patsubst %,tests/test_%.py,demo docs permissions)
SERVED := $(filter-out $(ANYWHERE),$(foreach room,tests tests/accounts tests/catalogs tests/catalogs/regions tests/catalogs/releases tests/events \
  tests/jobs tests/labeling tests/labeling/dashboard tests/mlops,$(wildcard $(room)/test_*.py)))
# Of these, what waits for another writer or leans on a trigger: each database has its own way, so these are told on both where CI=true too.
BOTH := $(wildcard tests/events/test_*.py tests/jobs/test_*.py) tests/catalogs/regions/test_drawing.py tests/mlops/test_learner_process.py \
  tests/test_sockets.py $(patsubst %,tests/labeling/test_%.py,assignments deciding results_shared retiring voting)

.PHONY: demo test lint types unit services browser lock screenshots clean help

help:
	@echo "make demo [ARGS=...]  build the demo galaxy and serve it at http://127.0.0.1:8000"
	@echo "make test             lint, types, import contracts, migrations, unit and browser tests"
	@echo "make screenshots      the documentation's screenshots anew"
	@echo "make bench-tiles      CPU per tile beside TiTiler and VisiOmatic, on a mosaic of 10,240 px (about 15 minutes)"
	@echo "make bench-NAME       another of tests/benchmarks: bench-overlay_frames, bench-evidence, bench-ingest_memory ..."
	@echo "make lock             pin requirements.in and requirements-dev.in anew"

demo: $(RUNTIME)
	@exec $(BIN)/python manage.py demo $(ARGS)

# In steps of their own, so that pytest's summary of the browser tests ends the output.
test: $(DEV) $(NODE_MODULES)
	@$(MAKE) --no-print-directory lint types unit services browser

lint: $(DEV)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/djlint templates --lint --quiet
	$(BIN)/lint-imports
	$(BIN)/python manage.py makemigrations --check --dry-run
	$(BIN)/python manage.py check --fail-level WARNING

types: $(DEV) $(NODE_MODULES)
	$(BIN)/mypy
	$(NODE) node_modules/.bin/tsc -p tsconfig.json
	$(NODE) node --test tests/js/*.test.js

# Browser tests run apart: Playwright's event loop and pytest-asyncio's do not share a process.
# Where CI=true what asks the database is told on PostgreSQL, by `services`; elsewhere on SQLite, here.
unit: $(DEV)
	$(PYTEST) -m "not browser" $(if $(filter true,$(CI)),$(addprefix --ignore=,$(filter-out $(BOTH),$(SERVED))))

services: $(DEV)
ifeq ($(CI),true)
	$(SERVERS) $(PYTEST) -m "not browser" $(SERVED)
	$(BIN)/python -m tests.browser.chromium
	$(SERVERS) HASHED_STATICS=1 $(BIN)/pytest -m browser tests/browser/test_whole_story.py
else
	@echo "SKIPPED: the PostgreSQL and Redis tests run where CI=true (servers on their standard local ports)"
endif

# Where CI=true the whole story has been told already, on PostgreSQL and Redis.
browser: $(DEV)
	$(BIN)/python -m tests.browser.chromium
	HASHED_STATICS=1 $(PYTEST) -m browser tests/browser $(if $(filter true,$(CI)),--ignore=tests/browser/test_whole_story.py)

# The documentation's pictures are what the browser tests see.
screenshots: $(DEV)
	$(BIN)/python -m tests.browser.chromium
	SCREENSHOTS=var/screenshots HASHED_STATICS=1 $(PYTEST) -m browser tests/browser
	cd docs/screenshots && for picture in *.png; do cp ../../var/screenshots/$$picture .; done

# The peers get environments of their own under var/bench-tiles, which also keeps the mosaics for the next time.
bench-%: $(DEV)
	GALAXYCAT_HOME=$${GALAXYCAT_HOME:-var/bench-tiles} $(BIN)/python -m tests.benchmarks.$* $(ARGS)

$(VENV)/bin/uv:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "GalaxyCat needs Python 3.11 or later: make PYTHON=python3.11"; exit 1; }
	@echo "making $(VENV) ..."
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/pip install --quiet --disable-pip-version-check uv==0.13.9 || echo "uv is not to be had: going on with pip"

# uv is several times faster; where it cannot (a proxy's certificates, say), pip does it.
define install
	@echo "installing $(1) ..."
	@{ [ -x $(BIN)/uv ] && $(BIN)/uv pip install --python $(BIN)/python $(if $(PIP_FIND_LINKS),--find-links $(PIP_FIND_LINKS)) -r $(1); } \
	  || { echo "going on with pip ..."; $(BIN)/pip install --disable-pip-version-check --progress-bar off -r $(1); }
endef

$(RUNTIME): | $(VENV)/bin/uv
	$(call install,requirements.txt)
	@touch $@

$(DEV): | $(VENV)/bin/uv
	$(call install,requirements-dev.txt)
	@touch $@ $(RUNTIME)

$(NODE_MODULES): $(DEV)
	$(NODE) npm ci --no-audit --no-fund --ignore-scripts
	@touch $@

# A local CPU build must not be pinned by its name: elsewhere there is none of that name.
lock:
	$(BIN)/uv pip compile --quiet --no-header --no-emit-index-url --no-emit-find-links --python-version 3.11 requirements.in -o requirements.txt $(if $(PIP_FIND_LINKS),--find-links $(PIP_FIND_LINKS))
	$(BIN)/uv pip compile --quiet --no-header --no-emit-index-url --no-emit-find-links --python-version 3.11 requirements-dev.in -o requirements-dev.txt $(if $(PIP_FIND_LINKS),--find-links $(PIP_FIND_LINKS))
	sed -i 's/+cpu$$//' requirements.txt requirements-dev.txt

clean:
	rm -rf $(VENV) node_modules var .mypy_cache .ruff_cache .pytest_cache
