# Needs Python 3.11 or newer, and root or sudo for the system packages (deploy/system-packages.txt).
SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help audit fuzz demo test soak lint bench chaos nodes soak-web backup restore
export PYTHON ?= python3
# The modules there that are run by themselves, but for those with a target of their own.
BENCHMARKS = $(filter-out chaos nodes soak_web,$(basename $(notdir $(shell grep -ls 'leash.run(main)' benchmarks/*.py))))

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: ## Run the whole portal with its demo college until Ctrl-C (PORT, CASHIER_PORT)
	@deploy/ensure-system-packages demo
	@deploy/ensure-environment requirements.txt
	@exec .venv/bin/python -m portal.demo.serve demo

test: ## Run the whole suite on real PostgreSQL, Valkey and Chromium (ARGS="retake -k cap")
	@exec deploy/run-tests $(ARGS)

soak: ## Walk at random through PostgreSQL, with power cuts (STEPS=50000)
	@SOAK_STEPS=$(or $(STEPS),50000) exec deploy/run-tests payments/tests/test_soak.py

lint: ## Check style, types, layers, migrations and the production settings
	@deploy/ensure-system-packages lint
	@deploy/ensure-environment requirements-dev.txt
	@exec deploy/lint

soak-web: ## Send all roles through a running portal and weigh its processes (MINUTES=10)
	@deploy/ensure-system-packages demo
	@deploy/ensure-environment requirements-dev.txt
	@exec .venv/bin/python -m portal.demo.serve bench -- .venv/bin/python -m benchmarks.soak_web

fuzz: ## Send nonsense to every address as every role (FUZZ=2000 requests of each)
	@FUZZ=$(or $(FUZZ),2000) exec deploy/run-tests portal/tests/test_fuzz.py

audit: ## Ask PyPI's advisories about every package that is pinned (needs the network)
	@deploy/ensure-environment requirements-dev.txt
	@exec .venv/bin/python -m pip_audit --no-deps --disable-pip \
		-r requirements.txt -r deploy/requirements-gateways.txt

bench: ## Run one benchmark (NAME=rush) or those that have no target of their own; a JSON object a line
	@deploy/ensure-system-packages demo
	@deploy/ensure-environment requirements-dev.txt
	@set -e; for name in $(or $(NAME),$(BENCHMARKS)); do \
		.venv/bin/python -m portal.demo.serve bench -- .venv/bin/python -m benchmarks.$$name; \
	done

chaos: ## Kill -9 everything while students pay; nothing may be lost (PAYMENTS, SECONDS)
	@deploy/ensure-system-packages demo
	@deploy/ensure-environment requirements-dev.txt
	@exec .venv/bin/python -m benchmarks.chaos

nodes: ## Kill one of two machines while students pay; nothing may be lost (PAYMENTS, SECONDS)
	@deploy/ensure-system-packages demo
	@deploy/ensure-environment requirements-dev.txt
	@exec .venv/bin/python -m benchmarks.nodes

backup: ## Copy database and uploads of this installation (or the running demo) to BACKUP_ROOT
	@exec .venv/bin/python manage.py backup

restore: ## Read a backup into an empty database and folder, then audit the money (FROM=folder)
	@exec .venv/bin/python manage.py restore "$(FROM)"
