# `make help` lists the targets. Everything lands inside the checkout: .venv, node_modules, cdk.out.
PYTHON ?= python3
STAGE ?= dev
PORT ?= 8080
INPUT ?=
ASSEMBLY ?=
BASE ?= ../base

SHELL := /bin/sh
VENV := .venv
TOOLS := $(VENV)/.installed
CLI := node_modules/.installed
OUTPUTS = build/outputs-$(STAGE).json
# The virtual environment carries Python, Node.js and the CDK CLI; nothing of the machine's own is used after set-up.
export PATH := $(CURDIR)/$(VENV)/bin:$(PATH)
# What is installed is what was locked, and none of it runs meanwhile: a source distribution would, to be built.
INSTALL := --require-hashes --only-binary=:all:
# uv writes the command into the head of each lock, and Renovate reads it there to lock again: it knows these options
# alone, each with an equals sign. https://docs.renovatebot.com/modules/manager/pip-compile/
LOCK := uv pip compile --quiet --universal
# For the runtime of infra/function/web_function.py.
LOCK_FUNCTION := $(LOCK) --python-version=3.14 --generate-hashes --no-emit-package=click --no-emit-package=idna
# Bytecode goes where `make clean` finds it. Without any, each synth would compile CDK again, for three seconds.
export PYTHONDONTWRITEBYTECODE :=
export PYTHONPYCACHEPREFIX := $(CURDIR)/$(VENV)/bytecode

.DEFAULT_GOAL := help
.PHONY: help setup demo dev test synth assembly diff compare deploy doctor destroy check format lock snapshots adapter \
	rehearse bench clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(CLI) ## install everything into the checkout (every target does it by itself)

$(TOOLS): requirements.txt
	@command -v $(PYTHON) >/dev/null || { echo "Expected $(PYTHON) on PATH, found none: install Python 3.11 or newer, or name one: make PYTHON=/path/to/python3." >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Expected Python 3.11 or newer, got $$($(PYTHON) -V 2>&1): name a newer one: make PYTHON=/path/to/python3." >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo "Expected the Python modules venv and ensurepip, found none: install them (Debian and Ubuntu: apt-get install python3-venv)." >&2; exit 1; }
	@test -x $(VENV)/bin/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing the Python packages into $(VENV) ..."
	@sed -n '/^uv==/,/# via/p' requirements.txt > $(VENV)/uv.txt
	@python -m pip install --quiet --disable-pip-version-check $(INSTALL) --no-deps --requirement $(VENV)/uv.txt
	@uv pip sync --quiet --python $(VENV)/bin/python $(INSTALL) requirements.txt
	@touch $@

$(CLI): $(TOOLS) package.json package-lock.json
	@echo "Installing the npm packages into node_modules ..."
	@npm ci --ignore-scripts --silent --no-audit --no-fund --no-update-notifier
	@ln -sf ../../node_modules/.bin/cdk $(VENV)/bin/cdk
	@touch $@

demo: assembly ## synthesise, start the bundled function as Lambda would, stream an answer (INPUT="other text")
	@python -m tools.demo --stage $(STAGE) $(if $(INPUT),--input="$$DEMO_INPUT")
# By the environment, so that neither make nor the shell reads anything into the text.
demo: export DEMO_INPUT := $(value INPUT)

dev: $(CLI) ## serve the page and the function from the source tree, reloading on change (PORT=8080)
	python -m uvicorn tools.dev:app --reload --reload-dir functions/stream --reload-dir client --reload-dir tools \
		--host 127.0.0.1 --port $(PORT) --timeout-graceful-shutdown 1 --no-access-log

test: $(CLI) ## run the whole test suite with coverage
	@echo "Running all tests: about three minutes on two quiet processors, and longer on busy ones ..."
	@pytest

synth: $(CLI) ## synthesise every stage into cdk.out
	@cdk synth --quiet

assembly: $(CLI) ## synthesise one stage into cdk.out (STAGE=dev)
	@cdk synth --quiet --context stage=$(STAGE)

diff: $(CLI) ## compare with what is deployed (STAGE=dev)
	@cdk diff --context stage=$(STAGE) "**"

compare: $(CLI) ## compare the templates with those of another checkout, both synthesised (BASE=path)
	@python tools/compare_templates.py $(BASE)/cdk.out cdk.out

deploy: $(CLI) ## deploy a stage, or what `make assembly` made of it elsewhere (STAGE=dev, ASSEMBLY=cdk.out)
	@cdk deploy $(if $(ASSEMBLY),--app $(ASSEMBLY),--context stage=$(STAGE)) --outputs-file $(OUTPUTS) "**"

doctor: $(TOOLS) ## measure what was deployed, as the role that may call it (STAGE=dev)
	@python -m tools.deployed $(OUTPUTS)

destroy: $(CLI) ## delete a stage and everything it made (STAGE=dev)
	@cdk destroy --context stage=$(STAGE) "**"

check: $(TOOLS) ## formatting, lint, types, workflows
	@ruff format --check .
	@ruff check .
	@mypy
	@zizmor --offline --pedantic --quiet --no-progress .github
	@check-jsonschema --builtin-schema vendor.github-workflows .github/workflows/*.yml
	@check-jsonschema --builtin-schema custom.github-workflows-require-timeout .github/workflows/*.yml
	@check-jsonschema --builtin-schema vendor.renovate renovate.json

format: $(TOOLS) ## format and fix what can be fixed
	@ruff format .
	@ruff check --fix .

snapshots: $(CLI) ## accept the templates as they are now
	@pytest tests/infrastructure --snapshot-update --no-cov -q

lock: $(TOOLS) ## write the locked requirements again after editing a requirements.in
	@cd functions/stream && $(LOCK_FUNCTION) --output-file=requirements.txt requirements.in
	@cd functions/stream && for extra in requirements-*.in; do \
		$(LOCK_FUNCTION) --constraint=requirements.txt --output-file=$${extra%.in}.txt $$extra || exit; done
	@$(LOCK) --python-version=3.11 --generate-hashes --no-emit-package=ziglang --output-file=requirements.txt requirements.in

adapter: $(TOOLS) ## get the Lambda Web Adapter for the rehearsal (LAMBDA_ADAPTER=path names your own)
	@python -m rehearsal.adapter

rehearse: $(CLI) ## deploy into an emulated account, run what was deployed behind the real adapter, check it
	@python -m rehearsal

bench: $(CLI) ## measure beside FastAPI and others; FAMILIES="cold build", see bench/README.md
	@python -m bench --save $(FAMILIES)

clean: ## remove everything the targets made
	rm -rf $(VENV) node_modules cdk.out .pytest_cache .mypy_cache .ruff_cache .hypothesis .coverage build
