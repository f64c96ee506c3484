# Windtunnel's commands. `make` alone lists them.
#
# Everything is installed into .venv, by `setup`, on which the other commands depend: on a fresh
# machine with Python 3.11 or newer, `make gate` and `make test` are enough.

# May be set on the command line:
PYTHON ?=
# ^ the Python to set up with; otherwise the first found that is new enough
CONSTRAINTS ?=
# ^ a pip constraints file: exact versions to install; otherwise the newest allowed
BACKEND ?= auto
# ^ where the stack runs: auto, embedded, local or docker
SEED ?=
# ^ the seed of every random choice; otherwise a new one, which the output names
JSON ?=
# ^ a file for the score and the verdicts as JSON
SLOW ?=
# ^ 1 to let the gate include scenarios that take long (the real recovery time of 30 s)
COVERAGE ?=
# ^ 1 to measure which lines the tests reach
ALL ?=
# ^ 1 to run the slow tests too, as CI does
ARGS ?=
# ^ more options for pytest

venv := .venv
bin := $(venv)/bin
stamp := $(venv)/.windtunnel-setup
caches := .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .benchmarks

gate_options := --windtunnel-backend=$(BACKEND) --windtunnel-min-score=100 \
	$(if $(SEED),--windtunnel-seed=$(SEED)) \
	$(if $(JSON),--windtunnel-json=$(JSON)) \
	$(if $(filter 1,$(SLOW)),,-m "not slow")

tests := tests --windtunnel-backend=auto
side_by_side := $(tests) -n auto --dist loadgroup
# The slow ones wait more than they compute: two for each core.
slow_ones := $(tests) -n $(shell echo $$((2 * $${PYTEST_XDIST_AUTO_NUM_WORKERS:-$$(nproc)}))) --dist loadgroup

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help setup gate test lint clean FORCE

help: ## list the commands
	@echo 'usage: make COMMAND [VARIABLE=value ...]'
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  \1\t\2/p' Makefile | expand -t 12
	@echo 'variables:'
	@sed -n -e '/^[A-Z]* ?=/{h;n;G;s/^# ^ \(.*\)\n\([A-Z]*\) ?= *\(.*\)/  \2\t\1 (\3)/;s/ ()$$//;p;}' Makefile \
		| expand -t 16

setup: $(stamp) ## create .venv with everything installed; instant when it is up to date

# Asking for other constraints than those of the last time is a reason to install again.
ifneq ($(CONSTRAINTS),)
ifneq ($(CONSTRAINTS),$(shell cat $(stamp) 2>/dev/null))
$(stamp): FORCE
endif
endif

$(stamp): pyproject.toml $(CONSTRAINTS)
	@set -eu; \
	if [ ! -x $(bin)/python ]; then \
		found=''; seen=''; \
		for candidate in $(or $(PYTHON),python3 python3.14 python3.13 python3.12 python3.11); do \
			command -v "$$candidate" >/dev/null 2>&1 || continue; \
			seen="$$seen $$candidate ($$("$$candidate" -c 'import platform; print(platform.python_version())' 2>&1 | tail -n 1))"; \
			if "$$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
				found=$$candidate; break; \
			fi; \
		done; \
		if [ -z "$$found" ]; then \
			echo "make setup: expected Python 3.11 or newer; found$${seen:- no $(or $(PYTHON),python3) on PATH}." \
				'Name one with `make setup PYTHON=/path/to/python`.' >&2; \
			exit 1; \
		fi; \
		echo "creating $(venv) with $$found"; \
		"$$found" -m venv $(venv) || { \
			rm -rf $(venv); \
			echo "make setup: $$found cannot create $(venv); on Debian and Ubuntu that needs the package python3-venv" >&2; \
			exit 1; \
		}; \
	fi
	$(bin)/python -m pip install --quiet --disable-pip-version-check \
		$(if $(CONSTRAINTS),--constraint $(CONSTRAINTS)) --editable '.[dev]'
	@echo '$(CONSTRAINTS)' > $@

# Two scenarios beside each other, then those that measure, alone (tests/scenarios/side_by_side.py).
gate: setup ## run the main job: the success criteria, judged and scored; fails below 100
	$(bin)/pytest tests/scenarios -n 2 -p no:randomly -q $(gate_options) $(ARGS)

# First what holds on a busy machine, beside each other; then what measures, alone. The slow ones,
# from end to end, take ALL=1: what they check besides their path is checked by quick tests as well.
# All are run, whichever fails; ARGS may choose tests of one of them alone (pytest's status 5).
# Only the first is traced for COVERAGE: the times of the others would be the tracer's.
test: setup ## run the tests; ALL=1 the slow ones too, COVERAGE=1 reports which lines they reach
	@ran=no; failed=0; \
	run() { \
		echo "$$*"; "$$@"; status=$$?; \
		case $$status in 0) ran=yes ;; 5) ;; *) failed=$$status ;; esac; \
	}; \
	run $(if $(COVERAGE),$(bin)/coverage run -m pytest,$(bin)/pytest) $(side_by_side) -m "not alone and not slow" $(ARGS); \
	$(if $(COVERAGE),run $(bin)/coverage combine --quiet; run $(bin)/coverage report;) \
	$(if $(filter 1,$(ALL)),run $(bin)/pytest $(slow_ones) -m "not alone and slow" $(ARGS);) \
	run $(bin)/pytest $(tests) -m "alone$(if $(filter 1,$(ALL)),, and not slow)" $(ARGS); \
	if [ $$ran$$failed = no0 ]; then failed=5; fi; \
	exit $$failed

lint: setup ## check the style, the types and the direction of imports
	$(bin)/ruff check .
	$(bin)/ruff format --check .
	$(bin)/mypy
	$(bin)/lint-imports

clean: ## remove what these commands made, and nothing else
	rm -rf $(caches) .coverage .coverage.*
	find harness faults target tests -type d -name __pycache__ -prune -exec rm -rf {} +
	@# A .venv without our stamp was made by somebody else.
	@if [ -e $(stamp) ]; then echo rm -rf $(venv); rm -rf $(venv); fi
