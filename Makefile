# Everything is done by dev.py, which needs Python 3.11 or newer and nothing else; these are its short names.
PYTHON ?= python3
.DEFAULT_GOAL := help
.PHONY: help demo up test test-long test-all check messages docs ui screenshots lock audit node status stop

help:  ## what can be asked for
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{ printf "make %-11s %s\n", $$1, $$2 }'

demo:  ## the main job from nothing to a finished run, shown live
	@exec $(PYTHON) dev.py demo

up:  ## everything in the foreground until Ctrl-C
	@exec $(PYTHON) dev.py up

test:  ## the tests that are quick, on PostgreSQL and Valkey of their own (ARGS='-k name' goes to pytest)
	@exec $(PYTHON) dev.py test $(ARGS)

test-long:  ## those that take long, 40 minutes: storms of kills, stories of chance, broken engines, questions to the API
	@exec $(PYTHON) dev.py test -m "long or storm" $(ARGS)

test-all:  ## `make test`, then `make test-long`: all tests there are
	@$(PYTHON) dev.py test
	@exec $(PYTHON) dev.py test -m "long or storm"

check:  ## lint, types, floors, migrations in step, Django checks, OpenAPI
	@exec $(PYTHON) dev.py check

messages:  ## the catalogues of locale/, in step with the texts of the code
	@exec $(PYTHON) dev.py messages

docs:  ## docs/nodes.md, docs/events.md and docs/requirements.md, in step with types and tests
	@$(PYTHON) dev.py manage node_docs
	@$(PYTHON) dev.py manage event_docs
	@exec $(PYTHON) dev.py requirements

ui:  ## the pages of editor and runs, built from workflows/ui
	@exec $(PYTHON) dev.py ui

screenshots:  ## docs/screenshots, made in Chromium
	@exec $(PYTHON) dev.py screenshots

lock:  ## write the lock files anew from requirements*.in
	@exec $(PYTHON) dev.py lock $(ARGS)

audit:  ## known holes in what the lock files name (asks the index)
	@exec $(PYTHON) dev.py audit $(ARGS)

node:  ## a new node type: make node NAME=wb-get-stocks
	@exec $(PYTHON) dev.py manage make_node $(NAME)

status:  ## what is running, where, and how much memory it takes
	@exec $(PYTHON) dev.py status

stop:  ## stop what is running
	@exec $(PYTHON) dev.py stop
