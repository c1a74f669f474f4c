# armutsexpertise: raw data -> cleaned tables -> estimates -> reports.
# Make decides what is out of date; the stages are Python scripts in analyses/<topic>/.
# `armutsexpertise report` runs the same stages where there is no make.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.SUFFIXES:
# Two jobs at once: the topics do not depend on each other.
MAKEFLAGS += --no-print-directory --no-builtin-rules --jobs=2
SHELL := /bin/sh

TOPICS := climate digital passes
TOPIC ?= $(TOPICS)

# Raw packages of each topic, and the names of microdata that a user may bring (data/raw/restricted):
# they are no package, the clean stage watches files of these names.
climate_raw       := statutory parameters distribution budgets eurostat climate_adaptation nrw_regions comparability microdata_access
climate_microdata := eu_silc_household.csv ecv_2019.csv.gz
digital_raw       := digital eurostat statutory parameters poverty_context nrw_regions comparability microdata_access
digital_microdata := piaac_deu.csv.gz
passes_raw        := passes evidence nrw_regions statutory

# What the stages are made from, in src/armutsexpertise. Cleaning and modelling take seconds, so they
# follow all that computes: everything but the other topics, the command line, and what draws,
# renders and links. A report follows its estimates and what draws and renders.
computing = $(filter-out __pycache__ cli publish render site $(filter-out $(1),$(TOPICS)),$(notdir $(wildcard src/armutsexpertise/*))) \
	publish/__init__.py publish/files.py publish/numbers.py publish/results.py publish/values.py
drawing := publish render

VENV := .venv
PY := $(VENV)/bin/python
INSTALLED := $(VENV)/.installed
REBUILT := data/processed/.rebuilt
PYTHON ?= $(shell for p in python3.11 python3.12 python3.13 python3 python; do \
	command -v $$p >/dev/null 2>&1 && $$p -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' 2>/dev/null \
	&& { echo $$p; break; }; done)

# Files below a folder or module of the package, without caches. One level of folders is enough:
# deeper ones (assets) are listed by the second pattern.
files = $(foreach d,$(1),$(filter-out %/__pycache__,$(wildcard $(d) $(d)/* $(d)/*/* $(d)/*/*/*)))
code = $(call files,$(addprefix src/armutsexpertise/,$(1)))

.PHONY: help
help: ## explain every target (this list)
	@echo 'armutsexpertise: evidence on municipal poverty policy. Targets:'
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1|\2/p' Makefile | awk -F'|' '{ printf "%-20s %s\n", $$1, $$2 }'
	@echo 'One topic only: make report TOPIC=passes'

# --- environment -------------------------------------------------------------------------

.PHONY: install
install: $(INSTALLED) ## create .venv from requirements.lock

$(INSTALLED): requirements.lock pyproject.toml
	@test -n '$(PYTHON)' || { echo 'Python 3.11, 3.12 or 3.13 was not found: install it, or name it with make PYTHON=/path/to/python.' >&2; exit 1; }
	@mkdir .venv.lock 2>/dev/null || { echo 'Another run is installing into .venv: wait for it, or delete the folder .venv.lock if none is running.' >&2; exit 1; }; \
	trap 'rmdir .venv.lock 2>/dev/null' EXIT; trap 'exit 130' INT TERM; \
	echo 'install: creating .venv from requirements.lock (about a gigabyte, a few minutes)'; \
	'$(PYTHON)' -m venv $(VENV) \
	&& $(PY) -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements.lock \
	&& $(PY) -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --no-index -e . \
	|| { echo 'Installation failed (see above): check the network and free disk space, then run make install again.' >&2; exit 1; }; \
	touch $@

# --- stages ------------------------------------------------------------------------------

.PHONY: data-check
data-check: $(INSTALLED) ## check all data packages: schema, keys, hashes, plausibility
	@$(PY) -m armutsexpertise data check

define topic_rules
data/processed/$(1)/check.done: $(INSTALLED) $$(call files,$$(addprefix data/raw/,$$($(1)_raw))) analyses/$(1)/check.py $$(call code,catalog passes/inventory_checks.py)
	@$(PY) -m armutsexpertise report $(1) --only check && mkdir -p $$(@D) && touch $$@ $(REBUILT)

data/processed/$(1)/clean.done: data/processed/$(1)/check.done analyses/$(1)/clean.py analyses/$(1)/config.yml $$(wildcard $$(addprefix data/raw/restricted/,$$($(1)_microdata))) $$(call code,$$(call computing,$(1))) $$(if $$(wildcard data/processed/$(1)/clean),,FORCE)
	@$(PY) -m armutsexpertise report $(1) --only clean && touch $$@ $(REBUILT)

data/processed/$(1)/model.done: data/processed/$(1)/clean.done analyses/$(1)/model.py $$(wildcard analyses/$(1)/headlines.py) $$(call code,$$(call computing,$(1))) $$(if $$(wildcard data/processed/$(1)/estimates),,FORCE)
	@$(PY) -m armutsexpertise report $(1) --only model && touch $$@ $(REBUILT)

data/processed/$(1)/report.done: data/processed/$(1)/model.done analyses/_quarto.yml analyses/references.bib analyses/glossary.yml $$(wildcard analyses/$(1)/*.py analyses/$(1)/*.md analyses/$(1)/*.qmd) $$(call code,$$(drawing)) $$(if $$(and $$(wildcard reports/$(1)/report.html),$$(wildcard reports/$(1)/report.pdf),$$(wildcard reports/$(1)/exhibits/exhibits.json)),,FORCE)
	@$(PY) -m armutsexpertise report $(1) --only report && touch $$@ $(REBUILT)
endef
$(foreach t,$(TOPICS),$(eval $(call topic_rules,$(t))))

.PHONY: FORCE
FORCE:

reports/index.html: $(foreach t,$(TOPICS),$(wildcard data/processed/$(t)/report.done)) $(foreach t,$(TOPIC),data/processed/$(t)/report.done) $(call code,publish render site) analyses/glossary.yml analyses/start.yml analyses/references.bib
	@$(PY) -m armutsexpertise report --only index && touch $(REBUILT)

.PHONY: processed
processed: $(foreach t,$(TOPIC),data/processed/$(t)/clean.done) ## cleaned tables in data/processed

.PHONY: estimates
estimates: $(foreach t,$(TOPIC),data/processed/$(t)/model.done) ## tables of results in data/processed

.PHONY: report
report: reports/index.html ## the main job: reports as HTML and PDF, figures and tables
	@if [ -e $(REBUILT) ]; then rm -f $(REBUILT); echo 'Written:'; else echo 'Nothing to do: the reports are up to date.'; fi
	@ls reports/index.html $(foreach t,$(TOPIC),reports/$(t)/report.* reports/$(t)/exhibits/*)

# The teaching example is no topic: it stands on no start page, and it is quick enough to be made
# anew each time.
.PHONY: demo
demo: $(INSTALLED) ## the teaching example on synthetic data, from survey file to report
	@$(PY) -m armutsexpertise report demo
	@ls reports/demo/report.* reports/demo/exhibits/*

.PHONY: release
release: report ## a ZIP of reports/ with checksums, versions and licences
	@$(PY) -m armutsexpertise report --only release

# --- quality -----------------------------------------------------------------------------

.PHONY: test
test: $(INSTALLED) ## run the tests (with coverage)
	@$(PY) -m pytest -q -n 2 --dist worksteal --cov --cov-report=term --cov-fail-under=90 $(ARGS)

.PHONY: lint
lint: $(INSTALLED) ## ruff: rules and format
	@$(PY) -m ruff check . && $(PY) -m ruff format --check .

.PHONY: types
types: $(INSTALLED) ## mypy --strict on src
	@$(PY) -m mypy

.PHONY: check
check: lint types data-check ## lint, types and data-check

PARTS ?= survey coverage climate stages

.PHONY: benchmark
benchmark: $(INSTALLED) ## measure speed and coverage, write docs/benchmarks.md (a quarter of an hour)
	@set -e; for part in $(PARTS); do echo "benchmark: $$part"; $(PY) benchmarks/$$part.py; done

.PHONY: clean
clean: ## delete generated files only (never data/raw or .venv)
	@rm -rf $(addprefix reports/,index.html glossar.html annahmen.html daten.html literatur.html) $(foreach t,$(TOPICS) demo,reports/$(t) data/processed/$(t) analyses/$(t)/exhibits analyses/$(t)/.cache) analyses/.cache reports/.render-* $(REBUILT)
	@echo 'Deleted the generated files of: $(TOPICS) demo.'
