# `make demo` and `make test` are all that is needed; both make the environment first.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

.PHONY: demo test lint types layers pytest browser pictures clean

demo: $(STAMP)
	@$(BIN)/rightrate demo

test: lint types layers browser pytest

# Reused until the declared or the pinned dependencies change.
$(STAMP): pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[dev]'
	@touch $@

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(STAMP)
	$(BIN)/mypy

layers: $(STAMP)
	$(BIN)/lint-imports --no-cache

browser:
	@sh scripts/find_chromium.sh

pytest: $(STAMP)
	$(BIN)/python -m pytest --numprocesses 2 --dist loadfile

pictures: $(STAMP) browser
	$(BIN)/python scripts/make_pictures.py
	$(BIN)/python scripts/picture_live.py

clean:
	rm -rf $(VENV)
